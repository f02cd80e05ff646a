import { Type, type Static } from 'typebox'
import { Id, RiskTier } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const HomeRow = Type.Object({ homeId: Id, tier: RiskTier })

/** The home, where it lies in this community, with the highest tier of who lives there. */
export async function findHomeOf(
  db: Db,
  communityId: number,
  homeId: number,
): Promise<Static<typeof HomeRow> | undefined> {
  const [found] = await db.many(
    HomeRow,
    sql`
      select home.id as home_id, coalesce(resident.tier, 'general') as tier
      from home
      left join resident on resident.home_id = home.id
      where home.id = ${homeId}
        and home.community_id = ${communityId}
      order by array_position('{high,key,general}'::text[], resident.tier)
      limit 1`,
  )
  return found
}

const LabelRow = Type.Object({ homeId: Id, label: Type.String() })

export const labelsOf = (db: Db, homeIds: readonly number[]): Promise<Static<typeof LabelRow>[]> =>
  db.many(
    LabelRow,
    sql`
      select id as home_id, label
      from home
      where id = any(${homeIds}::bigint[])
      order by label`,
  )
