// How much is asked of one human (ISA-18.2 / IEC 62682 and EEMUA 191; facts 5.2): load, floods, chatter, standing ones.

/** [S] read in a stored page, [K] known and to be checked in the standard itself, as facts 5.2 marks them. */
export const loadBounds = {
  windowMs: 10 * 60_000,
  /** New incidents in ten minutes that one human can well deal with [K], and the most that can be managed [K]. */
  acceptable: 1,
  manageable: 2,
  /** More than ten within ten minutes are a flood [S]; it is over when fewer than five are left in the window [K]. */
  floodAbove: 10,
  floodEndsBelow: 5,
  /** Of all ten-minute periods this share may be above ten [K]. */
  floodShare: 0.01,
  /** Incidents a day for one human: acceptable [S]. */
  dayAcceptable: 150,
  /** On again this many times within this long is chattering [S]; the target is none. */
  chatterTurns: 3,
  chatterWithinMs: 60_000,
  /** Standing longer than this is stale [S]; fewer than five a day [K]. */
  staleMs: 24 * 3_600_000,
  staleADay: 5,
  /** The ten worst sources should make at most this share of the load [K]. */
  worst: 10,
  worstShare: 0.05,
} as const

/** From the eleventh new incident in ten minutes on; `untilAt` null while it lasts. Instants in epoch ms. */
export type Flood = {
  sinceAt: number
  untilAt: number | null
  /** The most in any ten minutes of it, and how many came in all, with those that began it. */
  peak: number
  count: number
}

/** Floods of one human, oldest first; the order of `arrivals` (epoch ms) does not matter. Later than `now` is ignored. */
export function floodsOf(arrivals: readonly number[], now: number): Flood[] {
  const floods: Flood[] = []
  let under: Flood | undefined
  let inWindow = 0
  for (const { at, change } of steps(arrivals, now)) {
    inWindow += change
    if (!under && inWindow > loadBounds.floodAbove) {
      under = { sinceAt: at, untilAt: null, peak: inWindow, count: inWindow }
      floods.push(under)
    } else if (under && change > 0) {
      under.count += 1
      under.peak = Math.max(under.peak, inWindow)
    } else if (under && inWindow < loadBounds.floodEndsBelow) {
      under.untilAt = at
      under = undefined
    }
  }
  return floods
}

/** Each arrival, and its leaving of the window ten minutes later; what leaves goes first. */
function steps(arrivals: readonly number[], now: number): { at: number; change: 1 | -1 }[] {
  return arrivals
    .flatMap((at) => [
      { at, change: 1 as const },
      { at: at + loadBounds.windowMs, change: -1 as const },
    ])
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at || a.change - b.change)
}

export type LoadLevel = 'calm' | 'busy' | 'tooMuch' | 'flood'

export type Load = {
  /** New in the last ten minutes, and what that is. */
  inTenMinutes: number
  level: LoadLevel
  /** The most in any ten minutes, and when the last of them came. */
  peak: { count: number; at: number } | null
  floods: Flood[]
}

/** @param arrivals when each incident first reached this human, epoch ms */
export function loadOf(arrivals: readonly number[], now: number): Load {
  const floods = floodsOf(arrivals, now)
  const inTenMinutes = arrivals.filter((at) => at <= now && at > now - loadBounds.windowMs).length
  const level = floods.some(({ untilAt }) => untilAt === null) ? 'flood' : levelOf(inTenMinutes)
  return { inTenMinutes, level, peak: peakOf(arrivals, now), floods }
}

function levelOf(count: number): LoadLevel {
  if (count <= loadBounds.acceptable) return 'calm'
  return count <= loadBounds.manageable ? 'busy' : 'tooMuch'
}

function peakOf(arrivals: readonly number[], now: number): Load['peak'] {
  let inWindow = 0
  let peak: Load['peak'] = null
  for (const { at, change } of steps(arrivals, now)) {
    inWindow += change
    if (inWindow > (peak?.count ?? 0)) peak = { count: inWindow, at }
  }
  return peak
}

/** Of all ten-minute periods from `now` back to `fromAt`, the share with more than ten new ones; 0 to 1. */
export function floodedShare(arrivals: readonly number[], fromAt: number, now: number): number {
  const periods = Math.max(1, Math.ceil((now - fromAt) / loadBounds.windowMs))
  const counts = new Map<number, number>()
  for (const at of arrivals.filter((one) => one >= fromAt && one <= now)) {
    const period = Math.floor((now - at) / loadBounds.windowMs)
    counts.set(period, (counts.get(period) ?? 0) + 1)
  }
  return [...counts.values()].filter((count) => count > loadBounds.floodAbove).length / periods
}

export type Chatter = {
  /** The most times that it came on within a minute. */
  most: number
  /** How often it did so: bouts that do not overlap. */
  bouts: number
  lastAt: number
}

/** Whether a source came on three times or more within one minute; null where it never did. */
export function chatterOf(onAts: readonly number[]): Chatter | null {
  const inOrder = [...onAts].sort((a, b) => a - b)
  const bouts: number[] = []
  let most = 0
  for (const [index, at] of inOrder.entries()) {
    const last = inOrder.findLastIndex((one) => one - at < loadBounds.chatterWithinMs)
    const turns = last - index + 1
    if (turns < loadBounds.chatterTurns) continue
    const lastAt = inOrder[last] ?? at
    most = Math.max(most, turns)
    // A window that begins within a bout goes on with it.
    if (at <= (bouts.at(-1) ?? -Infinity)) bouts.pop()
    bouts.push(lastAt)
  }
  const lastAt = bouts.at(-1)
  return lastAt === undefined ? null : { most, bouts: bouts.length, lastAt }
}

/** @param sinceAt epoch ms */
export const isStale = (sinceAt: number, now: number): boolean => now - sinceAt > loadBounds.staleMs
