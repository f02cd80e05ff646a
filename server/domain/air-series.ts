// One gas in one home as a line through its samples: what counts as danger, what counts as clean, and for how long.
import { flagBits } from './stored.ts'

/** One value with its judged time (epoch ms); the unit is the rule's own; `flags` are the bits of reading.flags. */
export type AirSample = { at: number; value: number; flags: number }

export type AirPoint = { at: number; value: number }

/** A straight piece of the line: `start` and `end` are the values at `fromAt` and `toAt`. */
export type AirSegment = { fromAt: number; toAt: number; start: number; end: number }

/** Facts 1.3, gap rule: the line is drawn between samples at most this far apart. */
export const gapMsMax = 10 * 60_000

/** Facts 1.4: air counts as clean again after this long without a break. */
export const cleanForMs = 30 * 60_000

/** Safety 5: these sensors may warn, but cannot say that the air is clean again. */
const unhealthyBits = flagBits.warmup | flagBits.fault | flagBits.endOfLife | flagBits.tamper

const isTest = (sample: AirSample) => (sample.flags & flagBits.test) !== 0
const isHealthy = (sample: AirSample) => (sample.flags & unhealthyBits) === 0

/**
 * What may raise a stage: everything but tests, whatever is wrong with the sensor (safety 5). Clamped to the range
 * of the sensor, oldest first, the higher value where two have the same time: order of arrival leaves no trace.
 */
export function dangerPoints(samples: readonly AirSample[], max: number): AirPoint[] {
  const byTime = new Map<number, number>()
  for (const sample of samples) {
    if (isTest(sample) || Number.isNaN(sample.value)) continue
    const value = Math.min(Math.max(sample.value, 0), max)
    byTime.set(sample.at, Math.max(value, byTime.get(sample.at) ?? 0))
  }
  return [...byTime].map(([at, value]) => ({ at, value })).sort((a, b) => a.at - b.at)
}

/**
 * Since when the air has been below `below` without a break, if that is at least 30 minutes; else null. Only healthy
 * samples count, no gap may be longer than 10 minutes, and the last one must be as fresh (safety 5).
 */
export function findCleanSince(input: {
  samples: readonly AirSample[]
  below: number
  now: number
  /** Another bound than 30 minutes, and than 10 between samples (ms). */
  cleanForMs?: number
  gapMs?: number
}): number | null {
  const longestGapMs = input.gapMs ?? gapMsMax
  const isClean = (sample: AirSample) => isHealthy(sample) && sample.value < input.below
  // Of two samples with the same time the unclean one comes first, and ends the count.
  const newestFirst = input.samples
    .filter((sample) => !isTest(sample))
    .sort((a, b) => b.at - a.at || Number(isClean(a)) - Number(isClean(b)))
  const endAt = Math.max(input.now, newestFirst[0]?.at ?? 0)
  let cleanSinceAt = endAt
  for (const sample of newestFirst) {
    if (!isClean(sample) || cleanSinceAt - sample.at > longestGapMs) break
    cleanSinceAt = sample.at
  }
  return endAt - cleanSinceAt >= (input.cleanForMs ?? cleanForMs) ? cleanSinceAt : null
}

/**
 * The line from the first point to `now`. Up to 10 minutes between points it is straight. Over a longer gap the
 * last value is held if it was at least `holdFrom` (a device that fell silent in danger), else held for 10 minutes
 * and then taken as clean (facts 1.3, gap rule).
 */
export function drawLine(input: {
  points: readonly AirPoint[]
  holdFrom: number
  now: number
}): AirSegment[] {
  return input.points.flatMap((point, index) => {
    const next = input.points[index + 1]
    const toAt = next?.at ?? Math.max(input.now, point.at)
    if (toAt === point.at) return []
    const within = toAt - point.at <= gapMsMax
    if (next && within) return [{ fromAt: point.at, toAt, start: point.value, end: next.value }]
    const holdUntilAt = within || point.value >= input.holdFrom ? toAt : point.at + gapMsMax
    const held = { fromAt: point.at, toAt: holdUntilAt, start: point.value, end: point.value }
    return holdUntilAt === toAt ? [held] : [held, { fromAt: holdUntilAt, toAt, start: 0, end: 0 }]
  })
}

/**
 * Whether the line stayed at `level` for `lengthMs`, to within the 5 % of a sensor (facts 3.3): what lies above the
 * level counts as the level, so nothing is reached before its time; a short dip is made up for a little later
 * instead of starting the count anew. A line that is never below the level reaches it after exactly `lengthMs`.
 */
export function staysAt(line: readonly AirSegment[], wanted: { level: number; lengthMs: number }): boolean {
  const { level, lengthMs } = wanted
  const capped = line.flatMap((segment) => capAt(segment, level))
  return reachesMean(capped, { mean: level / sensorTolerance, lengthMs: lengthMs * sensorTolerance })
}

const sensorTolerance = 1.05

/** Whether the mean over some window of this length was at least `mean`; before the first sample it was nothing. */
export function reachesMean(
  line: readonly AirSegment[],
  wanted: { mean: number; lengthMs: number },
): boolean {
  const areaAtEnds = cumulate(line)
  const needed = wanted.mean * wanted.lengthMs * (1 - 1e-9)
  let tail = 0
  return line.some((segment, index) => {
    const fromAt = segment.toAt - wanted.lengthMs
    while ((line[tail]?.toAt ?? Infinity) <= fromAt) tail++
    return (areaAtEnds[index] ?? 0) - areaBefore({ line, areaAtEnds, index: tail, at: fromAt }) >= needed
  })
}

/** The part of a segment above the level is cut off; where it crosses the level, it becomes two. */
function capAt(segment: AirSegment, level: number): AirSegment[] {
  const { fromAt, toAt, start, end } = segment
  const capped = { start: Math.min(start, level), end: Math.min(end, level) }
  if (start > level === end > level) return [{ fromAt, toAt, ...capped }]
  const crossAt = fromAt + ((toAt - fromAt) * (level - start)) / (end - start)
  return [
    { fromAt, toAt: crossAt, start: capped.start, end: level },
    { fromAt: crossAt, toAt, start: level, end: capped.end },
  ]
}

function cumulate(line: readonly AirSegment[]): number[] {
  let area = 0
  return line.map((segment) => (area += areaOf(segment)))
}

const areaOf = (segment: AirSegment) => ((segment.start + segment.end) / 2) * (segment.toAt - segment.fromAt)

/** Area from the beginning of the line up to `at`, which lies in the segment `index` or before the first one. */
function areaBefore(input: {
  line: readonly AirSegment[]
  areaAtEnds: readonly number[]
  index: number
  at: number
}): number {
  const segment = input.line[input.index]
  const whole = input.areaAtEnds[input.index - 1] ?? 0
  if (!segment || input.at <= segment.fromAt) return whole
  const share = (input.at - segment.fromAt) / (segment.toAt - segment.fromAt)
  const end = segment.start + (segment.end - segment.start) * share
  return whole + areaOf({ ...segment, toAt: input.at, end })
}
