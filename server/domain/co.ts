// Carbon monoxide: from samples and the detector's own flag to a stage, with the reasons.
import type { Evidence } from '#contract/incident.ts'
import type { Stage } from '#contract/primitives.ts'
import { defaultRules } from '#contract/rule-set.ts'
import type { CoRules } from '#contract/rules-air.ts'
import { doubtSamples, type Doubt } from './air-doubts.ts'
import { dangerPoints, drawLine, findCleanSince, reachesMean, staysAt } from './air-series.ts'
import type { AirPoint, AirSample, AirSegment } from './air-series.ts'
import { elderlyWoman, estimateCohb, type Body, type Cohb } from './cohb.ts'
import { worstOf, worstReason, type Reason } from './worst.ts'

export type { AirSample } from './air-series.ts'

/** The detector's own alarm, as a level; `since` in epoch ms, 0 where its beginning is not known. */
export type AirFlag = { active: boolean; since: number }

export type CoInput = {
  /** ppm, in any order, of one sensor, at most the last 8 hours. */
  samples: readonly AirSample[]
  /** A device test is not passed on as a flag. */
  flag: AirFlag | null
  /** The stage this condition stands at (also while it is latched); null when there is none. */
  alreadyAt: Stage | null
  now: number
  /**
   * When a human last closed an incident over this air (condition is normal again, so `alreadyAt` is null). What was
   * breathed before still counts for the estimate, but it opens nothing by itself any more, else every incident would
   * open again from its own history; and a flag that was up already has ten minutes to fall.
   */
  dealtWithAt?: number | null
  rules?: CoRules
  /** Who breathes this air, where their bodies are known; the worst of them counts. Default: an elderly woman. */
  bodies?: readonly Body[]
}

export type AirVerdict = {
  stage: Stage | null
  evidence: Evidence
  doubts: Doubt[]
  /** When the same samples mean more (epoch ms), should none follow: they must be judged again by then. */
  judgeAgainAt: number | null
}

/** Beyond the longest window nothing more is held against a sensor that is not heard any more. */
const heldForMs = 8 * 3_600_000

/** Range of an electrochemical cell (facts 3.3): beyond it a number is not a measurement. */
const ppmMax = 10_000
const minuteMs = 60_000

/**
 * The windows, mildest first. EN 50291-1: 50 ppm alarms between 60 and 90 minutes, 100 ppm between 10 and 40, 300 ppm
 * before 3; UL 2034 and GB 15322.2: 70 ppm between 60 and 240 minutes, which the 50 ppm row meets. The notice and
 * warning rows, and 10 minutes at 100 ppm, are the stages of facts 1.4, as is the mean of 9 ppm over 8 hours (WHO, EPA). 30 ppm
 * never alarms by itself (EN).
 */
const windowsOf = (rules: CoRules): readonly { ppm: number; minutes: number; stage: Stage }[] => [
  { ppm: 30, minutes: rules.noticeAt30Min, stage: 'notice' },
  { ppm: 30, minutes: rules.warningAt30Min, stage: 'warning' },
  { ppm: 50, minutes: rules.warningAt50Min, stage: 'warning' },
  { ppm: 50, minutes: rules.alarmAt50Min, stage: 'alarm' },
  { ppm: 100, minutes: rules.alarmAt100Min, stage: 'alarm' },
]

/** One sample is enough (safety 5; facts 1.4). */
const peaksOf = (rules: CoRules): readonly { ppm: number; stage: Stage }[] => [
  { ppm: rules.alarmPpm, stage: 'alarm' },
  { ppm: rules.criticalPpm, stage: 'critical' },
]

/**
 * The stage of the air. Dose may raise or prolong it, never lower, delay or clear it; a stage once reached stays
 * until the same, healthy sensor has shown less than 10 ppm for 30 minutes (safety 5). Danger that is only in the
 * past, in clean air now, is a task to check on them (notice), or live if COHb may still be 2.5 % (safety 9).
 */
