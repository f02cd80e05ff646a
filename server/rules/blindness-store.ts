import { Type, type Static } from 'typebox'
import { orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'
import { limits } from '../limits.ts'

const Newest = Type.Object({ at: orNull(Type.Integer()) })

/** When some job of some process last ran: all there is to go by where no process has ever left a beat. */
export async function newestTick(tx: Tx): Promise<number | null> {
  const { at: newest } = await tx.one(
    Newest,
    sql`
      select max(greatest(started_at, finished_at)) as at
      from job_tick`,
  )
  return newest
}

/** Only one process at a time looks back; any number serves as the key, as long as it stays the same. */
export async function lockLookingBack(tx: Tx): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(5201315)`)
}

const Beat = Type.Object({
  process: Type.String(),
  seenUntil: Type.Integer(),
  isLate: Type.Boolean(),
  hasLeft: Type.Boolean(),
})
export type Beat = Static<typeof Beat>

/** The last word of every process. Late is one whose lease ran out: it was killed, or is frozen. */
export function beats(tx: Tx): Promise<Beat[]> {
  return tx.many(
    Beat,
    sql`
      select process, seen_until,
        left_at is null and lease_until < clock_timestamp() as is_late, -- the lease
        left_at is not null as has_left
      from server_beat`,
  )
}

/** Writes down up to when this process has stored all it heard, and forgets those that are gone. */
export async function beat(
  tx: Tx,
  own: { process: string; seenUntil: number; leaseMs: number },
  gone: readonly string[],
): Promise<void> {
  await tx.run(sql`
    insert into server_beat (process, seen_until, lease_until)
    values (${own.process}, ${at(own.seenUntil)}, clock_timestamp() + ${own.leaseMs} * interval '1 ms') -- lease
    on conflict (process) do update
    set seen_until = excluded.seen_until, lease_until = excluded.lease_until, left_at = null`)
  if (gone.length > 0)
    await tx.run(sql`
      delete from server_beat
      where process = any(${gone}::uuid[])`)
}

/** Nobody waits any longer for what this process has seen. */
export async function leave(tx: Tx, process: string, now: number): Promise<void> {
  await tx.run(sql`
    update server_beat
    set left_at = ${at(now)}, seen_until = ${at(now)}
    where process = ${process}`)
}

/** The cause of a blindness that was none of time: what was due in it is asked after, not alarmed (safety 8). */
export const putForward = 'the clock was put forward'

/**
 * Where the clock that wrote was ahead by `byMs` (it was put back since, or its server is gone): whom to tell, and who
 * must have answered, is due as soon as it would have been; so is the silence of devices, and no blindness lasts into
 * hours that are still to come. Pacts stay: a morning that was judged is not judged twice.
 */
export async function bringBack(tx: Tx, now: number, byMs: number): Promise<void> {
  const earlier = sql`greatest(${at(now)}, due_at - ${byMs} * interval '1 ms')`
  await tx.run(sql`
    update telling
    set due_at = ${earlier}
    where state in ('due', 'sending')
      and due_at > ${at(now)}`)
  await tx.run(sql`
    update incident
    set due_at = ${earlier}
    where state <> 'closed'
      and due_at > ${at(now)}`)
  await tx.run(sql`
    update assignment
    set due_at = ${earlier}
    where due_at > ${at(now)}`)
  await tx.run(sql`
    update emergency_call
    set due_at = ${earlier}
    where done_at is null
      and due_at > ${at(now)}`)
  await tx.run(sql`
    update device
    set silent_at = silent_at - ${byMs} * interval '1 ms'
    where silent_at > ${at(now + byMs)}`)
  const settled = at(now + limits.ownBlindnessSettleMs)
  await tx.run(sql`
    update blind_interval
    set from_at = least(from_at, ${at(now)}),
      until_at = least(until_at, ${at(now)}),
      judge_after = ${settled}
    where judge_after > ${settled}`)
}

const Watched = Type.Object({ watched: Type.Boolean() })

export async function isAnybodyWatched(tx: Tx): Promise<boolean> {
  const { watched } = await tx.one(
    Watched,
    sql`select exists (select from pact) or exists (select from device) as watched`,
  )
  return watched
}

export async function insertBlindInterval(
  tx: Tx,
  blind: { fromAt: number; untilAt: number; judgeAfter: number; cause: string },
): Promise<void> {
  await tx.run(sql`
    insert into blind_interval (from_at, until_at, judge_after, cause)
    values (${at(blind.fromAt)}, ${at(blind.untilAt)}, ${at(blind.judgeAfter)}, ${blind.cause})`)
}

/**
 * What we could not hear is no silence of a device: each one that was not yet due gets the time that we were away,
 * or a whole community would fall silent with us.
 */
export async function postponeSilence(tx: Tx, from: number, untilAt: number): Promise<void> {
  await tx.run(sql`
    update device
    set silent_at = silent_at + make_interval(secs => ${(untilAt - from) / 1000})
    where silent_at > ${at(from)}`)
}

/**
 * True in SQL for what fell due at `dueAt` while we could see: every living process has stored what it received
 * before, and it lies in no blindness of ours whose backlog may still be on its way (safety 8).
 */
export const couldSee = (dueAt: Sql, now: number): Sql => sql`
  not exists (
    select
    from blind_interval b
    where b.judge_after > ${at(now)}
      and ${dueAt} between b.from_at and b.judge_after
  )
  and not exists (
    select
    from server_beat s
    where s.left_at is null
      and s.seen_until < ${dueAt}
  )`
