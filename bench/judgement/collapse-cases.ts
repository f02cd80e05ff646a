// What the rules do for those who fall: how soon, and whether at all.
import { caseOf, type Case } from '../harness/benchmark.ts'
import type { Collapse } from './collapses.ts'
import { quantile, share, width, type Estimate } from './estimate.ts'
import type { Rule, Runs } from './runs.ts'

const dayBoundMin = 26 * 60

export function collapseCases({ years }: Runs): Case[] {
  const of = (rule: Rule) => years[rule].flatMap(({ collapses }) => collapses)
  const all = { ours: of('ours'), flat: of('flat'), grace: of('grace') }
  const excused = (rule: Rule) => all[rule].filter((one) => one.excused).length
  const late = (rule: Rule) => all[rule].filter((one) => isUnfound(one) && !one.ownCut).length
  const ownCut = all.ours.filter((one) => isUnfound(one) && one.ownCut)
  const n = all.ours.length
  const early = (rule: Rule) => clockTold(all[rule].filter(({ minuteOfDay }) => minuteOfDay < 240))
  const unfound = late('ours')
  const lateAtDoor = (rule: Rule) =>
    share(all[rule].filter(({ doorAfterSignMin }) => doorAfterSignMin > dayBoundMin).length, all[rule].length)
  const atDoor = lateAtDoor('ours')
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
      note: `ours ${clock(early('ours').value)}, flat ${clock(early('flat').value)}, schedule + grace ${clock(early('grace').value)}; each ±${Math.max(minutesOf(early('ours')), minutesOf(early('flat'))).toFixed(1)} min`,
    }),
    caseOf({
      case: 'at the door more than 26 h after the last sign',
      value: 100 * atDoor.value,
      unit: '%',
      yardstick: 100 * lateAtDoor('flat').value,
      note: `${width(atDoor)}; somebody had been sent in each`,
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
      note: `one in twenty after ${late.value.toFixed(1)} h; schedule + grace ${grace?.value.toFixed(1)} h; ${own ? width(own) : ''}`,
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

export const clockTold = (collapses: readonly Collapse[]): Estimate =>
  quantile(
    collapses.filter(({ excused }) => !excused).map((one) => one.minuteOfDay + one.toldMin),
    0.5,
  )

/** Half the 95 % interval of a clock time, in minutes: as a share of the time of day it would say nothing. */
export const minutesOf = ({ value, halfWidth }: Estimate): number => value * halfWidth

const clock = (minute: number): string =>
  `${Math.floor(minute / 60)}:${String(Math.round(minute % 60)).padStart(2, '0')}`
