// One resident's mornings under one rule: what falls due, what covers it, who is asked, who is sent.
import type { RiskTier } from '#contract/primitives.ts'
import { departureAskAt } from '#domain/absence.ts'
import type { Occurrence } from '#domain/occurrence.ts'
import { judgeSilence, withLongestSilence, type SilenceTask } from '#domain/silence.ts'
import { limits } from '#limits'
import { askWell, type Silent } from './asking.ts'
import { dateOf, dayMin, daysAll, daysBefore, epoch, minuteOf, occurrenceOn, yearDays } from './calendar.ts'
import { draw } from './draw.ts'
import { awayDeclared, cutAt, here, notEnrolled, type Cut, type Life, type Year } from './lives.ts'
import { review, type Learned, type Policy } from './policy.ts'
import type { World } from './world.ts'

export type Incident = { at: number; cause: string | null; home: number }

/** What became of each day, by day + daysBefore; minutes of the year. */
export type Mornings = {
  calls: number
  sent: number
  incidents: Incident[]
  /** When it falls due (effective), and by the agreed hour alone; NaN where nothing is due. */
  dueAt: Float64Array
  agreedAt: Float64Array
  opensAt: Float64Array
  /** When somebody knew that they are well (Infinity: nobody asks, they are away). */
  endedAt: Float64Array
  learned: Learned
}

const reminderDraw = 90
const pressesWithinMin = 2
/** A device is taken for lost this long after its line was cut (mains: domain/liveness.ts, 10 minutes). */
const lostAfterMin = 10
const minuteMs = 60_000
/** What was kept while the line was cut comes a minute after it is back. */
const backlogMin = 1

export type Setting = { world: World; year: Year; policy: Policy }

export function mornings(setting: Setting, life: Life): Mornings {
  const { policy } = setting
  const found: Mornings = {
    calls: 0,
    sent: 0,
    incidents: [],
    dueAt: new Float64Array(daysAll).fill(NaN),
    agreedAt: new Float64Array(daysAll).fill(NaN),
    opensAt: new Float64Array(daysAll).fill(NaN),
    endedAt: new Float64Array(daysAll).fill(Infinity),
    learned: { deadlineMinute: policy.agreedMinute, usualMinute: null, mornings: [], reviewOnDay: -1e9 },
  }
  const state: State = {
    lastHeardAt: null,
    hasPressed: life.joinsOn < -daysBefore,
    knownAwayUntil: -1e9,
    asksBeforeMin: {
      inFortnight: asksBeforeMin(policy, life, true),
      later: asksBeforeMin(policy, life, false),
    },
  }
  for (let index = 0; index < daysAll; index += 1) {
    const day = index - daysBefore
    if (life.where[index] === notEnrolled) continue
    review(found.learned, policy, day, life.tier)
    oneMorning(setting, life, { day, index, found, state })
  }
  return found
}

type Known = { lastHeardAt: number | null; hasPressed: boolean; knownAwayUntil: number }
/** `asksBeforeMin`: how long before the deadline the first ask is, asked once for all mornings. */
type State = Known & { asksBeforeMin: { inFortnight: number; later: number } }
type Day = { day: number; index: number; found: Mornings; state: State }

function oneMorning(setting: Setting, life: Life, { day, index, found, state }: Day): void {
  const { policy, year } = setting
  const agreed = occurrenceOn(day, found.learned.deadlineMinute)
  const silenceRules = policy.rules[life.tier].silence
  const isExcused = life.where[index] === awayDeclared || day < state.knownAwayUntil
  const heardAt = state.lastHeardAt === null ? null : epoch(state.lastHeardAt)
  const next = policy.knowsSilences && !isExcused ? withLongestSilence(agreed, heardAt, silenceRules) : agreed
  const dueAt = minuteOf(next.dueAt)
  found.dueAt[index] = dueAt
  found.agreedAt[index] = minuteOf(agreed.dueAt)
  found.opensAt[index] = minuteOf(next.opensAt)
  const isDeparture = life.where[index] === awayDeclared && life.where[index - 1] === here
  if (isExcused) {
    if (!policy.knowsSilences || !isDeparture) return
    const askedAt = minuteOf(departureAskAt(next, heardAt, policy.rules[life.tier]))
    found.dueAt[index] = askedAt
    ask(setting, life, { day, index, found, state, task: 'departure', judgedAt: askedAt, pressAt: Infinity })
    return
  }
  const press = pressOf(setting, life, { day, index, next })
  const judgedAt = afterOwnCut(year.ownCuts, dueAt, limits.ownBlindnessSettleMs / 60_000)
  // Some are asked before the deadline: who answers then was never missed.
  const isInFortnight = day - life.joinsOn < silenceRules.fortnightDays
  const beforeMin = isInFortnight ? state.asksBeforeMin.inFortnight : state.asksBeforeMin.later
  if (press.arrivesAt <= judgedAt - beforeMin)
    return heard(found, state, { day, index, at: press.at, isPress: true })
  const { task, cause } = taskOf(setting, life, { dueAt, judgedAt, next, state, day })
  const agreedInMin = Math.max(0, minuteOf(agreed.dueAt) - judgedAt)
  ask(setting, life, {
    day,
    index,
    found,
    state,
    task,
    cause,
    judgedAt,
    pressAt: press.arrivesAt,
    agreedInMin,
  })
}

function asksBeforeMin(policy: Policy, { tier, deaf }: Life, firstFortnight: boolean): number {
  const plan = policy.plan({ task: 'missed', tier, deaf, firstFortnight, agreedInMin: 0, judgedLateMin: 0 })
  return Math.max(0, -(plan[0]?.afterMs ?? 0) / minuteMs)
}

