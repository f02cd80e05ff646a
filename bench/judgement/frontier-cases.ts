// The frontier as it is printed.
import { caseOf, type Case } from '../harness/benchmark.ts'
import { width, type Estimate } from './estimate.ts'
import { central, margins, type FrontierPoint, type Point } from './frontier.ts'

/** How sharp the ratio to a margin is: both rules meet the same draws, but a curve has its own noise. */
const resolution = 1.05

export function frontierCases(points: readonly FrontierPoint[]): Case[] {
  const worst = (what: 'sentRatio' | 'callsRatio') =>
    points.reduce((most, point) => (point[what].value > most[what].value ? point : most))
  const goal = { atMost: resolution }
  const cases = (['sentRatio', 'callsRatio'] as const).map((what) => {
    const at = worst(what)
    const name = what === 'sentRatio' ? 'stewards to well people' : 'calls to well people'
    return caseOf({
      case: `frontier: ${name} against the best fixed margin as soon (worst point)`,
      value: at[what].value,
      unit: 'x',
      goal,
      note: `${width(at[what])}; at ${at.rates}; ${points.length} points; ${resolution} is what the draws resolve`,
    })
  })
  const each = points.map(({ rates, ours, sentRatio, callsRatio }) =>
    pointCase(
      `frontier at ${rates}`,
      ours,
      `; against the margin: sent ${said(sentRatio, 2)}, calls ${said(callsRatio, 2)}`,
    ),
  )
  const curve = points.find(({ rates }) => rates === central)?.margins ?? []
  return [
    ...cases,
    ...each,
    ...curve.map((point, nth) => pointCase(`fixed margin of ${margins[nth]} min at central`, point, '')),
  ]
}

function pointCase(name: string, { sent, calls, toldMin }: Point, more: string): Case {
  const told = { ...toldMin, value: toldMin.value / 60 }
  return caseOf({
    case: name,
    value: sent.value,
    unit: '/home-year',
    note: `${width(sent)}; calls ${said(calls, 1)}, told after ${said(told, 2)} (h, mean)${more}`,
  })
}

const said = (figure: Estimate, digits: number): string => `${figure.value.toFixed(digits)} ${width(figure)}`
