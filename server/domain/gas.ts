// Combustible gas: from samples in %LEL and the detector's own flag to a stage, with the reasons.
import type { Evidence } from '#contract/incident.ts'
import type { Stage } from '#contract/primitives.ts'
import { dangerPoints, findCleanSince, gapMsMax } from './air-series.ts'
import type { AirPoint, AirSample } from './air-series.ts'
import { isFlagged, type AirFlag } from './co.ts'
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
}

export type GasVerdict = {
  stage: Stage | null
  evidence: Evidence
  /** Looks like wine in a hot pan. It is said beside the alarm and never silences it. */
  looksLikeCooking: boolean
}

const lelMax = 100
/** Facts 2.2; EN 50194-1 must not alarm at 3 %LEL. Below it air is clean again. */
const noticeLel = 3
const noticeForMs = 10 * 60_000
const alarmLel = 5
/** Two samples count as two only this far apart: a burst of one moment is one. */
const alarmSamplesApartMs = 30_000
const alarmOnceLel = 10
const criticalLel = 20
const criticalRisePerMinute = 2
/** A rise is measured over at most this long; longer ones are not sudden. */
const riseWithinMsMax = 5 * 60_000
/** Facts 3.3: cooking wine is a spike of 1-5 minutes and 3-8 %LEL. */
const cookingMsMax = 5 * 60_000
const cookingLelMax = 8

/**
 * The stage of the air by facts 2.2. The same air gives the same stage whichever LEL the device means: values are
 * taken to the GB base, on which the thresholds stand. A stage stays until the same, healthy sensor has shown less
 * than 3 %LEL for 30 minutes (safety 5); danger that is only in the past is a task to check on them (safety 9).
 */
export function judgeGas(input: GasInput): GasVerdict {
  const samples = input.samples.map((sample) => ({
    ...sample,
    value: toGbBase(sample.value, input.lelConvention),
  }))
  const points = dangerPoints(samples, lelMax).filter((point) => point.at > (input.dealtWithAt ?? -Infinity))
  const reached = worstReason([
    ...reasonsFrom(points, input.now),
    ...(isFlagged(input) ? [{ stage: 'alarm' as const, window: 'flag' }] : []),
  ])
  const cleanSince = input.flag?.active ? null : findCleanSince({ samples, below: noticeLel, now: input.now })
  const looksLikeCooking = isCookingSpike(points)
  return {
    stage: settle({ reached: reached?.stage ?? null, alreadyAt: input.alreadyAt, cleanSince }),
    evidence: describe({ points, reached, cleanSince, flag: input.flag, looksLikeCooking }),
    looksLikeCooking,
  }
}

/** %LEL of the GB base (methane 5.0 vol %): the same air reads 14 % higher on the IEC base (facts 2.1). */
export const toGbBase = (lel: number, convention: LelConvention): number =>
  convention === 'gb' ? lel : (lel * 4.4) / 5

function settle(air: { reached: Stage | null; alreadyAt: Stage | null; cleanSince: number | null }) {
  if (air.cleanSince === null) return worstOf(air.reached, air.alreadyAt)
  return air.alreadyAt === null && air.reached !== null ? 'notice' : null
}

function reasonsFrom(points: readonly AirPoint[], now: number): Reason[] {
  const reasons: Reason[] = []
  const has = (lel: number) => points.some((point) => point.value >= lel)
  if (staysAt(points, now)) reasons.push({ stage: 'notice', window: '3%LEL-10min' })
  if (comesTwice(points, now)) reasons.push({ stage: 'alarm', window: '5%LEL-twice' })
  if (has(alarmOnceLel)) reasons.push({ stage: 'alarm', window: '10%LEL' })
  if (risesFast(points)) reasons.push({ stage: 'critical', window: 'rise-2%LEL/min' })
  if (has(criticalLel)) reasons.push({ stage: 'critical', window: '20%LEL' })
  return reasons
}

/** At least 3 %LEL for 10 minutes, in at least 2 samples; the last one holds for 10 minutes at most. */
function staysAt(points: readonly AirPoint[], now: number): boolean {
  let firstAt: number | null = null
  for (const point of points) {
    if (point.value < noticeLel) firstAt = null
    else if (firstAt === null) firstAt = point.at
    else if (point.at - firstAt >= noticeForMs) return true
  }
  const last = points.at(-1)
  if (firstAt === null || !last || last.at === firstAt) return false
  return Math.min(now, last.at + gapMsMax) - firstAt >= noticeForMs
}

/**
 * At least 5 %LEL in two samples 30 s apart: neighbours, or within 10 minutes of each other (one low sample between
 * them does not excuse). A sensor that fell silent there for longer than the gap rule is taken to be there still.
 */
function comesTwice(points: readonly AirPoint[], now: number): boolean {
  const last = points.at(-1)
  if (last && last.value >= alarmLel && now - last.at > gapMsMax) return true
  let oldest = 0
  return points.some((second, index) => {
    if (second.value < alarmLel) return false
    while (!isRecentHigh(points[oldest], second.at)) oldest++
    const apartMs = second.at - (points[oldest]?.at ?? second.at)
    const before = points[index - 1]
    const afterGap = before !== undefined && before.value >= alarmLel && second.at - before.at > gapMsMax
    return apartMs >= alarmSamplesApartMs || afterGap
  })
}

const isRecentHigh = (point: AirPoint | undefined, at: number) =>
  point !== undefined && point.value >= alarmLel && at - point.at <= gapMsMax

/**
 * Faster than 2 %LEL a minute over two stretches of at least 30 s in a row, up to a level that is an alarm (5 %LEL).
 * One jump is not a trend yet, and far below that level the noise of a sensor, 1 %LEL within 30 s, is as steep.
 */
function risesFast(points: readonly AirPoint[]): boolean {
  const endsSteepStretch: boolean[] = []
  let oldest = 0
  return points.some((to, index) => {
    while (to.at - (points[oldest]?.at ?? to.at) > riseWithinMsMax) oldest++
    const steepFrom = points
      .slice(oldest, index)
      .flatMap((from, at) => (isSteep(from, to) ? [oldest + at] : []))
    endsSteepStretch[index] = steepFrom.length > 0
    return to.value >= alarmLel && steepFrom.some((from) => endsSteepStretch[from])
  })
}

const isSteep = (from: AirPoint, to: AirPoint): boolean =>
  to.at - from.at >= alarmSamplesApartMs &&
  ((to.value - from.value) / (to.at - from.at)) * 60_000 > criticalRisePerMinute

/** One spike above 3 %LEL, at most 5 minutes and 8 %LEL high, with less before and after it. */
function isCookingSpike(points: readonly AirPoint[]): boolean {
  const high = points.filter((point) => point.value >= noticeLel)
  const [first, last] = [high[0], high.at(-1)]
  if (!first || !last || high.some((point) => point.value > cookingLelMax)) return false
  return last.at - first.at <= cookingMsMax && first !== points[0]
}

function describe(air: {
  points: readonly AirPoint[]
  reached: Reason | null
  cleanSince: number | null
  flag: AirFlag | null
  looksLikeCooking: boolean
}): Evidence {
  const last = air.points.at(-1)
  const firstHigh = air.points.find((point) => point.value >= noticeLel)
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
