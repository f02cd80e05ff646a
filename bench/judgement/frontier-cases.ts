// The frontier as it is printed.
import { caseOf, type Case } from '../harness/benchmark.ts'
import { margins, type FrontierPoint } from './frontier.ts'

/** How sharp the ratio to a margin is: both rules meet the same draws, but a curve has its own noise. */
const resolution = 1.05

export function frontierCases(points: readonly FrontierPoint[]): Case[] {
  const worst = (what: 'sentRatio' | 'callsRatio') =>
    points.reduce((most, point) => (point[what] > most[what] ? point : most))
  const goal = { atMost: resolution }
  const cases = (['sentRatio', 'callsRatio'] as const).map((what) => {
    const at = worst(what)
    const name = what === 'sentRatio' ? 'stewards to well people' : 'calls to well people'
    return caseOf({
      case: `frontier: ${name} against the best fixed margin as soon (worst point)`,
      value: at[what],
      unit: 'x',
      goal,
      note: `at ${at.rates}; ${points.length} points; ${resolution} is what the draws resolve`,
    })
  })
  const each = points.map(({ rates, ours, sentRatio, callsRatio }) =>
    caseOf({
      case: `frontier at ${rates}`,
      value: ours.sent,
      unit: '/home-year',
      note: `calls ${ours.calls.toFixed(1)}, told after ${(ours.toldMin / 60).toFixed(2)} h on average; against the margin: sent ${sentRatio.toFixed(2)}, calls ${callsRatio.toFixed(2)}`,
    }),
  )
  const central = points.find(({ rates }) => rates === 'central')
  const curve = (central?.margins ?? []).map((point, nth) =>
    caseOf({
      case: `fixed margin of ${margins[nth]} min at central`,
      value: point.sent,
      unit: '/home-year',
      note: `calls ${point.calls.toFixed(1)}, told after ${(point.toldMin / 60).toFixed(2)} h on average`,
    }),
  )
  return [...cases, ...each, ...curve]
}
