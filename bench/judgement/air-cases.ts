// Carbon monoxide and gas: from the onset until everybody is told, and what had been breathed by then.
import { caseOf, type Case } from '../harness/benchmark.ts'
import type { CoCase, Sensor } from './air.ts'
import { quantile, width } from './estimate.ts'
import { shareOf, type Runs } from './runs.ts'

export function coCases(co: readonly CoCase[]): Case[] {
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
  const median = (what: 'oursMin' | 'enMin' | 'flatMin' | 'cohbTold' | 'cohbEnTold' | 'cohbAired') =>
    quantile(
      of.map((one) => one[what]),
      0.5,
    )
  const [told, cohbTold, cohbAired] = [median('oursMin'), median('cohbTold'), median('cohbAired')]
  const name = `CO, ${sensorNames[sensor]}:`
  return [
    caseOf({
      case: `${name} onset to told (median)`,
      value: told.value,
      unit: 'min',
      yardstick: median('enMin').value,
      note: `yardstick EN alone; 50 ppm once ${median('flatMin').value.toFixed(0)} min; ${width(told)}`,
    }),
    caseOf({
      case: `${name} COHb at first telling (median)`,
      value: cohbTold.value,
      unit: '%',
      yardstick: median('cohbEnTold').value,
      note: width(cohbTold),
    }),
    caseOf({
      case: `${name} COHb at first ventilation or removal (median)`,
      value: cohbAired.value,
      unit: '%',
      note: `${width(cohbAired)}; one in twenty above ${quantile(
        of.map((one) => one.cohbAired),
        0.95,
      ).value.toFixed(1)} %`,
    }),
  ]
}

export function gasCases({ gas, cooking }: Runs): Case[] {
  const of = (sensor: Sensor) => gas.filter((one) => one.sensor === sensor && Number.isFinite(one.oursMin))
  const [numbers, flagOnly] = [of('numbers'), of('flagOnly')]
  const delay = Math.max(0, ...numbers.map(({ oursMin, hastyMin }) => oursMin - hastyMin))
  const median = (values: number[]) => quantile(values, 0.5)
  const told = median(numbers.map(({ oursMin }) => oursMin))
  const flagTold = median(flagOnly.map(({ oursMin }) => oursMin))
  const pans = shareOf(cooking, 'ours')
  const hasty = shareOf(cooking, 'hasty')
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
      value: flagTold.value,
      unit: 'min',
      note: width(flagTold),
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
      value: 100 * pans.value,
      unit: '%',
      yardstick: 100 * shareOf(cooking, 'flat').value,
      note: `${width(pans)}; without patience ${(100 * hasty.value).toFixed(0)} % ${width(hasty)}; every one is shown to resident and desk`,
    }),
  ]
}
