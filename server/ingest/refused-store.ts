import { Type } from 'typebox'
import { Id, orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { at, sql } from '#db/sql.ts'
import { limits } from '../limits.ts'

export type RefusedRow = {
  /** Known for a message that was accepted in part; else found by the serial, where there is one. */
  deviceId: number | null
  serial: string | null
  client: string | null
  topic: string | null
  reason: string
  detail: string
  receivedAt: number
  body: Buffer | null
}

const Written = Type.Object({ id: Id, communityId: orNull(Id) })

/** Shows staff what could not be used, with the beginning of its body. */
export async function insertRefused(tx: Tx, refused: readonly RefusedRow[]): Promise<void> {
  if (refused.length === 0) return
  const rows = await tx.many(
    Written,
    sql`
      insert into refused_message (community_id, device_id, client, topic, reason, detail, received_at, body)
      select d.community_id, d.id, r.client, r.topic, r.reason, r.detail, r.received_at, r.body
      from unnest(
        ${refused.map(({ deviceId }) => deviceId)}::bigint[],
        ${refused.map(({ serial }) => storable(serial))}::text[],
        ${refused.map(({ client }) => storable(client))}::text[],
        ${refused.map(({ topic }) => storable(topic))}::text[],
        ${refused.map(({ reason }) => storable(reason) ?? '')}::text[],
        ${refused.map(({ detail }) => storable(detail) ?? '')}::text[],
        ${refused.map(({ receivedAt }) => at(receivedAt))}::timestamptz[],
        ${refused.map(({ body }) => body?.subarray(0, limits.refusedBodyBytesMax) ?? null)}::bytea[]
      ) with ordinality as r (device_id, serial, client, topic, reason, detail, received_at, body, nth)
      left join device d on d.id = r.device_id or (r.device_id is null and d.serial = r.serial)
      order by r.nth
      returning id, community_id`,
  )
  for (const { id, communityId } of rows)
    if (communityId !== null) announce(tx, { communityId, kind: 'message', id })
}

/** Enough to recognise a client or a topic by. */
const textCharsMax = 300

/** PostgreSQL keeps neither NUL nor half characters; what a stranger says is bounded. */
function storable(text: string | null): string | null {
  // oxlint-disable-next-line no-control-regex -- NUL is what it is for
  return text === null ? null : text.slice(0, textCharsMax).replace(/[\0\p{Surrogate}]/gu, '\uFFFD')
}
