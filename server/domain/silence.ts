// A deadline has passed without a check-in: late, blind or missed? Silence is never just one thing.
import type { Evidence } from '#contract/incident.ts'
import type { RiskTier, Silence, Stage } from '#contract/primitives.ts'
import { limits } from '../limits.ts'

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
}

export type SilenceVerdict = {
  silence: Silence
  stage: Stage
  evidence: Evidence
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
 * at the second deadline, late has become missed.
 */
export function judgeSilence(input: SilenceInput): SilenceVerdict | null {
  if (input.absence) return null
  if (input.devicesBlind) return blind(input)
  const secondDueAt = input.dueAt + limits.secondDeadlineMs
  if (softened(input) && input.now < secondDueAt) return late(input, secondDueAt)
  return verdict(input, 'missed', 'alarm')
}

/** Safety 6: from indoors, within the hour before the deadline, and never for high risk. */
const softened = (input: SilenceInput): boolean =>
  input.tier !== 'high' &&
  input.signs.some(
    (sign) => sign.indoors && sign.at <= input.dueAt && sign.at >= input.dueAt - limits.signOfLifeWindowMs,
  )

function late(input: SilenceInput, secondDueAt: number): SilenceVerdict {
  const found = verdict(input, 'late', 'notice')
  return { ...found, evidence: { ...found.evidence, secondDueAt }, secondDueAt }
}

function blind(input: SilenceInput): SilenceVerdict {
  const withinMs = input.tier === 'high' ? limits.blindContactHighRiskMs : limits.blindContactMs
  return { ...verdict(input, 'blind', 'warning'), contactDueAt: input.dueAt + withinMs }
}

function verdict(input: SilenceInput, silence: Silence, stage: Stage): SilenceVerdict {
  const signs = input.lastSign ? [input.lastSign, ...input.signs] : input.signs
  const last = signs
    .filter((sign) => sign.at <= input.now)
    .reduce<SignOfLife | null>((latest, sign) => (latest && latest.at >= sign.at ? latest : sign), null)
  const evidence: Evidence = { silence, on: input.onWhatDay, dueAt: input.dueAt }
  if (last) evidence.lastSign = { at: last.at, what: last.what }
  return { silence, stage, evidence, contactBy: input.deaf ? 'visit' : 'phone' }
}
