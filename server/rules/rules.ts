// What is watched, and what was found. Every judgement and what follows from it is one transaction.
import { randomUUID } from 'node:crypto'
import type { Clock } from '#clock/clock.ts'
import type { Database, Tx } from '#db/database.ts'
import type { StoredBatch } from '#domain/stored.ts'
import type { Verdict } from '#domain/verdict.ts'
import { createEyes, type Blindness } from './blindness.ts'
import { writeAirDue } from './air-due-store.ts'
import { applyDeviceRules } from './device-rules-store.ts'
import { judgeAgain } from './judge-again.ts'
import { judgeBatteries } from './judge-batteries.ts'
import { judgeAbsences } from './judge-absences.ts'
import { judgeStored } from './judge-batch.ts'
import { judgePlainly } from './judge-plainly.ts'
import { judgeSilent, rollGreeted, slices, type RolledSlice } from './judge-deadlines.ts'
import { lookAgain } from './look-again.ts'
import { remind } from './remind.ts'
import { reviewPacts } from './review-pacts.ts'
import { readRollMinutes } from './roll-minutes.ts'
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
  /** The same by the word of the devices alone, where the rules themselves fail on a message. */
  judgePlainly(tx: Tx, stored: StoredBatch, now: number): Promise<void>
  /** Pacts that are due, each occurrence once, however many processes look. */
  judgeDeadlines(now: number): Promise<Slice>
  /** Late but active, and still nobody has spoken with her at the second deadline: missed. */
  judgeSecondDeadlines(now: number): Promise<Slice>
  judgeSilentDevices(now: number): Promise<Slice>
  /** Once a day for each battery: which will be low within a month. */
  judgeBatteries(now: number): Promise<Slice>
  /** After how long each device counts as silent, by the rules of its community. */
  applyDeviceRules(): Promise<void>
  /** Detectors whose samples mean more by now, though nothing was heard since; each once. */
  judgeAgain(now: number): Promise<Slice>
  /** What absences ask of a human: each once. */
  judgeAbsences(now: number): Promise<Slice>
  /** Whether what is agreed still fits the mornings of each; staff decide what follows. */
  reviewPacts(now: number): Promise<Slice>
  /** What is the matter with these devices now, also where it is what it was. */
  lookAgain(tx: Tx, deviceIds: readonly number[], now: number): Promise<Verdict[]>
  /** Who was not heard yet, before their deadline: reminded, then asked as the plan says. */
  remind(now: number): Promise<Slice>
  /** On a start and before each judgement: gaps in what we saw postpone it (safety 8). */
  noticeOwnBlindness(now: number): Promise<Blindness | undefined>
  /** This process ends in order. */
  close(now: number): Promise<void>
}

/** Set-based work takes rows in slices of this many, each a transaction of its own. */
const rowsMax = 1000
/** Each with up to a year of mornings to read. */
const reviewsMax = 200

