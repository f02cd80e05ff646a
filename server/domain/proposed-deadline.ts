// A deadline of their own, from the mornings on which they pressed: a proposal that counts only when staff accept it.
import { defaultRules } from '#contract/rule-set.ts'
import type { ProposalRules } from '#contract/rules-silence.ts'

/** One morning: the day ('YYYY-MM-DD', in the zone of the community) and the minute of that day of the press. */
export type Morning = { on: string; minute: number }

export type Proposal = {
  /** HH:MM, in steps of five minutes. */
  deadline: string
  deadlineMinute: number
  /** The middle of their own mornings, as a minute of the day. */
  usualMinute: number
  /** How far their later mornings lie behind the middle, on average (minutes). */
  spreadMin: number
  /** Mornings a year on which they would merely have slept longer. */
  expectedMissesPerYear: number
  /** From the usual press to the deadline: how much later silence is noticed than it could be (minutes). */
  expectedDelayMin: number
  /** How many mornings it rests on. */
  mornings: number
}

const stepMin = 5
const mornings = 365

/**
 * A robust upper quantile: the median of the last mornings, and a margin behind it that keeps the expected false
 * misses under the limit. The spread is drawn towards that of people in general while there are few mornings, for a
 * quantile of few mornings is mostly chance. Null below the smallest number of mornings.
 */
export function proposeDeadline(
  history: readonly Morning[],
  rules: ProposalRules = defaultRules.proposal,
): Proposal | null {
  const minutes = lastMornings(history, rules.historyDays).sort()
  if (minutes.length < rules.historyMin) return null
  const usual = quantile(minutes, 0.5)
  const spread = spreadAbove(minutes, usual, rules)
  const exact = usual + spread * marginInSpreads(rules.missesPerYearMax / mornings)
  const deadlineMinute = Math.min(Math.ceil(exact / stepMin) * stepMin, 24 * 60 - stepMin)
  const margin = deadlineMinute - usual
  return {
    deadline: clock(deadlineMinute),
    deadlineMinute,
    usualMinute: Math.round(usual),
    spreadMin: Math.round(spread),
    expectedMissesPerYear: Math.round(mornings * beyond(margin / spread) * 10) / 10,
    expectedDelayMin: Math.round(margin),
    mornings: minutes.length,
  }
}

/** The minutes of the last mornings by their days, in whatever order they came. */
function lastMornings(history: readonly Morning[], count: number): Float64Array {
  const isInOrder = history.every((morning, nth) => nth === 0 || (history[nth - 1]?.on ?? '') <= morning.on)
  const inOrder = isInOrder ? history : history.toSorted(byDay)
  const last = inOrder.slice(-count)
  const minutes = new Float64Array(last.length)
  for (const [nth, { minute }] of last.entries()) minutes[nth] = minute
  return minutes
}

const byDay = (a: Morning, b: Morning): number => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.minute - b.minute)

/** Mornings a year on which they would merely have slept longer, were this hour (HH:MM) agreed. */
export function missesAt(hour: string, { usualMinute, spreadMin }: Proposal): number {
  return Math.round(mornings * beyond((minuteOf(hour) - usualMinute) / spreadMin) * 10) / 10
}

/** Whether staff should be asked to change the pact: the habit has moved by more than a little. */
export function hasShifted(
  current: string,
  proposal: Proposal,
  rules: ProposalRules = defaultRules.proposal,
): boolean {
  return Math.abs(proposal.deadlineMinute - minuteOf(current)) >= rules.shiftMin
}

/** The latest tenth of the mornings (illness, a late night) counts as the nine tenths' border: it says little of habit. */
function spreadAbove(sorted: Float64Array, usual: number, rules: ProposalRules): number {
  const cap = quantile(sorted, 0.95)
  let [above, count] = [0, 0]
  for (const minute of sorted) {
    if (minute <= usual) continue
    above += Math.min(minute, cap) - usual
    count += 1
  }
  const own = above / Math.max(count, 1)
  const weight = rules.spreadWeightDays
  return Math.max(stepMin, (own * sorted.length + rules.usualSpreadMin * weight) / (sorted.length + weight))
}

/**
 * Mornings behave like a logistic distribution: a normal middle, and a heavier tail than normal (people oversleep).
 * Its mean deviation above the median is 2 ln 2 of its scale.
 */
const logisticSpread = 2 * Math.LN2
const beyond = (spreads: number): number => 1 / (1 + Math.exp(spreads * logisticSpread))
const marginInSpreads = (share: number): number => Math.log(1 / share - 1) / logisticSpread

function quantile(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)] ?? NaN
  const above = sorted[Math.ceil(at)] ?? below
  return below + (above - below) * (at - Math.floor(at))
}

function minuteOf(clockTime: string): number {
  const [hours = 0, minutes = 0] = clockTime.split(':').map(Number)
  return hours * 60 + minutes
}

const clock = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
