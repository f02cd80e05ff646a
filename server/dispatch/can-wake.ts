import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Found = Type.Object({ found: Type.Boolean() })

/**
 * Whether some channel of the people on duty, or paired with a home, wakes a sleeping phone. Where none does, every
 * desk page says so (safety 2).
 */
export async function canWake(db: Db, communityId: number): Promise<boolean> {
  const { found } = await db.one(
    Found,
    sql`
      select exists (
        select
        from contact_point point
        join person on person.id = point.person_id and person.active
        where point.wakes
          and (
            exists (
              select
              from pairing
              where pairing.person_id = person.id
                and pairing.community_id = ${communityId}
                and pairing.role in ('steward', 'backup', 'neighbour')
            )
            or exists (
              select
              from on_duty
              where on_duty.person_id = person.id
                and on_duty.community_id = ${communityId}
            )
          )
      ) as found`,
  )
  return found
}
