import { Building } from '#contract/community.ts'
import type { Db, Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'

/** One snapshot for all questions of this transaction; to be its first statement. */
export async function holdSnapshot(tx: Tx): Promise<void> {
  await tx.run(sql`set transaction isolation level repeatable read, read only`)
}

export const buildingsOf = (db: Db, communityId: number): Promise<Building[]> =>
  db.many(
    Building,
    sql`
      select id, name, floors, units, lng, lat
      from building
      where community_id = ${communityId}
      order by length(name), name, id`,
  )
