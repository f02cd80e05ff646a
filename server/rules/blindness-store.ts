import { Type } from 'typebox'
import { orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const Newest = Type.Object({ at: orNull(Type.Integer()) })

/** When some job of some process last ran. */
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

/** Gives the end of the blindness that was already written down for that beginning, if there is one. */
export async function knownUntil(tx: Tx, fromAt: number): Promise<number | null> {
  const { at: until } = await tx.one(
    Newest,
    sql`
      select max(until_at) as at
      from blind_interval
      where from_at = ${at(fromAt)}`,
  )
  return until
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
