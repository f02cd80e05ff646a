import { Type, type Static } from 'typebox'
import { Origin, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

/** pg gives bytea as a Buffer. */
const Bytes = Type.Refine(Type.Unsafe<Buffer>(Type.Unknown()), (value) => Buffer.isBuffer(value))

const RefusedRow = Type.Object({
  id: Type.Integer(),
  receivedAt: Type.Integer(),
  serial: orNull(Type.String()),
  client: orNull(Type.String()),
  topic: orNull(Type.String()),
  reason: Type.String(),
  detail: Type.String(),
  body: orNull(Bytes),
})
export type RefusedRow = Static<typeof RefusedRow>

/**
 * What belongs to nobody we know is shown where there is only one community that it can concern: elsewhere its topic
 * could name a device of another one.
 */
const ofCommunity = (communityId: number) => sql`(
  r.community_id = ${communityId}
  or (
    r.community_id is null
    and (
      select count(*)
      from area
      where kind = 'community'
    ) = 1
  )
)`

/** Newest first. */
export const refusedMessages = (db: Db, communityId: number, max: number): Promise<RefusedRow[]> =>
  db.many(
    RefusedRow,
    sql`
      select r.id, r.received_at, d.serial, r.client, r.topic, r.reason, r.detail, r.body
      from refused_message r
      left join device d on d.id = r.device_id
      where ${ofCommunity(communityId)}
      order by r.received_at desc, r.id desc
      limit ${max}`,
  )

/** How many since this instant, epoch ms. */
export async function countRefusedSince(db: Db, communityId: number, since: number): Promise<number> {
  const { count } = await db.one(
    Type.Object({ count: Type.Integer() }),
    sql`
      select count(*) as count
      from refused_message r
      where ${ofCommunity(communityId)}
        and r.received_at >= ${at(since)}`,
  )
  return count
}

const SeenRow = Type.Object({
  serial: Type.String(),
  homeLabel: Type.String(),
  kind: Type.String(),
  receivedAt: Type.Integer(),
  deviceAt: orNull(Type.Integer()),
  body: orNull(Bytes),
  origin: Origin,
})
export type SeenRow = Static<typeof SeenRow>

/** Newest first; only those received after this instant (epoch ms). */
export const latestMessages = (
  db: Db,
  { communityId, after, max }: { communityId: number; after: number; max: number },
): Promise<SeenRow[]> =>
  db.many(
    SeenRow,
    sql`
      select d.serial, h.label as home_label, m.kind, m.received_at, m.device_time as device_at, m.body, m.origin
      from message m
      join device d on d.id = m.device_id
      join home h on h.id = d.home_id
      where d.community_id = ${communityId}
        and m.received_at > ${at(after)}
      order by m.received_at desc
      limit ${max}`,
  )
