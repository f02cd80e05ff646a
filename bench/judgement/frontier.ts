// The frontier: how often well people are bothered against how soon silence is noticed, over the rates of answering.
import { isSharp, ratio, sum, type Estimate } from './estimate.ts'
import { liveYear, type Year } from './lives.ts'
import { fixedMargin, ours, type Policy } from './policy.ts'
import { untilSharp, type Pace } from './until-sharp.ts'
import { vary, type World } from './world.ts'
import { yearOf } from './year-of.ts'

export const answerRates = [
  'answers.reminderWorks',
  'answers.phoneCallAnsweredPerTry',
  'answers.neighbourReachable',
  'answers.familyReachable',
  'answers.stewardAcknowledgesWithin60s',
] as const

export type Point = { toldMin: Estimate; sent: Estimate; calls: Estimate }

export type FrontierPoint = {
  rates: string
  ours: Point
  margins: Point[]
  /** Ours against the fixed margin that tells as soon: at most 1 is nowhere worse. */
  sentRatio: Estimate
  callsRatio: Estimate
}

export const margins = [75, 90, 105, 120, 150] as const

export function frontierOf(world: World, pace: Pace & { quick: boolean }): FrontierPoint[] {
  const settings = settingsOf(pace.quick).map(({ name, rates, factor }) => ({
    name,
    world: vary(world, rates, factor),
    own: [] as Spent[],
    curve: margins.map((): Spent[] => []),
  }))
  const points = () => settings.map(pointOf)
  untilSharp(pace, {
    live: (seed) => {
      const year = liveYear(world, seed)
      for (const setting of settings) {
        setting.own.push(spend(setting.world, year, ours()))
        for (const [nth, margin] of margins.entries())
          setting.curve[nth]?.push(spend(setting.world, year, fixedMargin(margin)))
      }
    },
    areSharp: () => points().flatMap(printed).every(isSharp),
  })
  return points()
}

/** What the frontier prints of a point. */
function printed({ rates, ours: own, margins: curve, sentRatio, callsRatio }: FrontierPoint): Estimate[] {
  const shown = rates === central ? [own, ...curve] : [own]
  return [...shown.flatMap(({ toldMin, sent, calls }) => [toldMin, sent, calls]), sentRatio, callsRatio]
}

export const central = 'central'

function settingsOf(quick: boolean): { name: string; rates: readonly string[]; factor: number }[] {
  const all = [
    { name: central, rates: [] as readonly string[], factor: 1 },
    { name: 'all answers -50 %', rates: answerRates, factor: 0.5 },
    { name: 'all answers +50 %', rates: answerRates, factor: 1.5 },
  ]
  if (quick) return all
  const single = answerRates.flatMap((rate) =>
    [0.5, 1.5].map((factor) => ({
      name: `${rate.split('.')[1]} ${factor < 1 ? '-' : '+'}50 %`,
      rates: [rate],
      factor,
    })),
  )
  return [...all, ...single]
}

/** What one year cost, and how long those who fell waited in all. */
type Spent = { homes: number; calls: number; sent: number; found: number; toldMin: number }

function spend(world: World, year: Year, policy: Policy): Spent {
  const { homes, calls, sent, collapses } = yearOf(world, year, { policy, probes: 1, notices: [] })
  const found = collapses.filter(({ excused }) => !excused)
  return { homes, calls, sent, found: found.length, toldMin: sum(found.map(({ toldMin }) => toldMin)) }
}

function pointOf(setting: { name: string; own: Spent[]; curve: Spent[][] }): FrontierPoint {
  const { name, own, curve } = setting
  return {
    rates: name,
    ours: costOf(own),
    margins: curve.map(costOf),
    sentRatio: againstCurve(own, curve, 'sent'),
    callsRatio: againstCurve(own, curve, 'calls'),
  }
}

const costOf = (years: readonly Spent[]): Point => ({
  toldMin: ratio(years.map(({ toldMin, found }) => ({ count: toldMin, of: found }))),
  sent: ratio(years.map(({ sent, homes }) => ({ count: sent, of: homes }))),
  calls: ratio(years.map(({ calls, homes }) => ({ count: calls, of: homes }))),
})

/**
 * Against the best fixed margin that tells at the same time: straight between its neighbours on the curve, each year
 * for itself, since both rules meet the same draws in it.
 */
function againstCurve(own: readonly Spent[], curve: readonly Spent[][], what: 'sent' | 'calls'): Estimate {
  const told = (years: readonly Spent[]) => costOf(years).toldMin.value
  const sorted = curve.toSorted((a, b) => told(a) - told(b))
  const found = sorted.findIndex((years) => told(years) >= told(own))
  const above = found < 0 ? sorted.length - 1 : found
  const [low, high] = [sorted[found < 0 ? above : Math.max(0, above - 1)] ?? [], sorted[above] ?? []]
  const share = low === high ? 0 : (told(own) - told(low)) / (told(high) - told(low))
  return ratio(
    own.map((year, nth) => {
      const [from, to] = [low[nth]?.[what] ?? NaN, high[nth]?.[what] ?? NaN]
      return { count: year[what], of: from + (to - from) * share }
    }),
  )
}
