// A deadline has passed without a check-in: late, blind or missed? Silence is never just one thing.
import type { Evidence, IncidentTask } from '#contract/incident.ts'
import type { RiskTier, Silence, Stage } from '#contract/primitives.ts'
import { defaultRules } from '#contract/rule-set.ts'
import type { SilenceRules } from '#contract/rules-silence.ts'
import type { Occurrence } from './occurrence.ts'

export type SignOfLife = { at: number; what: string }

export type SilenceInput = {
  dueAt: number
  tier: RiskTier
  deaf: boolean
  /** Signs of life that are not check-ins, in any order. */
  signs: readonly (SignOfLife & { indoors: boolean })[]
  /** Whether the devices that would have carried the check-in cannot be seen, or we could not see ourselves. */
  devicesBlind: boolean
  /** The last sign of any kind, however old: it is shown to whoever goes. */
  lastSign: SignOfLife | null
  /** The day of the pact, 'YYYY-MM-DD'. */
  onWhatDay: string
  /** A declared absence (外出报备) covers that day. */
  absence: boolean
  now: number
  /** Occurrences that the longest silence has put forward: the hour that was agreed (epoch ms). */
  agreedAt?: number | null
  /** Has never pressed since the enrolment: somebody to teach, not somebody who fell silent. */
  neverPressed?: boolean
  /** The last time they themselves were heard: a press, or a voice (epoch ms; null never). */
  lastOwnSignAt?: number | null
  rules?: SilenceRules
}

/**
 * What the humans have before them: a silence of its kind, a newcomer to teach, a silence that became too long, or a
 * declared absence of which nobody has seen the departure (domain/absence.ts).
 */
export type SilenceTask = Silence | Extract<IncidentTask, 'neverPressed' | 'longSilence' | 'departure'>

export type SilenceVerdict = {
  silence: Silence
  stage: Stage
  evidence: Evidence
  task: SilenceTask
  /** Late only: when it becomes missed. */
  secondDueAt?: number
  /** Blind only: by when a human must have spoken with her. */
  contactDueAt?: number
  /** How to reach her: a deaf resident is never judged by calls she did not answer (safety 18). */
  contactBy: 'phone' | 'visit'
}

/**
 * What the silence after a deadline means; null when an absence excuses it (safety 10). Blind goes before late: with
 * the line down her press may be lost, and a contact is due sooner than a second deadline (safety 8). Judged again
 * at the second deadline, late has become missed. Signs are judged by when they were, so no order of arrival matters.
 */
export function judgeSilence(input: SilenceInput): SilenceVerdict | null {
  if (input.absence) return null
  const rules = input.rules ?? defaultRules.silence
  if (input.devicesBlind) return blind(input, rules)
  const secondDueAt = input.dueAt + rules.secondDeadlineMin * minuteMs
  if (isSoftened(input, rules) && input.now < secondDueAt) return late(input, secondDueAt)
  if (input.neverPressed && input.tier !== 'high')
    return asTask(verdict(input, 'missed', 'warning'), 'neverPressed')
  const missed = verdict(input, 'missed', 'alarm')
  return !input.neverPressed && isLongSilence(input, rules) ? asTask(missed, 'longSilence') : missed
}

const asTask = (found: SilenceVerdict, task: 'neverPressed' | 'longSilence'): SilenceVerdict => ({
  ...found,
  evidence: { ...found.evidence, task },
  task,
})

/**
 * The occurrence by which they are asked for: no later than the longest silence allows after they were last heard,
 * also where that is before the agreed hour. It moves only the coming morning: a pact for some weekdays is not
 * stretched over the days between (`opensAt`).
 */
