// Who has not said good morning: pacts that are due are judged once each, and roll on to their next day.
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { nextOccurrence, type Occurrence } from '#domain/occurrence.ts'
import { judgeSilence } from '#domain/silence.ts'
import type { Verdict } from '#domain/verdict.ts'
import { limits } from '../limits.ts'
import * as store from './deadline-store.ts'
import type { Circumstances, DuePact, SignRow } from './deadline-store.ts'

/** Slices: those who greeted only roll on; for each of the others people are told in the same transaction. */
export const slices = { coveredMax: 5000, silentMax: 200 }

/** Rolls pacts whose resident greeted. Gives how many. */
export async function rollCovered(tx: Tx, now: number): Promise<number> {
  const pacts = await store.lockDuePacts(tx, { covered: true, now, max: slices.coveredMax })
  await store.rollPacts(tx, rollsOf(pacts))
  announceLedgers(tx, pacts)
  return pacts.length
}

/** Which of the silent ones: at most `max`, none of `except`; `onTaken` hears which before they are judged. */
export type Taking = { max: number; except: readonly number[]; onTaken: (pactIds: number[]) => void }

/** Judges pacts that nobody covered. Gives how many were looked at, and what was found. */
export async function judgeSilent(
  tx: Tx,
  now: number,
  { max, except, onTaken }: Taking,
): Promise<{ judged: number; verdicts: Verdict[] }> {
  const pacts = await store.lockDuePacts(tx, { covered: false, now, max, except })
  onTaken(pacts.map(({ pactId }) => pactId))
  if (pacts.length === 0) return { judged: 0, verdicts: [] }
  const rolls = rollsOf(pacts)
  // Of several mornings that passed while nobody could look, the last one says all there is to do.
  const superseded = new Set(rolls.filter(({ next }) => next.dueAt <= now).map(({ pactId }) => pactId))
  const current = pacts.filter(({ pactId }) => !superseded.has(pactId))
  const ids = current.map(({ pactId }) => pactId)
  const circumstances = await store.circumstancesOf(tx, ids, now)
  const signs = await store.signsBefore(tx, ids, limits.signOfLifeWindowMs)
  const verdicts = current.flatMap((pact) => {
    const known = circumstances.find(({ pactId }) => pactId === pact.pactId)
    const own = signs.filter(({ pactId }) => pactId === pact.pactId)
    return (known && silenceOf({ pact, known, signs: own, now })) ?? []
  })
  await store.rollPacts(tx, rolls)
  announceLedgers(tx, pacts)
  for (const { communityId, homeId } of current) announce(tx, { communityId, kind: 'home', id: homeId })
  return { judged: pacts.length, verdicts }
}

type Silent = { pact: DuePact; known: Circumstances; signs: SignRow[]; now: number }

/** Undefined for who answered after all, before anybody looked, and for who is away (safety 10). */
function silenceOf({ pact, known, signs, now }: Silent): Verdict | undefined {
  if (known.pressedAt !== null) return undefined
  const { lastSignAt, lastSignWhat } = known
  const silence = judgeSilence({
    dueAt: pact.dueAt,
    tier: pact.tier,
    deaf: pact.deaf,
    signs,
    devicesBlind: known.devicesBlind,
    lastSign: lastSignAt !== null && lastSignWhat !== null ? { at: lastSignAt, what: lastSignWhat } : null,
    onWhatDay: pact.dueOn,
    absence: known.absent,
    now,
  })
  if (!silence) return undefined
  const { communityId, homeId, residentId, origin, pactId, dueOn } = pact
  return {
    communityId,
    homeId,
    residentId,
    deviceId: null,
    kind: 'missed',
    stage: silence.stage,
    evidence: silence.evidence,
    origin,
    ringsAgain: false,
    pact: { id: pactId, on: dueOn },
  }
}

/** The many pacts of a community with one deadline share the reckoning of their next day. */
function rollsOf(pacts: readonly DuePact[]): store.Roll[] {
  const known = new Map<string, Occurrence>()
  return pacts.map((pact) => {
    const { zone, deadline, days, edge, dueAt, dueOn } = pact
    const key = [zone, deadline, days.join(), edge, dueAt, dueOn].join(' ')
    const next = known.get(key) ?? nextDay(pact)
    known.set(key, next)
    return { pactId: pact.pactId, dueOn, next }
  })
}

/** The next day of the pact, also where this deadline was put earlier than usual: no day is judged twice. */
function nextDay({ zone, deadline, days, edge, dueAt, dueOn }: DuePact): Occurrence {
  const pact = { zone, deadline, days, edge, remindBeforeMs: limits.remindBeforeMs }
  const next = nextOccurrence({ ...pact, after: dueAt })
  return next.on > dueOn ? next : nextOccurrence({ ...pact, after: next.dueAt })
}

function announceLedgers(tx: Tx, pacts: readonly DuePact[]): void {
  for (const { communityId } of pacts) announce(tx, { communityId, kind: 'ledger', id: communityId })
}
