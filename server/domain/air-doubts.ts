// What is doubtful about the samples of one sensor. A doubt may be shown and may prolong; it never lowers a stage.
import type { AirDoubt } from '#contract/incident.ts'
import { gapMsMax, type AirSample } from './air-series.ts'
import { flagBits } from './stored.ts'

/**
 * `stuck`: a value other than zero that has not moved for too long. `cached`: the first word after a gap is the last
 * one before it, as gateways repeat it (rules of the payloads: cached is not new). `clamped`: the sensor is at its end,
 * the air may be worse. The others are what the device says of itself.
 */
export type Doubt = AirDoubt

/** Fewer equal values than this are chance, also within a long time: a device that speaks rarely is not stuck. */
const stuckSamplesMin = 8

/**
 * A self-test takes seconds, the longest five minutes (facts 2.2). What says without a break that it tests for longer has
 * a flag that stays, and air is behind it: it may warn, as a fault may (safety 5, 17).
 */
const testMsMax = 10 * 60_000

export type Doubted = { samples: AirSample[]; doubts: Doubt[] }

/**
 * The same samples; those that are stuck or cached, or said to be a test for too long, carry the bit of a fault, so that
 * they can raise a stage but never say that the air is clean (safety 5). Oldest first: order of arrival leaves no trace.
 */
export function doubtSamples(samples: readonly AirSample[], stuckForMs: number): Doubted {
  const ordered = samples.toSorted((a, b) => a.at - b.at || a.value - b.value || a.flags - b.flags)
  const stuckFromAt = findStuckFrom(ordered, stuckForMs)
  const doubts = new Set<Doubt>()
  const isRealTest = testsIn(ordered)
  const doubted = ordered.map((sample, index) => {
    for (const [doubt, bit] of ownWords) if ((sample.flags & bit) !== 0) doubts.add(doubt)
    const isStuck = sample.at >= stuckFromAt
    const isCached = isRepeated(ordered[index - 1], sample)
    if (isStuck) doubts.add('stuck')
    if (isCached) doubts.add('cached')
    if (isTest(sample) && !isRealTest[index])
      return { ...sample, flags: (sample.flags & ~flagBits.test) | flagBits.fault }
    return isStuck || isCached ? { ...sample, flags: sample.flags | flagBits.fault } : sample
  })
  return { samples: doubted, doubts: [...doubts].sort() }
}

const ownWords: readonly (readonly [Doubt, number])[] = [
  ['clamped', flagBits.clamped],
  ['warmup', flagBits.warmup],
  ['fault', flagBits.fault],
  ['endOfLife', flagBits.endOfLife],
  ['tamper', flagBits.tamper],
  ['test', flagBits.test],
]

/** From when the last value has stood still, if that is long enough; zero is what clean air reads. */
function findStuckFrom(ordered: readonly AirSample[], stuckForMs: number): number {
  const last = ordered.at(-1)
  if (!last || last.value === 0) return Infinity
  let first = ordered.length - 1
  while (first > 0 && ordered[first - 1]?.value === last.value) first -= 1
  const fromAt = ordered[first]?.at ?? last.at
  const isLong = last.at - fromAt >= stuckForMs && ordered.length - first >= stuckSamplesMin
  return isLong ? fromAt : Infinity
}

const isTest = ({ flags }: AirSample): boolean => (flags & flagBits.test) !== 0

/** Which samples belong to a test that has not yet lasted too long. */
function testsIn(ordered: readonly AirSample[]): boolean[] {
  let fromAt: number | null = null
  return ordered.map((sample, index) => {
    const before = ordered[index - 1]
    const goesOn = before !== undefined && isTest(before) && sample.at - before.at <= gapMsMax
    if (!isTest(sample)) fromAt = null
    else if (fromAt === null || !goesOn) fromAt = sample.at
    return fromAt !== null && sample.at - fromAt <= testMsMax
  })
}

const isRepeated = (before: AirSample | undefined, sample: AirSample): boolean =>
  before !== undefined &&
  sample.value !== 0 &&
  sample.value === before.value &&
  sample.at - before.at > gapMsMax
