// What is watched, and what was found. Every judgement and what follows from it is one transaction.
import { randomUUID } from 'node:crypto'
import type { Clock } from '#clock/clock.ts'
import type { Database, Tx } from '#db/database.ts'
import type { StoredBatch } from '#domain/stored.ts'
import type { Verdict } from '#domain/verdict.ts'
import { createEyes, type Blindness } from './blindness.ts'
import { writeReminders } from './due-store.ts'
import { judgeStored } from './judge-batch.ts'
import { judgeSilent, rollCovered, slices } from './judge-deadlines.ts'
import { judgeSecond } from './judge-second.ts'
import { judgeSilentDevices } from './judge-silent-devices.ts'

export type RulesLog = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type RulesOptions = {
  db: Database
  clock: Clock
  log: RulesLog
  /** From verdicts to incidents, in the transaction that is given. `now` in epoch ms. */
  applyVerdicts: (tx: Tx, verdicts: Verdict[], now: number) => Promise<void>
  /** Everything that this process received before is stored (epoch ms); left out where it receives nothing. */
  seenUntil?: (now: number) => number
}

/** How many rows were dealt with, and whether more are due: then call again at once. */
export type Slice = { count: number; more: boolean }

export type Rules = {
  /** What a batch means; runs in the transaction that stores it. */
  judgeBatch(tx: Tx, stored: StoredBatch, now: number): Promise<void>
  /** Pacts that are due, each occurrence once, however many processes look. */
  judgeDeadlines(now: number): Promise<Slice>
  /** Late but active, and still nobody has spoken with her at the second deadline: missed. */
  judgeSecondDeadlines(now: number): Promise<Slice>
  judgeSilentDevices(now: number): Promise<Slice>
  remind(now: number): Promise<Slice>
  /** On a start and before each judgement: gaps in what we saw postpone it (safety 8). */
  noticeOwnBlindness(now: number): Promise<Blindness | undefined>
  /** This process ends in order. */
  close(now: number): Promise<void>
}

/** Set-based work takes rows in slices of this many, each a transaction of its own. */
const rowsMax = 1000

export function createRules(options: RulesOptions): Rules {
  const { db, log, applyVerdicts, seenUntil = (now) => now } = options
  const eyes = createEyes(db, randomUUID(), seenUntil)
  const found = async (tx: Tx, verdicts: Verdict[], now: number): Promise<void> => {
    if (verdicts.length > 0) await applyVerdicts(tx, verdicts, now)
  }
  const sliced = async (max: number, work: (tx: Tx) => Promise<number>): Promise<Slice> => {
    const count = await db.transaction(work)
    return { count, more: count === max }
  }
  return {
    judgeBatch: async (tx, stored, now) => found(tx, await judgeStored(tx, stored, now), now),

    judgeDeadlines: async (now) => {
      const silent = await Promise.allSettled([judgeSilentSlice({ db, log, found, now })])
      // Whatever fails for those: who greeted rolls on, or tomorrow's greeting would be taken for today's.
      const covered = await sliced(slices.coveredMax, (tx) => rollCovered(tx, now))
      const [result] = silent
      if (result.status === 'rejected') throw result.reason
      return { count: result.value.count + covered.count, more: result.value.more || covered.more }
    },

    judgeSecondDeadlines: async (now) => {
      const { count } = await sliced(slices.silentMax, async (tx) => {
        const verdicts = await judgeSecond(tx, now, slices.silentMax)
        await found(tx, verdicts, now)
        return verdicts.length
      })
      // Incidents take these rows away, not this: what stands is looked at again at the next tick, not at once.
      return { count, more: false }
    },

    judgeSilentDevices: (now) =>
      sliced(rowsMax, async (tx) => {
        const { count, verdicts } = await judgeSilentDevices(tx, now, rowsMax)
        await found(tx, verdicts, now)
        return count
      }),

    remind: (now) => sliced(rowsMax, (tx) => writeReminders(tx, now, rowsMax)),

    noticeOwnBlindness: async (now) => {
      const blind = await eyes.look(now)
      if (blind) log.warn({ ...blind }, 'the service itself could not see')
      return blind
    },
    close: eyes.close,
  }
}

type SilentSlice = {
  db: Database
  log: RulesLog
  found: (tx: Tx, verdicts: Verdict[], now: number) => Promise<void>
  now: number
}

/**
 * A slice of those who did not greet. If it fails as a whole, its people are judged one by one, so that one whose
 * judgement fails does not leave everybody else unseen; then the failure is told all the same.
 */
async function judgeSilentSlice({ db, log, found, now }: SilentSlice): Promise<Slice> {
  const judge = async (max: number, except: readonly number[]) => {
    let taken: number[] = []
    const onTaken = (pactIds: number[]) => void (taken = pactIds)
    try {
      await db.transaction(async (tx) => {
        const { verdicts } = await judgeSilent(tx, now, { max, except, onTaken })
        await found(tx, verdicts, now)
      })
      return { taken, failure: undefined }
    } catch (failure) {
      return { taken, failure }
    }
  }
  const whole = await judge(slices.silentMax, [])
  if (whole.failure === undefined)
    return { count: whole.taken.length, more: whole.taken.length === slices.silentMax }
  log.error({ error: whole.failure, pacts: whole.taken.length }, 'deadlines could not be judged together')
  const failed: number[] = []
  for (let nth = 0; nth < whole.taken.length; nth += 1) {
    const { taken, failure } = await judge(1, failed)
    if (failure !== undefined) failed.push(...taken)
  }
  throw whole.failure
}
