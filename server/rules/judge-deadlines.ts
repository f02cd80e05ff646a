// Who has not said good morning: pacts that are due are judged once each, and roll on to their next day.
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { sql, type Sql } from '#db/sql.ts'
import { grouped } from '#domain/grouped.ts'
import { nextOfHalf, type Deadline as PactDeadline } from '#domain/schedule.ts'
import { judgeSilence } from '#domain/silence.ts'
import type { Verdict } from '#domain/verdict.ts'
import { limits } from '../limits.ts'
import { circumstancesOf, signsBefore, type Circumstances, type SignRow } from './circumstances-store.ts'
import * as store from './deadline-store.ts'
import type { Deadline, DuePact } from './deadline-store.ts'

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
  before: RolledSlice | undefined,
): Promise<RolledSlice | undefined> {
  const isMore = before?.count === slices.greetedMax
  const deadline = isMore ? before.deadline : await store.firstGreeted(tx, now)
  if (!deadline) return undefined
  const afterId = isMore ? before.lastId : 0
  const pactIds = store.greetedBefore(deadline, { now, afterId, max: slices.greetedMax })
  const rolled = await roll(tx, { deadline, pactIds, now })
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
  const circumstances = new Map((await circumstancesOf(tx, ids, now)).map((known) => [known.pactId, known]))
  const signs = grouped(await signsBefore(tx, ids, limits.signOfLifeWindowMs), ({ pactId }) => pactId)
  const verdicts = current.flatMap((pact) => {
    const known = circumstances.get(pact.pactId)
    return (known && silenceOf({ pact, known, signs: signs.get(pact.pactId) ?? [], now })) ?? []
  })
  for (const group of alike) {
    const [deadline] = group
    const pactIds = sql`${group.map(({ pactId }) => pactId)}::bigint[]`
    if (deadline) await roll(tx, { deadline, pactIds, now })
  }
  for (const { communityId, homeId } of current) announce(tx, { communityId, kind: 'home', id: homeId })
  return verdicts
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

const keyOf = ({ zone, edge, deadline, days, hours, dueOn, dueAt }: Deadline): string =>
  [zone, edge, deadline, days.join(), hours && JSON.stringify(hours), dueOn, dueAt].join(' ')

async function roll(
  tx: Tx,
  { deadline, pactIds, now }: { deadline: Deadline; pactIds: Sql; now: number },
): Promise<{ count: number; lastId: number }> {
  const next = nextDay(deadline)
  // Only a day that has begun can have been greeted already; the clock of a device may be ahead of ours.
  const hasBegun = next.opensAt <= now + limits.deviceClockAheadMsMax
  const rolled = await store.rollPacts(tx, { pactIds, dueOn: deadline.dueOn, next, hasBegun })
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
