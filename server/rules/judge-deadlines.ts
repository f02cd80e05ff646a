// Who has not said good morning: pacts that are due are judged once each, and roll on to their next day.
import { rulesOfMany } from '#contract/rule-layers.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { sql, type Sql } from '#db/sql.ts'
import { judgeAbsence } from '#domain/absence.ts'
import { addDays } from '#domain/calendar-day.ts'
import { grouped } from '#domain/grouped.ts'
import { nextOfHalf, type Deadline as PactDeadline } from '#domain/schedule.ts'
import { heardSince, judgeSilence } from '#domain/silence.ts'
import type { Verdict } from '#domain/verdict.ts'
import { limits } from '../limits.ts'
import { circumstancesOf, signsBefore, type Circumstances, type SignRow } from './circumstances-store.ts'
import * as store from './deadline-store.ts'
import type { Deadline, DuePact, Later } from './deadline-store.ts'
import { rollMinutesOf, type RollMinutes } from './roll-minutes.ts'
import { ruleBooks } from './rule-book.ts'

/**
 * Slices, each a transaction of at most a quarter of a second, so that nothing that shares a row with it waits longer:
 * those who greeted only roll on; for each of the others people are told in the same transaction.
 */
export const slices = { greetedMax: 6000, silentMax: 500 }

/** A slice of pacts that rolled: the next one begins behind it. */
export type RolledSlice = { deadline: Deadline; count: number; lastId: number }

/** Rolls pacts whose resident greeted before one and the same deadline. Undefined when there is none. */
export async function rollGreeted(
  tx: Tx,
  now: number,
  { before, minutes }: { before: RolledSlice | undefined; minutes: RollMinutes },
): Promise<RolledSlice | undefined> {
  const isMore = before?.count === slices.greetedMax
  const deadline = isMore ? before.deadline : await store.firstGreeted(tx, now)
  if (!deadline) return undefined
  const afterId = isMore ? before.lastId : 0
  const pactIds = store.greetedBefore(deadline, { now, afterId, max: slices.greetedMax })
  const rolled = await roll(tx, { deadline, pactIds, now, minutes })
  return rolled.count > 0 ? { deadline, ...rolled } : undefined
}

/** Which of the silent ones: at most `max`, or `only` these; `onTaken` hears which before they are judged. */
export type Taking = { max: number; only?: readonly number[]; onTaken: (pactIds: number[]) => void }

/** Judges pacts that nobody covered, and gives what was found. */
export async function judgeSilent(tx: Tx, now: number, { onTaken, ...which }: Taking): Promise<Verdict[]> {
  const pacts = await store.lockSilent(tx, { now, ...which })
  onTaken(pacts.map(({ pactId }) => pactId))
  if (pacts.length === 0) return []
  // Of several mornings that passed while nobody could look, the last one says all there is to do.
  const alike = [...grouped(pacts, keyOf).values()]
  const current = alike.filter(([first]) => first && nextDay(first).dueAt > now).flat()
  const ids = current.map(({ pactId }) => pactId)
  const [books, known, signRows] = await Promise.all([
    ruleBooks(tx, [...new Set(pacts.map(({ communityId }) => communityId))]),
    circumstancesOf(tx, ids, now),
    signsBefore(tx, ids, limits.signOfLifeWindowMs),
  ])
  const rulesOf = rulesOfMany(books)
  const circumstances = new Map(known.map((one) => [one.pactId, one]))
  const signs = grouped(signRows, ({ pactId }) => pactId)
  const silents = current.flatMap((pact): Silent[] => {
    const one = circumstances.get(pact.pactId)
    return one ? [{ pact, known: one, signs: signs.get(pact.pactId) ?? [], now, rules: rulesOf(pact) }] : []
  })
  const later = silents.flatMap((silent) => laterOf(silent) ?? [])
  await store.askLater(tx, later)
  const isLater = new Set(later.map(({ pactId }) => pactId))
  const minutes = rollMinutesOf(books)
  for (const group of alike) {
    const [deadline] = group
    const pactIds = sql`${group.flatMap(({ pactId }) => (isLater.has(pactId) ? [] : [pactId]))}::bigint[]`
    if (deadline) await roll(tx, { deadline, pactIds, now, minutes })
  }
  for (const { communityId, homeId } of current) announce(tx, { communityId, kind: 'home', id: homeId })
  return silents.flatMap((silent) => (isLater.has(silent.pact.pactId) ? [] : (silenceOf(silent) ?? [])))
}

