// Combustible gas: from samples in %LEL and the detector's own flag to a stage, with the reasons.
import type { Evidence } from '#contract/incident.ts'
import type { Stage } from '#contract/primitives.ts'
import { defaultRules } from '#contract/rule-set.ts'
import type { GasRules } from '#contract/rules-air.ts'
import { doubtSamples } from './air-doubts.ts'
import { dangerPoints, findCleanSince } from './air-series.ts'
import type { AirPoint, AirSample } from './air-series.ts'
import { judgeCooking } from './cooking.ts'
import { flagAgainAt, isFlagged, soonest, type AirFlag, type AirVerdict } from './co.ts'
import { worstOf, worstReason, type Reason } from './worst.ts'

/** Which lower explosive limit a device means: methane 5.0 vol % (GB, NFPA) or 4.4 (IEC 60079-20-1), facts 2.1. */
export type LelConvention = 'gb' | 'iec'

export type GasInput = {
  /** %LEL as the device says it, in any order, of one sensor. */
  samples: readonly AirSample[]
  flag: AirFlag | null
  alreadyAt: Stage | null
  now: number
  lelConvention: LelConvention
  /** When a human last closed an incident over this air: as in CoInput. */
  dealtWithAt?: number | null
  rules?: GasRules
  /**
   * How far the clocks of the community are ahead of UTC (ms): what a meal time is. Without it no time is a meal time,
   * and a spike like wine in a hot pan is an alarm at once.
   */
  utcOffsetMs?: number | null
}

/** Whether it looks like wine in a hot pan. It is said beside the alarm and never silences it. */
export type GasVerdict = AirVerdict & { looksLikeCooking: boolean }

const lelMax = 100
const minuteMs = 60_000
/** A rise is measured over at most this long; longer ones are not sudden. */
const riseWithinMsMax = 5 * minuteMs

/**
 * The stage of the air by facts 2.2. The same air gives the same stage whichever LEL the device means: values are
 * taken to the GB base, on which the thresholds stand. A stage stays until the same, healthy sensor has shown less
 * than 3 %LEL for 30 minutes (safety 5); danger that is only in the past is a task to check on them (safety 9).
 */
export function judgeGas(input: GasInput): GasVerdict {
  const rules = input.rules ?? defaultRules.gas
  const inGb = input.samples.map((sample) => ({
    ...sample,
    value: toGbBase(sample.value, input.lelConvention),
  }))
  const { samples, doubts } = doubtSamples(inGb, rules.stuckForMin * minuteMs)
  const points = dangerPoints(samples, lelMax).filter((point) => point.at > (input.dealtWithAt ?? -Infinity))
  const flagged = isFlagged(input, rules.flagFallsWithinMin)
  const cooking = judgeCooking({ points, now: input.now, rules, utcOffsetMs: input.utcOffsetMs ?? null })
  const found = reasonsFrom(points, input.now, rules)
  // What goes on rising is a hose that came off: a pan is at its worst within half a minute (facts 3.2 and 3.3).
  const goesOnRising = steepStretches(points, rules) >= 3
  const isPatient = cooking.patientUntil !== null && !flagged && !goesOnRising && isMild(input.alreadyAt)
  const reached = worstReason([
    ...(isPatient ? found.map((reason) => ({ ...reason, stage: 'notice' as const })) : found),
    ...(flagged ? [{ stage: 'alarm' as const, window: 'flag' }] : []),
  ])
  const cleanSince = input.flag?.active ? null : cleanAgain(input, samples, rules)
  const stage = settle({ reached: reached?.stage ?? null, alreadyAt: input.alreadyAt, cleanSince })
  return {
    stage,
    evidence: describe({
      points,
      reached,
      cleanSince,
      flag: input.flag,
      looksLikeCooking: cooking.looksLikeIt,
      noticeLel: rules.noticeLel,
    }),
    looksLikeCooking: cooking.looksLikeIt,
    doubts,
    judgeAgainAt: soonest(
      isPatient && (cooking.patientUntil ?? 0) > input.now ? cooking.patientUntil : null,
      unheardAgainAt({ points, stage, now: input.now, rules }),
      flagAgainAt(input, rules.flagFallsWithinMin),
    ),
  }
}

/** %LEL of the GB base (methane 5.0 vol %): the same air reads 14 % higher on the IEC base (facts 2.1). */
export const toGbBase = (lel: number, convention: LelConvention): number =>
  convention === 'gb' ? lel : (lel * 4.4) / 5

/** What was an alarm once is not taken back to a pan on the stove. */
const isMild = (alreadyAt: Stage | null): boolean => alreadyAt === null || alreadyAt === 'notice'

const cleanAgain = ({ now }: GasInput, samples: readonly AirSample[], rules: GasRules): number | null =>
  findCleanSince({
    samples,
    below: rules.noticeLel,
    now,
    cleanForMs: rules.cleanForMin * minuteMs,
    gapMs: rules.gapMin * minuteMs,
  })

function settle(air: { reached: Stage | null; alreadyAt: Stage | null; cleanSince: number | null }) {
  if (air.cleanSince === null) return worstOf(air.reached, air.alreadyAt)
  return air.alreadyAt === null && air.reached !== null ? 'notice' : null
}

