// From runs to printed figures, each with its goal and its yardstick.
import { caseOf, type Case } from '../harness/benchmark.ts'
import { coCases, gasCases } from './air-cases.ts'
import { collapseCases } from './collapse-cases.ts'
import { plus, ratio, width } from './estimate.ts'
import { falseAirPerHome, perHome, shareOf, type Rule, type Runs } from './runs.ts'
import type { World } from './world.ts'

const third = 1 / 3

export function casesOf(world: World, runs: Runs): Case[] {
  return [...wellCases(world, runs), ...collapseCases(runs), ...coCases(runs.co), ...gasCases(runs)]
}

function wellCases(world: World, { years, cooking }: Runs): Case[] {
  const sent = {
    ours: perHome(years.ours, 'sent'),
    flat: perHome(years.flat, 'sent'),
    grace: perHome(years.grace, 'sent'),
  }
  const calls = { ours: perHome(years.ours, 'calls'), flat: perHome(years.flat, 'calls') }
  const air = {
    ours: falseAirPerHome(world, shareOf(cooking, 'ours')),
    flat: falseAirPerHome(world, shareOf(cooking, 'flat')),
  }
  const total = { ours: plus(sent.ours, air.ours), flat: plus(sent.flat, air.flat) }
  const called = { ours: plus(calls.ours, air.ours), flat: plus(calls.flat, air.flat) }
  const judged = { ours: perHome(years.ours, 'silences'), flat: perHome(years.flat, 'silences') }
  const unit = '/home-year'
  const flood = (rule: Rule) =>
    ratio(years[rule].map(({ floodedMornings }) => ({ count: floodedMornings, of: 365 })))
  const graceNote = `schedule + grace: ${sent.grace.value.toFixed(1)} ${width(sent.grace)}`
  return [
    caseOf({
      case: 'stewards sent to a well person',
      value: total.ours.value,
      unit,
      goal: { atMost: 0.7 },
      note: width(total.ours),
    }),
    caseOf({
      case: 'the same against flat 8:00 + flat thresholds',
      value: total.ours.value,
      unit,
      yardstick: total.flat.value,
      goal: { atMost: third },
      note: `${width(total.ours)}, flat ${width(total.flat)}; ${graceNote}`,
    }),
    caseOf({
      case: '  of these because of silence',
      value: sent.ours.value,
      unit,
      yardstick: sent.flat.value,
      goal: { atMost: third },
      note: `${width(sent.ours)}, flat ${width(sent.flat)}; ${graceNote}`,
    }),
    caseOf({
      case: '  of these because of air',
      value: air.ours.value,
      unit,
      yardstick: air.flat.value,
      note: `false flags and pans; ${width(air.ours)}, flat ${width(air.flat)}`,
    }),
    caseOf({
      case: 'calls to or about well people',
      value: called.ours.value,
      unit,
      yardstick: called.flat.value,
      goal: { atMost: third },
      note: `${width(called.ours)}, flat ${width(called.flat)}`,
    }),
    caseOf({
      case: 'silences judged',
      value: judged.ours.value,
      unit,
      yardstick: judged.flat.value,
      note: `${width(judged.ours)}, flat ${width(judged.flat)}`,
    }),
    caseOf({
      case: 'mornings with a flood for any human',
      value: 100 * flood('ours').value,
      unit: '%',
      goal: { atMost: 2 },
      note: `flat ${(100 * flood('flat').value).toFixed(0)} %, schedule + grace ${(100 * flood('grace').value).toFixed(0)} %; ${width(flood('ours'))}`,
    }),
  ]
}