export function createRules(options: RulesOptions): Rules {
  const { db, log, applyVerdicts, seenUntil = (now) => now } = options
  const putForward = () => options.clock.putForward?.()
  const eyes = createEyes({ db, process: randomUUID(), seenUntil, putForward })
  const found = async (tx: Tx, verdicts: Verdict[], now: number): Promise<void> => {
    if (verdicts.length > 0) await applyVerdicts(tx, verdicts, now)
  }
  const sliced = async (max: number, work: (tx: Tx) => Promise<number>): Promise<Slice> => {
    const count = await db.transaction(work)
    return { count, more: count === max }
  }
  return {
    judgeBatch: async (tx, stored, now) => {
      const { verdicts, dues } = await judgeStored(tx, stored, now)
      await Promise.all([found(tx, verdicts, now), writeAirDue(tx, dues)])
    },

    judgePlainly: (tx, stored, now) => found(tx, judgePlainly(stored), now),

    judgeDeadlines: async (now) => {
      const judged = await judgeSilentSlices({ db, log, found, now })
      const failed = judged.find((one) => one.status === 'rejected')
      // Whoever must be looked for comes before those who are well.
      const silent = judged.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
      const more = silent.find((slice) => slice.more)
      if (more && !failed) return more
      // Whatever fails for those: who greeted rolls on, or tomorrow's greeting would be taken for today's.
      let count = 0
      let slice: RolledSlice | undefined
      const minutes = await readRollMinutes(db)
      do {
        const before = slice
        slice = await db.transaction((tx) => rollGreeted(tx, now, { before, minutes }))
        count += slice?.count ?? 0
      } while (slice)
      if (failed) throw failed.reason
      return { count, more: false }
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

    judgeBatteries: (now) =>
      sliced(rowsMax, async (tx) => {
        const { count, verdicts } = await judgeBatteries(tx, now, rowsMax)
        await found(tx, verdicts, now)
        return count
      }),

    applyDeviceRules: async () => void (await db.transaction(applyDeviceRules)),

    judgeAgain: (now) =>
      sliced(rowsMax, async (tx) => {
        const { count, verdicts, dues } = await judgeAgain(tx, now, rowsMax)
        await Promise.all([found(tx, verdicts, now), writeAirDue(tx, dues)])
        return count
      }),

    judgeAbsences: (now) =>
      sliced(rowsMax, async (tx) => {
        const { count, verdicts } = await judgeAbsences(tx, now, rowsMax)
        await found(tx, verdicts, now)
        return count
      }),

    reviewPacts: (now) => sliced(reviewsMax, (tx) => reviewPacts(tx, now, reviewsMax)),

    lookAgain,

    remind: (now) => sliced(rowsMax, (tx) => remind(tx, now, rowsMax)),

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
 * Two at a time: while one is in our hands, the other is in the database's. The second begins when the first has taken
 * all it may: begun together they would share out the people of one small morning, and two lists come of one cause.
 */
async function judgeSilentSlices(asked: SilentSlice): Promise<PromiseSettledResult<Slice>[]> {
  const second: Promise<PromiseSettledResult<Slice>[]>[] = []
  const beginSecond = () => void second.push(Promise.allSettled([judgeSilentSlice(asked, () => {})]))
  const first = await Promise.allSettled([judgeSilentSlice(asked, beginSecond)])
  return [...first, ...(await Promise.all(second)).flat()]
}

/**
 * A slice of those who did not greet; `onFull` hears that more may be left. If it fails as a whole, each half is judged
 * for itself, and so on, so that one whose judgement fails does not leave everybody else unseen; then the failure is
 * told all the same.
 */
async function judgeSilentSlice({ db, log, found, now }: SilentSlice, onFull: () => void): Promise<Slice> {
  const judge = async (which: { max: number; only?: readonly number[] }) => {
    let taken: number[] = []
    const onTaken = (pactIds: number[]) => {
      // `work` of a transaction may run again after a deadlock
      const isFirst = taken.length === 0
      taken = pactIds
      if (isFirst && which.only === undefined && taken.length === which.max) onFull()
    }
    try {
      await db.transaction(async (tx) => found(tx, await judgeSilent(tx, now, { ...which, onTaken }), now))
      return { taken, failure: undefined }
    } catch (failure) {
      return { taken, failure }
    }
  }
  const judgeHalves = async (pactIds: readonly number[]): Promise<void> => {
    const middle = Math.ceil(pactIds.length / 2)
    for (const only of [pactIds.slice(0, middle), pactIds.slice(middle)]) {
      const { taken, failure } = await judge({ max: only.length, only })
      if (failure !== undefined && taken.length > 1) await judgeHalves(taken)
    }
  }
  const { taken, failure } = await judge({ max: slices.silentMax })
  if (failure === undefined) return { count: taken.length, more: taken.length === slices.silentMax }
  log.error({ error: failure, pacts: taken.length }, 'deadlines could not be judged together')
  if (taken.length > 1) await judgeHalves(taken)
  throw failure
}
