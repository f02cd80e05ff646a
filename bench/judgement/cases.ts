// From runs to printed figures, each with its goal of issue and its yardstick.
import { caseOf, type Case } from '../harness/benchmark.ts'
import type { CoCase, Sensor } from './air.ts'
import type { Collapse } from './collapses.ts'
import { quantile, ratio, type Estimate } from './estimate.ts'
import type { FrontierPoint } from './frontier.ts'
import { falseAirPerHome, perHome, shareOf, type Rule, type Runs } from './runs.ts'
import type { World } from './world.ts'

const third = 1 / 3
const dayBoundMin = 26 * 60

export function casesOf(world: World, runs: Runs): Case[] {
  return [...wellCases(world, runs), ...collapseCases(runs), ...coCases(runs.co), ...gasCases(runs)]
}

/** Sharpness as it is printed beside a figure. */
function width({ halfWidth, n }: Estimate): string {
  if (halfWidth === 0) return `n ${Math.round(n)}`
  const percent = (100 * halfWidth).toFixed(1)
  return halfWidth <= 0.1 ? `±${percent} %` : `±${percent} % (rare: not within 10 %)`
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
      note: graceNote,
    }),
    caseOf({
      case: '  of these because of silence',
      value: sent.ours.value,
      unit,
      yardstick: sent.flat.value,
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
      note: width(calls.ours),
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

function collapseCases({ years }: Runs): Case[] {
  const of = (rule: Rule) => years[rule].flatMap(({ collapses }) => collapses)
  const all = { ours: of('ours'), flat: of('flat'), grace: of('grace') }
  const excused = (rule: Rule) => all[rule].filter((one) => one.excused).length
  const late = (rule: Rule) => all[rule].filter((one) => isUnfound(one) && !one.ownCut).length
  const ownCut = all.ours.filter((one) => isUnfound(one) && one.ownCut)
  const n = all.ours.length
  const early = (rule: Rule) => clockTold(all[rule].filter(({ minuteOfDay }) => minuteOfDay < 240))
  const unfound = late('ours')
  return [
    caseOf({
      case: 'silent collapses not found in time',
      value: unfound,
      unit: `of ${n}`,
      goal: { atMost: 0 },
      note: `door by T0+60 at night, somebody sent within 26 h of the last sign; flat ${late('flat')}, schedule + grace ${late('grace')}; below ${(300 / n).toFixed(3)} % at 95 %`,
    }),
    caseOf({
      case: '  told later than that because the service itself was down',
      value: ownCut.length,
      unit: `of ${n}`,
      note: `at most ${worstLateMin(ownCut).toFixed(0)} min later; never lost`,
    }),
    caseOf({
      case: 'emergencies wrongly excused',
      value: excused('ours'),
      unit: `of ${n}`,
      goal: { atMost: 0 },
      note: `flat ${excused('flat')}, schedule + grace ${excused('grace')}`,
    }),
    caseOf({
      case: 'collapse before 4:00, told: later than flat (median)',
      value: early('ours').value - early('flat').value,
      unit: 'min',
      goal: { atMost: 15 },
      note: `ours ${clock(early('ours').value)}, flat ${clock(early('flat').value)}, schedule + grace ${clock(early('grace').value)}`,
    }),
    caseOf({
      case: 'at the door more than 26 h after the last sign',
      value: share(all.ours, ({ doorAfterSignMin }) => doorAfterSignMin > dayBoundMin),
      unit: '%',
      yardstick: share(all.flat, ({ doorAfterSignMin }) => doorAfterSignMin > dayBoundMin),
      note: 'shown: somebody had been sent in each',
    }),
    ...hours.flatMap(([from, until]) => hourCases(all, from, until)),
  ]
}

const hours: readonly (readonly [number, number])[] = [
  [0, 4],
  [4, 7],
  [7, 12],
  [12, 18],
  [18, 24],
]

function hourCases(all: Record<Rule, Collapse[]>, from: number, until: number): Case[] {
  const within = (rule: Rule) =>
    all[rule].filter(
      ({ minuteOfDay, excused }) => !excused && minuteOfDay >= from * 60 && minuteOfDay < until * 60,
    )
  const figure = (what: 'toldMin' | 'doorMin', name: string): Case => {
    const [own, flat, grace] = (['ours', 'flat', 'grace'] as const).map((rule) =>
      quantile(
        within(rule).map((one) => one[what] / 60),
        0.5,
      ),
    )
    const late = quantile(
      within('ours').map((one) => one[what] / 60),
      0.95,
    )
    return caseOf({
      case: `collapse at ${from}-${until} h: until ${name} (median)`,
      value: own?.value ?? NaN,
      unit: 'h',
      yardstick: flat?.value ?? NaN,
      note: `95 % ${late.value.toFixed(1)} h; schedule + grace ${grace?.value.toFixed(1)} h; ${own ? width(own) : ''}`,
    })
  }
  return [figure('toldMin', 'told'), figure('doorMin', 'at the door')]
}

/** Night: a human at the door within an hour of the deadline. Any hour: somebody sent within 26 h of the last sign. */
export const isUnfound = (one: Collapse): boolean =>
  one.excused ||
  (one.minuteOfDay < 420 && one.doorAfterDueMin > 60) ||
  one.toldAfterSignMin > dayBoundMin + 0.01

const worstLateMin = (collapses: readonly Collapse[]): number =>
  Math.max(0, ...collapses.map(({ toldAfterSignMin }) => toldAfterSignMin - dayBoundMin))

const clockTold = (collapses: readonly Collapse[]): Estimate =>
  quantile(
    collapses.filter(({ excused }) => !excused).map((one) => one.minuteOfDay + one.toldMin),
    0.5,
  )

const share = (collapses: readonly Collapse[], is: (one: Collapse) => boolean): number =>
  (100 * collapses.filter(is).length) / collapses.length

const clock = (minute: number): string =>
  `${Math.floor(minute / 60)}:${String(Math.round(minute % 60)).padStart(2, '0')}`

function coCases(co: readonly CoCase[]): Case[] {
  const withNumbers = co.filter(({ sensor }) => sensor === 'numbers')
  const laterMin = Math.max(...co.map(({ oursMin, enMin }) => (oursMin === enMin ? 0 : oursMin - enMin)))
  const possible = withNumbers.filter(({ isPossible }) => isPossible)
  return [
    caseOf({
      case: 'CO: told later than EN 50291 alone (worst case)',
      value: Math.max(0, laterMin),
      unit: 'min',
      goal: { atMost: 0 },
      note: `of ${co.length}, every sensor`,
    }),
    caseOf({
      case: 'CO, ppm sensor: COHb at first telling (worst case)',
      value: Math.max(...possible.map(({ cohbTold }) => cohbTold)),
      unit: '%',
      yardstick: Math.max(...possible.map(({ cohbEnTold }) => cohbEnTold)),
      ratio: Math.max(...possible.map(({ cohbTold }) => cohbTold)),
      goal: { atMost: 5 },
      note: `${possible.length} of ${withNumbers.length} where one interval allows it; yardstick EN alone`,
    }),
    ...(['numbers', 'flagOnly', 'none'] as const).flatMap((sensor) => sensorCases(co, sensor)),
  ]
}

const sensorNames: Record<Sensor, string> = {
  numbers: 'ppm sensor',
  flagOnly: 'flag only',
  none: 'no sensor',
}

function sensorCases(co: readonly CoCase[], sensor: Sensor): Case[] {
  const of = co.filter((one) => one.sensor === sensor)
  const told = quantile(
    of.map(({ oursMin }) => oursMin),
    0.5,
  )
  const name = `CO, ${sensorNames[sensor]}:`
  const flat = quantile(
    of.map(({ flatMin }) => flatMin),
    0.5,
  ).value
  return [
    caseOf({
      case: `${name} onset to told (median)`,
      value: told.value,
      unit: 'min',
      yardstick: quantile(
        of.map(({ enMin }) => enMin),
        0.5,
      ).value,
      note: `yardstick EN alone; 50 ppm once ${flat.toFixed(0)} min; ${width(told)}`,
    }),
    caseOf({
      case: `${name} COHb at first telling (median)`,
      value: quantile(
        of.map(({ cohbTold }) => cohbTold),
        0.5,
      ).value,
      unit: '%',
      yardstick: quantile(
        of.map(({ cohbEnTold }) => cohbEnTold),
        0.5,
      ).value,
    }),
    caseOf({
      case: `${name} COHb at first ventilation or removal (median)`,
      value: quantile(
        of.map(({ cohbAired }) => cohbAired),
        0.5,
      ).value,
      unit: '%',
      note: `95 % ${quantile(
        of.map(({ cohbAired }) => cohbAired),
        0.95,
      ).value.toFixed(1)} %`,
    }),
  ]
}

function gasCases({ gas, cooking }: Runs): Case[] {
  const of = (sensor: Sensor) => gas.filter((one) => one.sensor === sensor && Number.isFinite(one.oursMin))
  const [numbers, flagOnly] = [of('numbers'), of('flagOnly')]
  const delay = Math.max(0, ...numbers.map(({ oursMin, hastyMin }) => oursMin - hastyMin))
  const median = (values: number[]) => quantile(values, 0.5)
  const told = median(numbers.map(({ oursMin }) => oursMin))
  return [
    caseOf({
      case: 'gas, %LEL sensor: onset to told (median)',
      value: told.value,
      unit: 'min',
      yardstick: median(numbers.map(({ flatMin }) => flatMin)).value,
      note: `yardstick 5 %LEL once; ${width(told)}`,
    }),
    caseOf({
      case: 'gas, flag only: onset to told (median)',
      value: median(flagOnly.map(({ oursMin }) => oursMin)).value,
      unit: 'min',
    }),
    caseOf({
      case: 'gas, %LEL sensor: %LEL at telling (worst case)',
      value: Math.max(...numbers.map(({ lelTold }) => lelTold)),
      unit: '%LEL',
      note: 'EN 50194-1 wants the alarm by 20',
    }),
    caseOf({ case: 'gas: told later because of patience at meals (worst case)', value: delay, unit: 'min' }),
    caseOf({
      case: 'pans that ring everybody',
      value: 100 * shareOf(cooking, 'ours'),
      unit: '%',
      yardstick: 100 * shareOf(cooking, 'flat'),
      note: `without patience ${(100 * shareOf(cooking, 'hasty')).toFixed(0)} %; every one is shown to resident and desk`,
    }),
  ]
}

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
  return [...cases, ...each]
}
