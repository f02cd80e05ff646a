// When a battery will be low: so that it is changed on a visit that was planned anyway.
import { defaultRules } from '#contract/rule-set.ts'
import type { DeviceRules } from '#contract/rules-device.ts'

/** One word about the battery: when (epoch ms), and percent. */
export type Charge = { at: number; percent: number }

const dayMs = 86_400_000
/** A jump up of this much is a new battery, not noise: what was before it says nothing any more. */
const replacedByPercent = 15
/** Shorter than this, a slope is noise: a cold night takes more than a week of use (facts 3.4). */
const spanMsMin = 14 * dayMs

export type BatteryForecast = {
  /** When it is expected to be low (epoch ms); null while nothing can be said. */
  lowAt: number | null
  /** Whether that is soon enough to be on the list of replacements. */
  isListed: boolean
}

/** A straight line through what was said since the last replacement; flat or rising, there is nothing to expect. */
export function forecastBattery(
  charges: readonly Charge[],
  now: number,
  rules: DeviceRules = defaultRules.device,
): BatteryForecast {
  const own = sinceReplaced(charges.toSorted((a, b) => a.at - b.at || a.percent - b.percent))
  const last = own.at(-1)
  if (!last) return { lowAt: null, isListed: false }
  if (last.percent <= rules.batteryLowPercent) return { lowAt: last.at, isListed: true }
  const slope = slopeOf(own)
  if (slope === null || slope >= 0) return { lowAt: null, isListed: false }
  const lowAt = last.at + (rules.batteryLowPercent - last.percent) / slope
  return { lowAt, isListed: lowAt - now <= rules.batteryForecastDays * dayMs }
}

function sinceReplaced(ordered: readonly Charge[]): Charge[] {
  const from = ordered.findLastIndex(
    ({ percent }, nth) => nth > 0 && percent - (ordered[nth - 1]?.percent ?? percent) >= replacedByPercent,
  )
  return ordered.slice(Math.max(0, from))
}

/** Percent per millisecond by least squares; null over too short a time. */
function slopeOf(charges: readonly Charge[]): number | null {
  const [first, last] = [charges[0], charges.at(-1)]
  if (!first || !last || last.at - first.at < spanMsMin) return null
  const meanAt = charges.reduce((sum, { at }) => sum + at, 0) / charges.length
  const mean = charges.reduce((sum, { percent }) => sum + percent, 0) / charges.length
  let [over, under] = [0, 0]
  for (const { at, percent } of charges) {
    over += (at - meanAt) * (percent - mean)
    under += (at - meanAt) ** 2
  }
  return over / under
}
