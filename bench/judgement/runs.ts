// Seeded years until each figure is sharp enough: the life of a community under every rule, and the air beside it.
import { coCase, cookingSpike, gasCase, type CoCase, type Cooking, type GasCase, type Sensor } from './air.ts'
import { dayMin, yearDays } from './calendar.ts'
import { draw, poisson } from './draw.ts'
import { isSharp, quantile, ratio, share, type Estimate } from './estimate.ts'
import { liveYear } from './lives.ts'
import { flat, ours, scheduleAndGrace, type Policy } from './policy.ts'
import { untilSharp, type Pace } from './until-sharp.ts'
import { sensorShares, type World } from './world.ts'
import { yearOf, type YearOf } from './year-of.ts'

export type Rule = 'ours' | 'flat' | 'grace'

export type Runs = {
  years: Record<Rule, YearOf[]>
  co: CoCase[]
  gas: GasCase[]
  cooking: Cooking[]
}

/** What-if collapses per resident and year; cases of air, and pans, per year. */
export type Depth = { probes: number; airCases: number; pans: number }

export function runYears(world: World, pace: Pace & Depth): Runs {
  const runs: Runs = { years: { ours: [], flat: [], grace: [] }, co: [], gas: [], cooking: [] }
  const policies: Record<Rule, Policy> = { ours: ours(), flat: flat(), grace: scheduleAndGrace() }
  untilSharp(pace, {
    live: (seed, nth) => oneYear(world, { ...pace, seed, nth }, runs, policies),
    areSharp: () => printed(runs).every(isSharp),
  })
  return runs
}

function oneYear(
  world: World,
  { seed, nth, probes, airCases, pans }: Depth & { seed: number; nth: number },
  runs: Runs,
  policies: Record<Rule, Policy>,
): void {
  const from = nth * airCases
  for (let id = from; id < from + airCases; id += 1) {
    runs.co.push(coCase(world, seed, id))
    runs.gas.push(gasCase(world, seed, id))
  }
  for (let id = nth * pans; id < (nth + 1) * pans; id += 1) runs.cooking.push(cookingSpike(world, seed, id))
  const year = liveYear(world, seed)
  const lunches = (rule: 'notices' | 'flat') => lunchNotices(world, seed, shareOf(runs.cooking, rule).value)
  const notices: Record<Rule, number[]> = {
    ours: lunches('notices'),
    flat: lunches('flat'),
    grace: [],
  }
  for (const rule of ['ours', 'flat', 'grace'] as const)
    runs.years[rule].push(yearOf(world, year, { policy: policies[rule], probes, notices: notices[rule] }))
}

/** The figures that are rare enough to need years; the others are sharp long before them. */
function printed({ years, co, gas }: Runs): Estimate[] {
  const told = (cases: readonly { sensor: Sensor; oursMin: number }[], sensor: Sensor) =>
    quantile(
      cases
        .filter((one) => one.sensor === sensor && Number.isFinite(one.oursMin))
        .map(({ oursMin }) => oursMin),
      0.5,
    )
  return [
    ...(['ours', 'flat'] as const).flatMap((rule) => [
      perHome(years[rule], 'sent'),
      perHome(years[rule], 'calls'),
    ]),
    ...(['numbers', 'flagOnly', 'none'] as const).map((sensor) => told(co, sensor)),
    ...(['numbers', 'flagOnly'] as const).map((sensor) => told(gas, sensor)),
  ]
}

export const perHome = (years: readonly YearOf[], what: 'sent' | 'calls' | 'silences'): Estimate =>
  ratio(years.map((year) => ({ count: year[what], of: year.homes })))

export const shareOf = (cooking: readonly Cooking[], rule: 'ours' | 'notices' | 'hasty' | 'flat'): Estimate =>
  share(
    cooking.reduce((sum, one) => sum + one[rule], 0),
    Math.max(1, cooking.length),
  )

const weeks = 52.18

/** False hazards of a home in a year: detectors that cry wolf, and pans. Each tells everybody, and somebody goes. */
export function falseAirPerHome(world: World, cooking: Estimate): Estimate {
  const { falseFlagPerSensorYear, cookingSpikesPerHomeWeek } = world.devices
  const { numbers, flagOnly } = sensorShares(world)
  const detectors = 2 * (numbers + flagOnly)
  const pans = cookingSpikesPerHomeWeek * weeks * numbers * cooking.value
  const value = falseFlagPerSensorYear * detectors + pans
  return { value, halfWidth: (cooking.halfWidth * pans) / value, n: cooking.n }
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
