// Each uncertain rate of the world by ±50 %: where the goals still hold, and where they do not.
import { caseOf, type Case } from '../harness/benchmark.ts'
import { clockTold, isUnfound, minutesOf } from './collapse-cases.ts'
import type { Collapse } from './collapses.ts'
import { cookingSpike } from './air.ts'
import { isSharp, ratio, sum, width, type Estimate } from './estimate.ts'
import { liveYear } from './lives.ts'
import { flat, ours } from './policy.ts'
import { falseAirPerHome, shareOf } from './runs.ts'
import { untilSharp, type Pace } from './until-sharp.ts'
import { vary, type World } from './world.ts'
import { yearOf } from './year-of.ts'

type Varied = {
  name: string
  sent: Estimate
  sentRatio: Estimate
  callsRatio: Estimate
  floods: Estimate
  late: { value: number; note: string }
  missed: { value: number; note: string }
}

export function rateCases(
  world: World,
  how: Pace & { uncertain: readonly string[]; quick: boolean },
): Case[] {
  const cooking = Array.from({ length: how.quick ? 40 : 600 }, (_, id) => cookingSpike(world, how.seed, id))
  const rates = how.quick ? how.uncertain.slice(0, 1) : how.uncertain
  const settings = rates.flatMap((rate) =>
    [0.5, 1.5].map((factor) => ({
      name: `${rate.split('.')[1]} ${factor < 1 ? '-' : '+'}50 %`,
      world: vary(world, [rate], factor),
      years: [] as Lived[],
    })),
  )
  const air = (rule: 'ours' | 'flat') => shareOf(cooking, rule)
  const points = () => settings.map((setting) => variedBy(setting, { ours: air('ours'), flat: air('flat') }))
  untilSharp(how, {
    live: (seed) => {
      for (const setting of settings) setting.years.push(lived(setting.world, seed))
    },
    areSharp: () => {
      const all = points()
      return (['sent', 'sentRatio', 'callsRatio'] as const).every((what) => isSharp(worst(all, what)[what]))
    },
  })
  return casesOf(points())
}

function casesOf(points: readonly Varied[]): Case[] {
  const figure = (title: string, what: keyof Omit<Varied, 'name'>, unit: string, atMost: number): Case => {
    const at = worst(points, what)
    const over = points.filter((point) => point[what].value > atMost).map(({ name }) => name)
    const where = over.length > 0 ? `over at: ${over.join(', ')}` : `worst at ${at.name}`
    const found = at[what]
    return caseOf({
      case: `each rate ±50 %: ${title} (worst)`,
      value: found.value,
      unit,
      goal: { atMost },
      note: `${'note' in found ? found.note : width(found)}; ${where}`,
    })
  }
  return [
    figure('stewards sent to a well person', 'sent', '/home-year', 0.7),
    figure('the same against flat', 'sentRatio', 'x', 1 / 3),
    figure('calls against flat', 'callsRatio', 'x', 1 / 3),
    figure('collapse before 4:00, told later than flat', 'late', 'min', 15),
    figure('mornings in flood', 'floods', '%', 2),
    figure('collapses excused or not found in time', 'missed', '', 0),
  ]
}

const worst = (points: readonly Varied[], what: keyof Omit<Varied, 'name'>): Varied =>
  points.reduce((most, point) => (point[what].value > most[what].value ? point : most))

/** What is kept of a year under one rule. */
type Cost = {
  calls: number
  sent: number
  flooded: number
  early: Collapse[]
  fallen: number
  missed: number
}
type Lived = { homes: number; ours: Cost; flat: Cost }

function lived(world: World, seed: number): Lived {
  const year = liveYear(world, seed)
  const [own, yardstick] = [ours(), flat()].map((policy): Cost => {
    const { calls, sent, floodedMornings, collapses } = yearOf(world, year, {
      policy,
      probes: 2,
      notices: [],
    })
    return {
      calls,
      sent,
      flooded: floodedMornings,
      early: collapses.filter(({ minuteOfDay }) => minuteOfDay < 240),
      fallen: collapses.length,
      missed: collapses.filter((one) => isUnfound(one) && !one.ownCut).length,
    }
  })
  if (!own || !yardstick) throw new Error('two rules were asked for')
  return { homes: world.residents.homes, ours: own, flat: yardstick }
}

function variedBy(
  { name, world, years }: { name: string; world: World; years: readonly Lived[] },
  cooking: { ours: Estimate; flat: Estimate },
): Varied {
  const air = {
    ours: falseAirPerHome(world, cooking.ours).value,
    flat: falseAirPerHome(world, cooking.flat).value,
  }
  const cost = (year: Lived, rule: 'ours' | 'flat', what: 'sent' | 'calls') =>
    year[rule][what] + air[rule] * year.homes
  const against = (what: 'sent' | 'calls') =>
    ratio(years.map((year) => ({ count: cost(year, 'ours', what), of: cost(year, 'flat', what) })))
  const told = (rule: 'ours' | 'flat') => clockTold(years.flatMap((year) => year[rule].early))
  const floods = ratio(years.map((year) => ({ count: year.ours.flooded, of: 365 })))
  return {
    name,
    sent: ratio(years.map((year) => ({ count: cost(year, 'ours', 'sent'), of: year.homes }))),
    sentRatio: against('sent'),
    callsRatio: against('calls'),
    floods: { ...floods, value: 100 * floods.value },
    late: {
      value: told('ours').value - told('flat').value,
      note: `each ±${Math.max(minutesOf(told('ours')), minutesOf(told('flat'))).toFixed(1)} min`,
    },
    missed: {
      value: sum(years.map((year) => year.ours.missed)),
      note: `of ${sum(years.map((year) => year.ours.fallen))}`,
    },
  }
}
