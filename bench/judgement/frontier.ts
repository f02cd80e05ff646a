// The frontier: how often well people are bothered against how soon silence is noticed, over the rates of answering.
import { mean } from './estimate.ts'
import { liveYear, type Year } from './lives.ts'
import { fixedMargin, ours, type Policy } from './policy.ts'
import { vary, type World } from './world.ts'
import { yearOf } from './year-of.ts'

export const answerRates = [
  'answers.reminderWorks',
  'answers.phoneCallAnsweredPerTry',
  'answers.neighbourReachable',
  'answers.familyReachable',
  'answers.stewardAcknowledgesWithin60s',
] as const

export type Point = { toldMin: number; sent: number; calls: number; unfound: number }

export type FrontierPoint = {
  rates: string
  ours: Point
  margins: Point[]
  /** Ours against the fixed margin that tells as soon: at most 1 is nowhere worse. */
  sentRatio: number
  callsRatio: number
}

export const margins = [75, 90, 105, 120, 150] as const

export function frontierOf(
  world: World,
  how: { seeds: readonly number[]; probes: number; quick: boolean },
): FrontierPoint[] {
  const years = how.seeds.map((seed) => liveYear(world, seed))
  return pointsOf(how.quick).map(({ name, rates, factor }) => {
    const varied = vary(world, rates, factor)
    const at = (policy: Policy) => pointOf(varied, years, policy, how.probes)
    const own = at(ours())
    const curve = margins.map((margin) => at(fixedMargin(margin)))
    return {
      rates: name,
      ours: own,
      margins: curve,
      sentRatio: own.sent / onCurve(curve, own.toldMin, 'sent'),
      callsRatio: own.calls / onCurve(curve, own.toldMin, 'calls'),
    }
  })
}

function pointsOf(quick: boolean): { name: string; rates: readonly string[]; factor: number }[] {
  const all = [
    { name: 'central', rates: [] as readonly string[], factor: 1 },
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

function pointOf(world: World, years: readonly Year[], policy: Policy, probes: number): Point {
  const lived = years.map((year) => yearOf(world, year, { policy, probes, notices: [] }))
  const homes = lived.reduce((sum, { homes: each }) => sum + each, 0)
  const total = (what: 'sent' | 'calls') => lived.reduce((sum, year) => sum + year[what], 0) / homes
  const collapses = lived.flatMap((year) => year.collapses)
  return {
    toldMin: mean(collapses.filter(({ excused }) => !excused).map(({ toldMin }) => toldMin)).value,
    sent: total('sent'),
    calls: total('calls'),
    unfound: collapses.filter(({ excused }) => excused).length,
  }
}

/** What the best fixed margin costs that tells at the same time: straight between its neighbours on the curve. */
function onCurve(curve: readonly Point[], toldMin: number, what: 'sent' | 'calls'): number {
  const sorted = curve.toSorted((a, b) => a.toldMin - b.toldMin)
  const above = sorted.findIndex((point) => point.toldMin >= toldMin)
  const [first, last] = [sorted[0], sorted.at(-1)]
  if (!first || !last) return NaN
  if (above <= 0) return above === 0 ? first[what] : last[what]
  const [low, high] = [sorted[above - 1] ?? first, sorted[above] ?? last]
  const share = (toldMin - low.toldMin) / (high.toldMin - low.toldMin)
  return low[what] + (high[what] - low[what]) * share
}
