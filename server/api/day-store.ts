import { Type } from 'typebox'
import { Origin, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const CommunityDay = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  zone: Type.String(),
  origin: Origin,
  centerLng: orNull(Type.Number()),
  centerLat: orNull(Type.Number()),
  baseMap: Type.Unknown(),
})

export const findCommunity = (db: Db, communityId: number) =>
  db.maybeOne(
    CommunityDay,
    sql`
      select id, name, zone, origin, center_lng, center_lat, base_map
      from area
      where id = ${communityId}
        and kind = 'community'`,
  )

/** Whether anything of this day has begun by now (epoch ms): an occurrence that opened, a press, an incident. */
export async function hasBegun(
  db: Db,
  { communityId, on, now }: { communityId: number; on: string; now: number },
) {
  const { yes } = await db.one(
    Type.Object({ yes: Type.Boolean() }),
    sql`
      select exists (
        select
        from pact
        where community_id = ${communityId}
          and due_on = ${on}
          and opens_at <= ${at(now)}
      ) or exists (
        select
        from check_in
        where community_id = ${communityId}
          and "on" = ${on}
      ) or exists (
        select
        from incident
        where community_id = ${communityId}
          and "on" = ${on}
      ) as yes`,
  )
  return yes
}
