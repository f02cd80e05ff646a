// Wine in a hot pan: a short, low spike of a combustible gas sensor. It is said beside the danger, never silenced.
import type { GasRules } from '#contract/rules-air.ts'
import type { AirPoint } from './air-series.ts'

export type CookingVerdict = {
  /** Every spike so far is short and low and came out of clean air, at whatever time of day. */
  looksLikeIt: boolean
  /**
   * Until when the spikes of a meal time are left to blow over (epoch ms); null where there is nothing to wait for. The
   * wait is counted from the first value that was no longer clean air, so that a slow leak has used it up long before.
   */
  patientUntil: number | null
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

export function judgeCooking(input: {
  points: readonly AirPoint[]
  now: number
  rules: GasRules
  utcOffsetMs: number | null
}): CookingVerdict {
  const { rules, now } = input
  const spikes = spikesOf(input.points, rules.noticeLel)
  const lastsMs = 5 * minuteMs
  const isLow = spikes.every(({ peak, fromClean }) => peak <= rules.cookingLelMax && fromClean)
  const looksLikeIt =
    spikes.length > 0 && isLow && spikes.every(({ startAt, lastAt }) => lastAt - startAt <= lastsMs)
  if (!looksLikeIt || input.utcOffsetMs === null) return { looksLikeIt, patientUntil: null }
  const patienceMs = rules.cookingPatienceMin * minuteMs
  const offsetMs = input.utcOffsetMs
  const isWaiting = spikes.every(
    ({ startAt, lastAt, endAt }) =>
      isMealTime((startAt + offsetMs) % dayMs, rules) &&
      (endAt === null ? now - startAt < patienceMs : lastAt - startAt < patienceMs),
  )
  const last = spikes.at(-1)
  if (!isWaiting || !last) return { looksLikeIt, patientUntil: null }
  return { looksLikeIt, patientUntil: last.endAt ?? last.startAt + patienceMs }
}

type Spike = {
  startAt: number
  lastAt: number
  /** The first clean value after it; null while it lasts. */
  endAt: number | null
  peak: number
  /** Something cleaner was seen before it: a sensor that begins high has seen no spike. */
  fromClean: boolean
}

function spikesOf(points: readonly AirPoint[], noticeLel: number): Spike[] {
  const spikes: Spike[] = []
  let open: Spike | null = null
  for (const [index, { at, value }] of points.entries()) {
    if (value < noticeLel) {
      if (open) open.endAt = at
      open = null
      continue
    }
    if (!open) {
      open = { startAt: at, lastAt: at, endAt: null, peak: value, fromClean: index > 0 }
      spikes.push(open)
    }
    open.lastAt = at
    open.peak = Math.max(open.peak, value)
  }
  return spikes
}

function isMealTime(ofDayMs: number, rules: GasRules): boolean {
  const minute = ofDayMs / minuteMs
  const { lunchFrom, lunchUntil, supperFrom, supperUntil } = rules
  const isWithin = (from: string, until: string) => minute >= minuteOf(from) && minute <= minuteOf(until)
  return isWithin(lunchFrom, lunchUntil) || isWithin(supperFrom, supperUntil)
}

function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number)
  return hours * 60 + minutes
}
