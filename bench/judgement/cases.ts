// From runs to printed figures, each with its goal and its yardstick.
import { caseOf, type Case } from '../harness/benchmark.ts'
import { coCases, gasCases } from './air-cases.ts'
import { collapseCases } from './collapse-cases.ts'
import { ratio, width } from './estimate.ts'
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
  const total = { ours: sent.ours.value + air.ours, flat: sent.flat.value + air.flat }
  const unit = '/home-year'
  const flood = (rule: Rule) =>
    ratio(years[rule].map(({ floodedMornings }) => ({ count: floodedMornings, of: 365 })))
  const graceNote = `schedule + grace: ${sent.grace.value.toFixed(1)}`
  return [
    caseOf({
      case: 'stewards sent to a well person',
      value: total.ours,
      unit,
      goal: { atMost: 0.7 },
      note: width(sent.ours),
    }),
    caseOf({
      case: 'the same against flat 8:00 + flat thresholds',
      value: total.ours,
      unit,
      yardstick: total.flat,
      goal: { atMost: third },
      note: `${width(sent.ours)}, flat ${width(sent.flat)}; ${graceNote}`,
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
      value: air.ours,
      unit,
      yardstick: air.flat,
      note: 'false flags and pans',
    }),
    caseOf({
      case: 'calls to or about well people',
      value: calls.ours.value + air.ours,
      unit,
      yardstick: calls.flat.value + air.flat,
      goal: { atMost: third },
      note: `${width(calls.ours)}, flat ${width(calls.flat)}`,
    }),
    caseOf({
      case: 'silences judged',
      value: perHome(years.ours, 'silences').value,
      unit,
      yardstick: perHome(years.flat, 'silences').value,
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