type Silent = { pact: DuePact; known: Circumstances; signs: SignRow[]; now: number; rules: RuleSet }

/** Undefined for whom it is time: asked early, they were not heard since. */
function laterOf({ pact, known, now, rules }: Silent): Later | undefined {
  if (known.pressedAt !== null) return undefined
  const later = heardSince({ agreedAt: pact.agreedAt, now }, known.heardAt, rules.silence)
  return later && { pactId: pact.pactId, ...later }
}

/** Safety 10: by the rules, for an absence that nobody confirms is a person whom nobody has heard. */
const isExcused = ({ pact, known: { absence }, rules }: Silent): boolean =>
  absence !== null && judgeAbsence({ ...absence, endedOn: null }, pact.dueOn, rules.absence).excuses

/** In their first days without a single press: somebody to show how. Afterwards it is a silence like any other. */
function isNewcomer({ pact, known, rules }: Silent): boolean {
  return !known.hasPressed && pact.dueOn < addDays(pact.enrolledOn, rules.silence.fortnightDays)
}

/** Undefined for who answered after all, before anybody looked, and for who is away (safety 10). */
function silenceOf(silent: Silent): Verdict | undefined {
  const { pact, known, signs, now, rules } = silent
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
    absence: isExcused(silent),
    now,
    agreedAt: pact.agreedAt,
    neverPressed: isNewcomer(silent),
    lastOwnSignAt: known.heardAt,
    rules: rules.silence,
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

const keyOf = ({ zone, edge, deadline, days, hours, dueOn, dueAt }: Deadline): string =>
  [zone, edge, deadline, days.join(), hours && JSON.stringify(hours), dueOn, dueAt].join(' ')

async function roll(
  tx: Tx,
  {
    deadline,
    pactIds,
    now,
    minutes,
  }: { deadline: Deadline; pactIds: Sql; now: number; minutes: RollMinutes },
): Promise<{ count: number; lastId: number }> {
  const next = nextDay(deadline)
  // Only a day that has begun can have been greeted already; the clock of a device may be ahead of ours.
  const hasBegun = next.opensAt <= now + limits.deviceClockAheadMsMax
  const rolled = await store.rollPacts(tx, { pactIds, dueOn: deadline.dueOn, next, hasBegun, minutes })
  await store.coverByEarlierPresses(
    tx,
    rolled.flatMap((pacts) => pacts.pactIds),
  )
  for (const { communityId } of rolled) announce(tx, { communityId, kind: 'ledger', id: communityId })
  return {
    count: rolled.reduce((sum, { count }) => sum + count, 0),
    lastId: Math.max(0, ...rolled.map(({ lastId }) => lastId)),
  }
}

/** The next day of the pact, also where this deadline was put earlier than usual: no day is judged twice. */
function nextDay({ zone, deadline, days, hours, edge, dueAt, dueOn }: Deadline): PactDeadline {
  const agreed = hours ?? Object.fromEntries(days.map((day) => [day, deadline]))
  const following = (after: number): PactDeadline => {
    const next = nextOfHalf({ edge, hours: agreed, zone, after, remindBeforeMs: limits.remindBeforeMs })
    if (!next) throw new RangeError(`a pact needs a weekday from 1 to 7, not [${days.join()}]`)
    return next
  }
  const next = following(dueAt)
  return next.on > dueOn ? next : following(next.dueAt)
}