/** When their own press is made and when it arrives; Infinity for none. A reminder reaches who is up and at home. */
function pressOf(
  { world, year, policy }: Setting,
  life: Life,
  { day, index, next }: { day: number; index: number; next: Occurrence },
): { at: number; arrivesAt: number } {
  if (life.where[index] !== here) return { at: Infinity, arrivesAt: Infinity }
  const cuts = year.cuts[life.home] ?? []
  const own = life.pressAt[index] ?? NaN
  let at = Number.isNaN(own) || life.lost[index] === 1 ? Infinity : own
  const remindAt = minuteOf(next.remindAt)
  const isReminded =
    policy.reminds &&
    at > remindAt &&
    (life.upAt[index] ?? Infinity) <= remindAt &&
    draw(year.seed, life.id, day, reminderDraw) < world.answers.reminderWorks &&
    !cutAt(cuts, remindAt) &&
    !cutAt(year.ownCuts, remindAt)
  if (isReminded) at = Math.min(at, remindAt + pressesWithinMin)
  const cut = cutAt(cuts, at) ?? cutAt(year.ownCuts, at)
  return { at, arrivesAt: cut ? cut.until + backlogMin : at }
}

/** Safety 8: who fell due while we could not see waits for the backlog. */
export function afterOwnCut(ownCuts: readonly Cut[], dueAt: number, settleMin: number): number {
  const cut = ownCuts.find(({ from, until }) => from <= dueAt && dueAt < until + settleMin)
  return cut ? cut.until + settleMin : dueAt
}

/** The product's judgement of the silence. */
export function taskOf(
  { year, policy }: Setting,
  life: { id: number; home: number; tier: RiskTier; deaf: boolean },
  at: { dueAt: number; judgedAt: number; next: { dueAt: number }; state: Known; day: number },
): { task: SilenceTask; cause: string | null } {
  if (!policy.knowsSilences) return { task: 'missed', cause: null }
  const cut = cutAt(year.cuts[life.home] ?? [], at.judgedAt)
  const devicesBlind = cut !== undefined && at.judgedAt - cut.from >= lostAfterMin
  const verdict = judgeSilence({
    dueAt: at.next.dueAt,
    tier: life.tier,
    deaf: life.deaf,
    signs: [],
    devicesBlind,
    lastSign: null,
    onWhatDay: dateOf(at.day),
    absence: false,
    now: epoch(at.judgedAt),
    neverPressed: !at.state.hasPressed,
    lastOwnSignAt: at.state.lastHeardAt === null ? null : epoch(at.state.lastHeardAt),
    rules: policy.rules[life.tier].silence,
  })
  if (!verdict) throw new Error('only an absence excuses a silence')
  return { task: verdict.task, cause: devicesBlind ? cut.cause : null }
}

type Asked = Day & {
  task: SilenceTask
  cause?: string | null
  judgedAt: number
  pressAt: number
  agreedInMin?: number
  judgedLateMin?: number
}

function ask(setting: Setting, life: Life, asked: Asked): void {
  const { day, index, found, state } = asked
  const silent = silentOf(setting, life, asked)
  const isHome = life.where[index] === here
  const end = askWell(silent, { pressAt: asked.pressAt, isHome })
  if (day >= 0 && day < yearDays) {
    found.calls += end.calls
    found.sent += Number(end.sent)
    // Excused or heard before the deadline: nothing that anybody sees.
    if (asked.cause !== undefined && end.endedAt > asked.judgedAt)
      found.incidents.push({ at: asked.judgedAt, cause: asked.cause, home: life.home })
  }
  // Whoever was away without a word is asked once: then the absence is written down.
  if (!isHome) state.knownAwayUntil = homeAgainOn(life, index) - daysBefore
  if (!isHome && asked.task !== 'departure') found.endedAt[index] = end.endedAt
  if (isHome)
    heard(found, state, { day, index, at: end.endedAt, isPress: end.by === 'press' || end.by === 'resident' })
}

export function silentOf(
  { world, year, policy }: Setting,
  life: { id: number; home: number; tier: RiskTier; deaf: boolean; joinsOn: number },
  asked: { day: number; task: SilenceTask; judgedAt: number; agreedInMin?: number; judgedLateMin?: number },
): Silent {
  const { day, task, judgedAt } = asked
  const firstFortnight = day - life.joinsOn < policy.rules[life.tier].silence.fortnightDays
  return {
    seed: year.seed,
    id: life.id,
    day,
    tier: life.tier,
    dueAt: judgedAt,
    plan: policy.plan({
      task,
      tier: life.tier,
      deaf: life.deaf,
      firstFortnight,
      agreedInMin: asked.agreedInMin ?? 0,
      judgedLateMin: asked.judgedLateMin ?? 0,
    }),
    answers: world.answers,
    devicesReached: cutAt(year.cuts[life.home] ?? [], judgedAt) === undefined,
  }
}

function heard(
  found: Mornings,
  state: State,
  { day, index, at, isPress }: { day: number; index: number; at: number; isPress: boolean },
): void {
  found.endedAt[index] = at
  state.lastHeardAt = at
  if (!isPress) return
  state.hasPressed = true
  found.learned.mornings.push({ on: dateOf(day), minute: Math.round(at - day * dayMin) })
}

function homeAgainOn(life: Life, index: number): number {
  let home = index
  while (home < daysAll && life.where[home] !== here) home += 1
  return home
}