export function withLongestSilence(
  next: Occurrence,
  lastOwnSignAt: number | null,
  rules: SilenceRules = defaultRules.silence,
): Occurrence {
  if (lastOwnSignAt === null) return next
  const atLatest = wholeMinute(lastOwnSignAt + rules.longestSilenceMin * minuteMs)
  if (atLatest >= next.dueAt || atLatest <= next.opensAt) return next
  return {
    ...next,
    dueAt: atLatest,
    remindAt: Math.min(next.remindAt, Math.max(next.opensAt, atLatest - rules.remindBeforeMin * minuteMs)),
  }
}

/**
 * Whether they were heard since the hour was put forward, so that it need not be as early any more. `undefined`: it is
 * time. An occurrence that was not put forward is never moved.
 */
export function heardSince(
  occurrence: { agreedAt: number | null; now: number },
  lastOwnSignAt: number | null,
  rules: SilenceRules = defaultRules.silence,
): { dueAt: number; isAgreed: boolean } | undefined {
  const { agreedAt, now } = occurrence
  if (agreedAt === null || lastOwnSignAt === null || now >= agreedAt) return undefined
  const atLatest = wholeMinute(lastOwnSignAt + rules.longestSilenceMin * minuteMs)
  if (atLatest <= now) return undefined
  return { dueAt: Math.min(agreedAt, atLatest), isAgreed: atLatest >= agreedAt }
}

const minuteMs = 60_000

/** Down: those of one minute fall due together, and are judged together. */
const wholeMinute = (at: number): number => Math.floor(at / minuteMs) * minuteMs

const isLongSilence = ({ lastOwnSignAt, dueAt }: SilenceInput, rules: SilenceRules): boolean =>
  lastOwnSignAt != null && dueAt >= wholeMinute(lastOwnSignAt + rules.longestSilenceMin * minuteMs)

/** Safety 6: from indoors, within the hour before the deadline, and never for high risk. */
const isSoftened = (input: SilenceInput, rules: SilenceRules): boolean =>
  rules.signSoftens &&
  input.tier !== 'high' &&
  input.signs.some(
    (sign) =>
      sign.indoors && sign.at <= input.dueAt && sign.at >= input.dueAt - rules.signWindowMin * minuteMs,
  )

function late(input: SilenceInput, secondDueAt: number): SilenceVerdict {
  const found = verdict(input, 'late', 'notice')
  return { ...found, evidence: { ...found.evidence, secondDueAt }, secondDueAt }
}

/** Safety 8: the tier bounds it whatever the rules say. */
function blind(input: SilenceInput, rules: SilenceRules): SilenceVerdict {
  const withinMin = Math.min(rules.blindContactMin, input.tier === 'high' ? 15 : 60)
  const contactDueAt = input.dueAt + withinMin * minuteMs
  const found = verdict(input, 'blind', 'warning')
  return { ...found, evidence: { ...found.evidence, contactDueAt }, contactDueAt }
}

function verdict(input: SilenceInput, silence: Silence, stage: Stage): SilenceVerdict {
  const signs = input.lastSign ? [input.lastSign, ...input.signs] : input.signs
  const last = signs.filter((sign) => sign.at <= input.now).reduce<SignOfLife | null>(laterOf, null)
  const evidence: Evidence = { silence, on: input.onWhatDay, dueAt: input.dueAt }
  if (last) evidence.lastSign = { at: last.at, what: last.what }
  if (input.neverPressed) evidence.neverPressed = true
  if (input.lastOwnSignAt != null) evidence.heardAt = input.lastOwnSignAt
  if (input.agreedAt != null) evidence.agreedAt = input.agreedAt
  if (input.deaf) evidence.contactBy = 'visit'
  return { silence, stage, evidence, task: silence, contactBy: input.deaf ? 'visit' : 'phone' }
}

/** Of two with the same time the one that comes first in the alphabet: order of arrival leaves no trace. */
const laterOf = (latest: SignOfLife | null, sign: SignOfLife): SignOfLife =>
  latest && (latest.at > sign.at || (latest.at === sign.at && latest.what <= sign.what)) ? latest : sign
