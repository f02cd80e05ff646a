// The event log: what changed, in order, per community. It says kinds and ids, never names or readings (ground.md).
import { Type, type Static } from 'typebox'
import { Cursor } from '#contract/community.ts'
import { EventKind } from '#contract/live.ts'
import type { Db, Tx } from './database.ts'
import { sql } from './sql.ts'

export type Announcement = { communityId: number; kind: EventKind; id: number }

/** The NOTIFY channel; its payload is the id of the community that has news. */
export const eventChannel = 'cp_event'

const collected = new WeakMap<Tx, Map<number, Map<string, Announcement>>>()

/**
 * Says that this home, incident, … changes with this transaction. Said twice it is logged once. The numbers are
 * allocated as the last statement before COMMIT: allocated first, the lock on a community's sequence would be held
 * for the whole transaction (measured: it costs 24-43 % of ingest and triples a hazard's p50).
 */
export function announce(tx: Tx, announcement: Announcement): void {
  const communities = collected.get(tx) ?? collectIn(tx)
  const { communityId, kind, id } = announcement
  const events = communities.get(communityId) ?? new Map<string, Announcement>()
  communities.set(communityId, events.set(`${kind} ${id}`, announcement))
}

function collectIn(tx: Tx) {
  const communities = new Map<number, Map<string, Announcement>>()
  collected.set(tx, communities)
  tx.atEnd(async () => {
    // what another ending announces after this one is collected anew
    collected.delete(tx)
    // in the order of ids: two transactions that touch the same two communities must not wait for each other
    const inOrder = [...communities].sort(([a], [b]) => a - b)
    for (const [communityId, events] of inOrder) write(tx, communityId, [...events.values()])
  })
  return communities
}

/** `at` only says how old a line is, for its removal; who decides by time never reads it. */
function write(tx: Tx, communityId: number, events: Announcement[]): void {
  tx.lastly(sql`
    with moved as (
      insert into community_log (community_id, head)
      values (${communityId}, ${events.length})
      on conflict (community_id) do update set head = community_log.head + ${events.length}
      returning epoch, head
    ), written as (
      insert into event_log (community_id, epoch, seq, at, kind, ref_id)
      select ${communityId}, moved.epoch, moved.head - ${events.length} + event.nth, clock_timestamp(),
        event.kind, event.id
      from moved,
        unnest(${events.map(({ kind }) => kind)}::text[], ${events.map(({ id }) => id)}::bigint[])
          with ordinality as event (kind, id, nth)
    )
    select pg_notify(${eventChannel}, ${String(communityId)})
    from moved`)
}

const EventRow = Type.Object({ seq: Type.Integer(), kind: EventKind, id: Type.Integer() })
export type EventRow = Static<typeof EventRow>

/** At most `max` events after the cursor, in order, within the cursor's own epoch. */
export function eventsAfter(db: Db, communityId: number, cursor: Cursor, max: number): Promise<EventRow[]> {
  return db.many(
    EventRow,
    sql`
      select seq, kind, ref_id as id
      from event_log
      where community_id = ${communityId}
        and epoch = ${cursor.epoch}
        and seq > ${cursor.seq}
      order by seq
      limit ${max}`,
  )
}

/** Where the log of this community stands; a community that never had news stands at 1, 0. */
export async function headOf(db: Db, communityId: number): Promise<Cursor> {
  const head = await db.maybeOne(
    Cursor,
    sql`
      select epoch, head as seq
      from community_log
      where community_id = ${communityId}`,
  )
  return head ?? { epoch: 1, seq: 0 }
}

const CommunityHead = Type.Object({ communityId: Type.Integer(), ...Cursor.properties })

/** Where every community's log stands. */
export function headsOf(db: Db): Promise<Static<typeof CommunityHead>[]> {
  return db.many(
    CommunityHead,
    sql`
      select community_id, epoch, head as seq
      from community_log
      order by community_id`,
  )
}