export function judgeCo(input: CoInput): AirVerdict {
  const rules = input.rules ?? defaultRules.co
  const { samples, doubts } = doubtSamples(input.samples, rules.stuckForMin * minuteMs)
  const points = dangerPoints(samples, ppmMax)
  const fresh = points.filter((point) => point.at > (input.dealtWithAt ?? -Infinity))
  const holdFrom = rules.holdPpm
  const cohb = worstCohb(drawLine({ points, holdFrom, now: input.now }), input.bodies)
  const exposed = input.dealtWithAt == null || fresh.some((point) => point.value >= holdFrom)
  const reached = worstReason([
    ...windowReasons(drawLine({ points: fresh, holdFrom, now: input.now }), rules),
    ...peakReasons(fresh, rules),
    ...(exposed ? doseReasons(cohb, rules) : []),
    ...(isFlagged(input, rules.flagFallsWithinMin) ? [{ stage: 'alarm' as const, window: 'flag' }] : []),
  ])
  const cleanSince = input.flag?.active ? null : cleanAgain(input, samples, rules)
  const mayHarm = exposed && cohb.high >= rules.warningCohb
  const stage = settle({ reached: reached?.stage ?? null, alreadyAt: input.alreadyAt, cleanSince, mayHarm })
  return {
    stage,
    evidence: describe({
      points: fresh,
      cohb,
      reached,
      cleanSince,
      flag: input.flag,
      cleanPpm: rules.cleanPpm,
    }),
    doubts,
    judgeAgainAt: soonest(
      heldAgainAt({ last: fresh.at(-1), holdFrom, stage, now: input.now }),
      flagAgainAt(input, rules.flagFallsWithinMin),
    ),
  }
}

/** A sensor that fell silent in danger is taken to be in it still: windows and dose go on filling, minute by minute. */
function heldAgainAt(held: {
  last: AirPoint | undefined
  holdFrom: number
  stage: Stage | null
  now: number
}): number | null {
  const { last, holdFrom, stage, now } = held
  if (!last || last.value < holdFrom || stage === 'critical') return null
  return now - last.at < heldForMs ? now + minuteMs : null
}

/** An unchanged flag means something new once the time to fall is over after a human closed (isFlagged). */
export function flagAgainAt(
  { flag, dealtWithAt, now }: Pick<CoInput, 'flag' | 'dealtWithAt' | 'now'>,
  fallsWithinMin: number,
): number | null {
  if (!flag?.active) return null
  const fallsBy = (dealtWithAt ?? -Infinity) + fallsWithinMin * minuteMs
  return fallsBy > now ? fallsBy : now + fallsWithinMin * minuteMs
}

/** The first of these instants; null where there is none. */
export function soonest(...instants: (number | null)[]): number | null {
  const known = instants.filter((instant) => instant !== null)
  return known.length > 0 ? Math.min(...known) : null
}

const cleanAgain = ({ now }: CoInput, samples: readonly AirSample[], rules: CoRules): number | null =>
  findCleanSince({
    samples,
    below: rules.cleanPpm,
    now,
    cleanForMs: rules.cleanForMin * minuteMs,
    gapMs: rules.gapMin * minuteMs,
  })

/** Of several people in one air each figure is that of whom it harms most (safety 5: it may only raise or prolong). */
function worstCohb(line: readonly AirSegment[], bodies: readonly Body[] = [elderlyWoman]): Cohb {
  const each = (bodies.length > 0 ? bodies : [elderlyWoman]).map((body) => estimateCohb(line, body))
  return each.reduce((worst, one) => ({
    estimate: Math.max(worst.estimate, one.estimate),
    low: Math.max(worst.low, one.low),
    high: Math.max(worst.high, one.high),
    active: Math.max(worst.active, one.active),
  }))
}

/**
 * The detector's own alarm acts at once. One that was up when a human closed is an unchanged level: a detector is back
 * within a minute of clean air (facts 2.2), so one that is still up ten minutes later is a new danger.
 */