/** What a sensor that is not heard any more comes to: a low level that stays, and a high one longer than the gap rule. */
function unheardAgainAt(heard: {
  points: readonly AirPoint[]
  stage: Stage | null
  now: number
  rules: GasRules
}): number | null {
  const { points, stage, now, rules } = heard
  const last = points.at(-1)
  if (!last || last.value < rules.noticeLel || !isMild(stage)) return null
  const gapMs = rules.gapMin * minuteMs
  const firstHigh = points.findLastIndex(({ value }) => value < rules.noticeLel) + 1
  const staysFrom = (points[firstHigh]?.at ?? last.at) + rules.noticeForMin * minuteMs
  const isLater = (at: number) => at > now && at <= last.at + gapMs + 1
  return soonest(
    stage === null && isLater(staysFrom) ? staysFrom : null,
    last.value >= rules.alarmLel && isLater(last.at + gapMs + 1) ? last.at + gapMs + 1 : null,
  )
}

function reasonsFrom(points: readonly AirPoint[], now: number, rules: GasRules): Reason[] {
  const reasons: Reason[] = []
  const has = (lel: number) => points.some((point) => point.value >= lel)
  const { noticeLel, noticeForMin, alarmLel, alarmOnceLel, criticalRisePerMin, criticalLel } = rules
  if (staysAt(points, now, rules))
    reasons.push({ stage: 'notice', window: `${noticeLel}%LEL-${noticeForMin}min` })
  if (comesTwice(points, now, rules)) reasons.push({ stage: 'alarm', window: `${alarmLel}%LEL-twice` })
  if (has(alarmOnceLel)) reasons.push({ stage: 'alarm', window: `${alarmOnceLel}%LEL` })
  if (steepStretches(points, rules) >= 2)
    reasons.push({ stage: 'critical', window: `rise-${criticalRisePerMin}%LEL/min` })
  if (has(criticalLel)) reasons.push({ stage: 'critical', window: `${criticalLel}%LEL` })
  return reasons
}

/** At least 3 %LEL for 10 minutes, in at least 2 samples; the last one holds for 10 minutes at most. */
function staysAt(points: readonly AirPoint[], now: number, rules: GasRules): boolean {
  const forMs = rules.noticeForMin * minuteMs
  let firstAt: number | null = null
  for (const point of points) {
    if (point.value < rules.noticeLel) firstAt = null
    else if (firstAt === null) firstAt = point.at
    else if (point.at - firstAt >= forMs) return true
  }
  const last = points.at(-1)
  if (firstAt === null || !last || last.at === firstAt) return false
  return Math.min(now, last.at + rules.gapMin * minuteMs) - firstAt >= forMs
}

/**
 * At least 5 %LEL in two samples 30 s apart: neighbours, or within 10 minutes of each other (one low sample between
 * them does not excuse). A sensor that fell silent there for longer than the gap rule is taken to be there still.
 */
function comesTwice(points: readonly AirPoint[], now: number, rules: GasRules): boolean {
  const gapMs = rules.gapMin * minuteMs
  const isHigh = (point: AirPoint | undefined): point is AirPoint =>
    point !== undefined && point.value >= rules.alarmLel
  const last = points.at(-1)
  if (isHigh(last) && now - last.at > gapMs) return true
  let oldest = 0
  return points.some((second, index) => {
    if (!isHigh(second)) return false
    const isRecentHigh = (point: AirPoint | undefined) => isHigh(point) && second.at - point.at <= gapMs
    while (!isRecentHigh(points[oldest])) oldest++
    const apartMs = second.at - (points[oldest]?.at ?? second.at)
    const before = points[index - 1]
    const afterGap = isHigh(before) && second.at - before.at > gapMs
    return apartMs >= rules.alarmSamplesApartMin * minuteMs || afterGap
  })
}

/**
 * How many stretches in a row, of at least 30 s each, were faster than 2 %LEL a minute, up to a level that is an alarm
 * (5 %LEL). One jump is not a trend yet, and far below that level the noise of a sensor, 1 %LEL within 30 s, is as steep.
 */
function steepStretches(points: readonly AirPoint[], rules: GasRules): number {
  const inARow: number[] = []
  let [oldest, longest] = [0, 0]
  for (const [index, to] of points.entries()) {
    while (to.at - (points[oldest]?.at ?? to.at) > riseWithinMsMax) oldest++
    let before = -1
    for (let from = oldest; from < index; from += 1) {
      const point = points[from]
      if (point && isSteep(point, to, rules)) before = Math.max(before, inARow[from] ?? 0)
    }
    inARow[index] = before + 1
    if (to.value >= rules.alarmLel) longest = Math.max(longest, before + 1)
  }
  return longest
}

const isSteep = (from: AirPoint, to: AirPoint, rules: GasRules): boolean =>
  to.at - from.at >= rules.alarmSamplesApartMin * minuteMs &&
  ((to.value - from.value) / (to.at - from.at)) * minuteMs > rules.criticalRisePerMin

function describe(air: {
  points: readonly AirPoint[]
  reached: Reason | null
  cleanSince: number | null
  flag: AirFlag | null
  looksLikeCooking: boolean
  noticeLel: number
}): Evidence {
  const last = air.points.at(-1)
  const firstHigh = air.points.find((point) => point.value >= air.noticeLel)
  const since = Math.min(
    firstHigh?.at ?? Infinity,
    air.flag?.active && air.flag.since > 0 ? air.flag.since : Infinity,
  )
  const evidence: Evidence = {}
  if (last) {
    evidence.value = last.value
    evidence.unit = '%LEL'
    evidence.peak = air.points.reduce((peak, point) => Math.max(peak, point.value), 0)
    evidence.lastAt = last.at
  }
  if (Number.isFinite(since)) evidence.since = since
  if (air.flag?.active) evidence.flag = true
  if (air.reached && air.reached.window !== 'flag') evidence.window = air.reached.window
  if (air.looksLikeCooking) evidence.window = `${evidence.window ?? 'flag'}+cooking`
  if (air.cleanSince !== null) evidence.cleanSince = air.cleanSince
  return evidence
}
