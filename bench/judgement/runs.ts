// Seeded years until each figure is sharp enough: the life of a community under every rule, and the air beside it.
import { coCase, cookingSpike, gasCase, type CoCase, type Cooking, type GasCase } from './air.ts'
import { dayMin, yearDays } from './calendar.ts'
import { draw, poisson } from './draw.ts'
import { ratio, type Estimate } from './estimate.ts'
import { liveYear } from './lives.ts'
import { flat, ours, scheduleAndGrace, type Policy } from './policy.ts'
import { sensorShares, type World } from './world.ts'
import { yearOf, type YearOf } from './year-of.ts'

export type Rule = 'ours' | 'flat' | 'grace'

export type Runs = {
  years: Record<Rule, YearOf[]>
  co: CoCase[]
  gas: GasCase[]
  cooking: Cooking[]
}

export type Pace = {
  seed: number
  yearsMin: number
  secondsMax: number
  /** What-if collapses per resident and year; cases of air per year. */
  probes: number
  airCases: number
  now: () => number
}

const widthMax = 0.1

export function runYears(world: World, pace: Pace): Runs {
  const runs: Runs = { years: { ours: [], flat: [], grace: [] }, co: [], gas: [], cooking: [] }
  const policies: Record<Rule, Policy> = { ours: ours(), flat: flat(), grace: scheduleAndGrace() }
  const endsAt = pace.now() + pace.secondsMax * 1000
  for (let nth = 0; nth < pace.yearsMin || (!isSharp(runs) && pace.now() < endsAt); nth += 1) {
    oneYear(world, { ...pace, seed: pace.seed * 1000 + nth, nth }, runs, policies)
  }
  return runs
}

function oneYear(
  world: World,
  { seed, nth, probes, airCases }: Pace & { nth: number },
  runs: Runs,
  policies: Record<Rule, Policy>,
): void {
  const from = nth * airCases
  for (let id = from; id < from + airCases; id += 1) {
    runs.co.push(coCase(world, seed, id))
    runs.gas.push(gasCase(world, seed, id))
    runs.cooking.push(cookingSpike(world, seed, id))
  }
  const year = liveYear(world, seed)
  const share = (rule: 'notices' | 'flat') => shareOf(runs.cooking, rule)
  const notices: Record<Rule, number[]> = {
    ours: lunchNotices(world, seed, share('notices')),
    flat: lunchNotices(world, seed, share('flat')),
    grace: [],
  }
  for (const rule of ['ours', 'flat', 'grace'] as const)
    runs.years[rule].push(yearOf(world, year, { policy: policies[rule], probes, notices: notices[rule] }))
}

/** The figures that goals are about and that are rare enough to need years. */
export function isSharp(runs: Runs): boolean {
  if (runs.years.ours.length < 2) return false
  return [
    perHome(runs.years.ours, 'sent'),
    perHome(runs.years.flat, 'sent'),
    perHome(runs.years.ours, 'calls'),
    perHome(runs.years.flat, 'calls'),
  ].every(({ halfWidth }) => halfWidth <= widthMax)
}

export const perHome = (years: readonly YearOf[], what: 'sent' | 'calls' | 'silences'): Estimate =>
  ratio(years.map((year) => ({ count: year[what], of: year.homes })))

export const shareOf = (cooking: readonly Cooking[], rule: 'ours' | 'notices' | 'hasty' | 'flat'): number =>
  cooking.reduce((sum, one) => sum + one[rule], 0) / Math.max(1, cooking.length)

const weeks = 52.18

/** False hazards of a home in a year: detectors that cry wolf, and pans. Each tells everybody, and somebody goes. */
export function falseAirPerHome(world: World, cookingShare: number): number {
  const { falseFlagPerSensorYear, cookingSpikesPerHomeWeek } = world.devices
  const { numbers, flagOnly } = sensorShares(world)
  const detectors = 2 * (numbers + flagOnly)
  return falseFlagPerSensorYear * detectors + cookingSpikesPerHomeWeek * weeks * numbers * cookingShare
}

/** When the desk is shown a pan at lunch (minutes of the year): half of them, from 11:00 to 12:30 (facts 3.3). */
function lunchNotices(world: World, seed: number, share: number): number[] {
  const { numbers } = sensorShares(world)
  const perDay = (world.residents.homes * world.devices.cookingSpikesPerHomeWeek * numbers * share) / 7 / 2
  return Array.from({ length: yearDays }, (_, day) =>
    Array.from(
      { length: poisson(perDay, draw(seed, 4_000_000, day, 350)) },
      (_, nth) => day * dayMin + 660 + draw(seed, 4_000_001 + nth, day, 351) * 90,
    ),
  ).flat()
}