export const isFlagged = (
  { flag, dealtWithAt, now }: Pick<CoInput, 'flag' | 'dealtWithAt' | 'now'>,
  fallsWithinMin = defaultRules.co.flagFallsWithinMin,
): boolean =>
  flag !== null &&
  flag.active &&
  (dealtWithAt == null || flag.since > dealtWithAt || now - dealtWithAt >= fallsWithinMin * minuteMs)

function settle(air: {
  reached: Stage | null
  alreadyAt: Stage | null
  cleanSince: number | null
  mayHarm: boolean
}): Stage | null {
  const held = worstOf(air.reached, air.alreadyAt)
  if (air.cleanSince === null || air.mayHarm) return held
  return air.alreadyAt === null && air.reached !== null ? 'notice' : null
}

function windowReasons(line: readonly AirSegment[], rules: CoRules): Reason[] {
  const reached = windowsOf(rules).filter(({ ppm, minutes }) =>
    staysAt(line, { level: ppm, lengthMs: minutes * minuteMs }),
  )
  const reasons = reached.map(({ ppm, minutes, stage }) => ({ stage, window: `${ppm}ppm-${minutes}min` }))
  const isUnhealthy = reachesMean(line, { mean: rules.noticeMean8hPpm, lengthMs: 8 * 60 * minuteMs })
  return isUnhealthy ? [{ stage: 'notice', window: `${rules.noticeMean8hPpm}ppm-8h` }, ...reasons] : reasons
}

const peakReasons = (points: readonly AirPoint[], rules: CoRules): Reason[] =>
  peaksOf(rules)
    .filter(({ ppm }) => points.some((point) => point.value >= ppm))
    .map(({ ppm, stage }) => ({ stage, window: `${ppm}ppm` }))

/** Facts 1.4: percent of an elderly woman at rest; 10 % at heavy work (the form of UL 2034) is an alarm too. */
function doseReasons(cohb: Cohb, rules: CoRules): Reason[] {
  const reasons: Reason[] = []
  const { warningCohb, alarmCohb, alarmActiveCohb, criticalCohb } = rules
  if (cohb.estimate >= warningCohb) reasons.push({ stage: 'warning', window: `cohb-${warningCohb}` })
  if (cohb.active >= alarmActiveCohb)
    reasons.push({ stage: 'alarm', window: `cohb-active-${alarmActiveCohb}` })
  if (cohb.estimate >= alarmCohb) reasons.push({ stage: 'alarm', window: `cohb-${alarmCohb}` })
  if (cohb.estimate >= criticalCohb) reasons.push({ stage: 'critical', window: `cohb-${criticalCohb}` })
  return reasons
}

function describe(air: {
  points: readonly AirPoint[]
  cohb: Cohb
  reached: Reason | null
  cleanSince: number | null
  flag: AirFlag | null
  cleanPpm: number
}): Evidence {
  const last = air.points.at(-1)
  const dirty = air.points.filter((point) => point.value >= air.cleanPpm)
  const flaggedAt = air.flag?.active && air.flag.since > 0 ? air.flag.since : Infinity
  const since = Math.min(dirty[0]?.at ?? Infinity, flaggedAt)
  const evidence: Evidence = {}
  if (last) {
    evidence.value = last.value
    evidence.unit = 'ppm'
    evidence.peak = air.points.reduce((peak, point) => Math.max(peak, point.value), 0)
    evidence.lastAt = last.at
    evidence.cohb = rounded(air.cohb)
  }
  if (Number.isFinite(since)) evidence.since = since
  if (air.flag?.active) evidence.flag = true
  if (air.reached && air.reached.window !== 'flag') evidence.window = air.reached.window
  if (air.cleanSince !== null) evidence.cleanSince = air.cleanSince
  return evidence
}

const rounded = ({ estimate, low, high }: Cohb) => ({
  estimate: tenths(estimate),
  low: tenths(low),
  high: tenths(high),
})
const tenths = (percent: number) => Math.round(percent * 10) / 10
