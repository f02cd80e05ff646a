// A declared absence (外出报备): what it excuses, when it speaks up, and how it ends. It suppresses a missed check-in only.
import { defaultRules } from '#contract/rule-set.ts'
import type { IncidentTask } from '#contract/incident.ts'
import type { AbsenceRules } from '#contract/rules-device.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import { addDays } from './calendar-day.ts'
import { localInstant, type Occurrence } from './occurrence.ts'

/** Days are 'YYYY-MM-DD' in the community's zone; `untilOn` is the day of return, which is looked after again. */
export type Absence = {
  fromOn: string
  untilOn: string
  /** The day on which place, companion and number were last confirmed by a call. */
  confirmedOn: string
  endedOn: string | null
}

export type AbsenceNow = {
  /** Whether a missed check-in of this day is excused (safety 10). */
  excuses: boolean
  /** To do today, each by a human: nothing here happens by itself but the end. */
  tasks: AbsenceTask[]
  /** Past its last day, or ended by a human. */
  isOver: boolean
}

export type AbsenceTask = 'confirmDeparture' | 'confirmAgain' | 'remindReturn' | 'firstMorningHome'

/**
 * What an absence means on a day. It expires by itself: no day from `untilOn` on is excused, nor any day beyond the
 * longest time without a confirmation, for an absence that nobody confirms is a person whom nobody has heard.
 */
export function judgeAbsence(
  absence: Absence,
  on: string,
  rules: AbsenceRules = defaultRules.absence,
): AbsenceNow {
  const { fromOn, untilOn, confirmedOn, endedOn } = absence
  const unconfirmedFrom = addDays(confirmedOn > fromOn ? confirmedOn : fromOn, rules.daysMax)
  const isEnded = endedOn !== null && on >= endedOn
  const isInside = on >= fromOn && on < untilOn && !isEnded
  const excuses = isInside && on < unconfirmedFrom
  const tasks: AbsenceTask[] = []
  if (isInside && on === fromOn) tasks.push('confirmDeparture')
  if (isInside && on >= addDays(unconfirmedFrom, -1)) tasks.push('confirmAgain')
  if (isInside && on === addDays(untilOn, -rules.remindBeforeDays)) tasks.push('remindReturn')
  if (on === (endedOn !== null && endedOn < untilOn ? endedOn : untilOn)) tasks.push('firstMorningHome')
  return { excuses, tasks, isOver: on >= untilOn || isEnded }
}

/** A press during it: somebody is at home. A human asks "back early?"; it neither ends the absence nor is ignored. */
export function pressDuring(absence: Absence, press: { on: string }): 'askBackEarly' | 'ordinary' {
  const isInside = press.on >= absence.fromOn && press.on < absence.untilOn && absence.endedOn === null
  return isInside ? 'askBackEarly' : 'ordinary'
}

/**
 * When the number of the absence is called to hear that they have left: at the deadline of the first excused morning,
 * or earlier, so that somebody is at the door within 26 hours should they never have left. A fall between the last
 * press and the departure is the one emergency that an absence could hide. Who was not heard the day before either (one
 * absence after another, a pact for some weekdays) is asked about at the hour, not in the middle of the night.
 */
export function departureAskAt(
  first: Occurrence,
  lastOwnSignAt: number | null,
  rules: Pick<RuleSet, 'silence' | 'ladder'> = defaultRules,
): number {
  if (lastOwnSignAt === null) return first.dueAt
  const { silence, ladder } = rules
  const earlierMin = ladder.newcomerStewardAfterMin - defaultRules.ladder.stewardAfterMin
  const atLatest = lastOwnSignAt + (silence.longestSilenceMin - Math.max(0, earlierMin)) * 60_000
  return atLatest <= first.opensAt ? first.dueAt : Math.min(first.dueAt, atLatest)
}

/** What a human is asked about an absence, and from when (epoch ms). */
export type AbsenceAsk = {
  task: Extract<IncidentTask, 'departure' | 'absenceEnds'>
  at: number
  /** The day it begins, or the first one that it does not excuse any more. */
  on: string
}

/** In the evening before: people are at home and answer, and tomorrow can still be arranged. */
const eveningAt = '18:00'

/**
 * Earliest first. `first` is the first occurrence of their pact in it: whoever pressed on that very morning has not left
 * before, and is asked about for that press already.
 */
export function absenceAsks(
  absence: Absence & { declaredAt: number },
  known: { first: Occurrence | null; lastOwnSignAt: number | null; zone: string },
  rules: Pick<RuleSet, 'silence' | 'ladder' | 'absence'> = defaultRules,
): AbsenceAsk[] {
  const { fromOn, untilOn, declaredAt } = absence
  const { first, lastOwnSignAt, zone } = known
  const asks: AbsenceAsk[] = []
  const excuses = (on: string) => judgeAbsence(absence, on, rules.absence).excuses
  if (first && excuses(first.on) && (lastOwnSignAt ?? -Infinity) < first.opensAt) {
    const at = Math.max(departureAskAt(first, lastOwnSignAt, rules), declaredAt)
    asks.push({ task: 'departure', at, on: fromOn })
  }
  const evening = new Set<AbsenceTask>(['remindReturn', 'confirmAgain'])
  let wasExcused = true
  for (let on = fromOn; on < untilOn && wasExcused; on = addDays(on, 1)) {
    wasExcused = excuses(on)
    const { tasks } = judgeAbsence(absence, on, rules.absence)
    if (!wasExcused || !tasks.some((task) => evening.has(task))) continue
    const until = excuses(addDays(on, 1)) ? untilOn : addDays(on, 1)
    asks.push({ task: 'absenceEnds', at: localInstant(on, eveningAt, zone), on: until })
  }
  return asks.toSorted((a, b) => a.at - b.at)
}
