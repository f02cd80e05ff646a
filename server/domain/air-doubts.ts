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

export type Doubted = { samples: AirSample[]; doubts: Doubt[] }

/**
 * The same samples; those that are stuck or cached carry the bit of a fault, so that they can raise a stage but never
 * say that the air is clean (safety 5). Oldest first: order of arrival leaves no trace.
 */
export function doubtSamples(samples: readonly AirSample[], stuckForMs: number): Doubted {
  const ordered = samples.toSorted((a, b) => a.at - b.at || a.value - b.value || a.flags - b.flags)
  const stuckFromAt = findStuckFrom(ordered, stuckForMs)
  const doubts = new Set<Doubt>()
  const doubted = ordered.map((sample, index) => {
    for (const [doubt, bit] of ownWords) if ((sample.flags & bit) !== 0) doubts.add(doubt)
    const isStuck = sample.at >= stuckFromAt
    const isCached = isRepeated(ordered[index - 1], sample)
    if (isStuck) doubts.add('stuck')
    if (isCached) doubts.add('cached')
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

const isRepeated = (before: AirSample | undefined, sample: AirSample): boolean =>
  before !== undefined &&
  sample.value !== 0 &&
  sample.value === before.value &&
  sample.at - before.at > gapMsMax
