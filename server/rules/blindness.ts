import type { Database, Tx } from '#db/database.ts'
import type { Step } from '#clock/steady-clock.ts'
import { limits } from '../limits.ts'
import * as store from './blindness-store.ts'

/** When the service itself could not see (epoch ms). */
export type Blindness = { fromAt: number; untilAt: number; judgeAfter: number; cause: string }

export type Eyes = {
  /** Looks at what it and the others have seen, and says up to when this process has. Undefined: no gap. */
  look(now: number): Promise<Blindness | undefined>
  /** This process ends in order. Whoever was connected to it needs a moment to come back elsewhere. */
  close(now: number): Promise<void>
}

export type EyesOptions = {
  db: Database
  /** A random uuid. */
  process: string
  /** Everything that this process received before is stored (epoch ms). */
  seenUntil: (now: number) => number
  /** When the machine's clock was last put forward while we ran. */
  putForward: () => Step | undefined
}

/**
 * Notices that we could not see: no process ran, the database was away, one of several servers was killed or frozen,
 * or what came in could not be stored. It is written down, and nobody whose deadline fell into it is judged until
 * devices had time to come back and deliver what they kept (safety 8). Looked at on a start and before each judgement.
 */
export function createEyes({ db, process, seenUntil, putForward }: EyesOptions): Eyes {
  // Another process may have taken us for dead and removed our row: what we last saw, only we know then.
  let lastSeenAt: number | undefined

  async function look(now: number): Promise<Blindness | undefined> {
    const stored = Math.min(now, seenUntil(now))
    const { blind, seen } = await db.transaction((tx) =>
      lookOn(tx, { process, now, stored, lastSeenAt, step: putForward() }),
    )
    lastSeenAt = seen
    return blind
  }

  return {
    look,
    close: (now) =>
      db.transaction(async (tx) => {
        if (lastSeenAt === undefined) return
        await store.lockLookingBack(tx)
        await store.leave(tx, process, now)
        await writeDown(tx, { fromAt: lastSeenAt, untilAt: now, cause: 'a server was stopped' })
      }),
  }
}

type Looking = {
  process: string
  now: number
  stored: number
  lastSeenAt: number | undefined
  step: Step | undefined
}

async function lookOn(tx: Tx, { process, now, stored, lastSeenAt, step }: Looking) {
  await store.lockLookingBack(tx)
  const beats = await store.beats(tx)
  const own = beats.find((beat) => beat.process === process)
  const others = beats.filter((beat) => beat !== own)
  const gone = others.filter(({ isLate, hasLeft }) => isLate || hasLeft)
  // No process has seen anything after this.
  const allSawUntil =
    beats.length > 0 ? Math.max(...beats.map(({ seenUntil }) => seenUntil)) : await store.newestTick(tx)
  const ownUntil = own?.seenUntil ?? lastSeenAt
  // What was written down as blindness is no longer waited for: each gap begins where the last one ended.
  const seenNow = Math.min(now, Math.max(stored, ownUntil ?? stored))
  const found = gapFrom({ now, seenNow, allSawUntil, ownUntil, gone })
  const gap = found && step && step.untilAt > found.fromAt ? { ...found, cause: store.putForward } : found
  // The machine's clock was put back while nobody ran: what is to be done soon stands in the future.
  const aheadMs = (until: number) => (until - now > limits.beatLateMs ? until - now : 0)
  // Or that of a server which is gone: whom it was to tell in a minute of its own would wait for hours of ours.
  const byMs = Math.max(
    lastSeenAt === undefined && allSawUntil !== null ? aheadMs(allSawUntil) : 0,
    ...gone.map(({ seenUntil }) => aheadMs(seenUntil)),
  )
  if (byMs > 0) await store.bringBack(tx, now, byMs)
  const blind = gap && (await writeDown(tx, { ...gap, untilAt: now }))
  if (allSawUntil !== null && now - allSawUntil > limits.ownBlindnessMsMin)
    await store.postponeSilence(tx, allSawUntil, now)
  const seen = gap ? now : seenNow
  const leaseMs = limits.beatLateMs
  await store.beat(
    tx,
    { process, seenUntil: seen, leaseMs },
    gone.map((beat) => beat.process),
  )
  return { blind, seen }
}

type Gap = { fromAt: number; cause: string }

/** The earliest instant after which somebody of us could not see; undefined where there is no such. */
function gapFrom(seen: {
  now: number
  seenNow: number
  allSawUntil: number | null
  ownUntil: number | undefined
  gone: readonly store.Beat[]
}): Gap | undefined {
  const { now, seenNow, allSawUntil, ownUntil, gone } = seen
  const isLate = (until: number) => now - until > limits.beatLateMs
  // by our own clock, where its was ahead: its lease ran out a moment ago
  const killed = gone
    .filter(({ isLate: wasKilled }) => wasKilled)
    .map(({ seenUntil }) => Math.min(seenUntil, now - limits.beatLateMs))
  const gaps: Gap[] = [
    ...killed.map((fromAt) => ({ fromAt, cause: 'a server was gone' })),
    ...(allSawUntil !== null && isLate(allSawUntil) ? [{ fromAt: allSawUntil, cause: 'no server ran' }] : []),
    ...(ownUntil !== undefined && isLate(ownUntil)
      ? [{ fromAt: ownUntil, cause: 'a server stood still' }]
      : []),
    ...(isLate(seenNow) ? [{ fromAt: seenNow, cause: 'nothing came in, or could be stored' }] : []),
  ]
  return gaps.sort((a, b) => a.fromAt - b.fromAt)[0]
}

/** Where nobody is watched yet, as on the first start, nobody could be overlooked. */
async function writeDown(
  tx: Tx,
  blind: { fromAt: number; untilAt: number; cause: string },
): Promise<Blindness | undefined> {
  if (!(await store.isAnybodyWatched(tx))) return undefined
  const written = { ...blind, judgeAfter: blind.untilAt + limits.ownBlindnessSettleMs }
  await store.insertBlindInterval(tx, written)
  return written
}
