// Carbon monoxide and gas under our rules, under EN 50291 windows alone, and under flat thresholds.
import { judgeCo } from '#domain/co.ts'
import { judgeGas } from '#domain/gas.ts'
import { isAtLeast } from '#domain/worst.ts'
import {
  coError,
  coPpm,
  coScenarios,
  enWindowsAt,
  flagAt,
  gasError,
  gasLel,
  gasScenarios,
  sampled,
  trueCohb,
  type Sample,
  type Scenario,
} from './air-world.ts'
import { askSilent, climb } from './asking.ts'
import { draw, logNormal } from './draw.ts'
import { sensorShares, type World } from './world.ts'

export type Sensor = 'numbers' | 'flagOnly' | 'none'

/** Minutes from the onset, Infinity for never within the span; COHb in percent at that moment. */
export type CoCase = {
  scenario: string
  sensor: Sensor
  oursMin: number
  enMin: number
  /** 50 ppm once. */
  flatMin: number
  cohbTold: number
  cohbEnTold: number
  /** When somebody opened the window or carried them out, and COHb then. */
  airedMin: number
  cohbAired: number
  /** COHb one reporting interval after the first sample of 30 ppm: what no rule can be earlier than. */
  isPossible: boolean
}

const minuteMs = 60_000
const spanMin = 8 * 60

export function coCase(world: World, seed: number, id: number): CoCase {
  const scenario = pick(coScenarios, id)
  const curve = (minutes: number) => coPpm(scenario, minutes)
  const sensor = sensorOf(world, draw(seed, id, 0, 310))
  const flag = flagAt(curve, draw(seed, id, 0, 311), spanMin)
  const samples = sensor === 'numbers' ? coSamples(world, seed, id, curve) : []
  const told = {
    numbers: () => ({ ours: oursCoAt(samples), en: enWindowsAt(samples), flat: firstAt(samples, 50) }),
    flagOnly: () => ({ ours: flag, en: flag, flat: flag }),
    none: () => foundInTheMorning(world, seed, id),
  }[sensor]()
  const airedMin = told.ours + airedAfterMin(world, seed, id)
  const intervalMin = world.devices.ppmReportIntervalS.normal / 60
  const reachedAt = Math.min(firstAt(samples, 30), told.ours)
  return {
    scenario: scenario.name,
    sensor,
    oursMin: told.ours,
    enMin: told.en,
    flatMin: told.flat,
    cohbTold: cohbAt(curve, told.ours),
    cohbEnTold: cohbAt(curve, told.en),
    airedMin,
    cohbAired: cohbAt(curve, airedMin),
    isPossible: cohbAt(curve, reachedAt + intervalMin) <= 5,
  }
}

const cohbAt = (curve: (minutes: number) => number, minute: number): number =>
  trueCohb(curve, Math.min(minute, 14 * 60))

const coSamples = (world: World, seed: number, id: number, curve: (minutes: number) => number): Sample[] =>
  sampled(curve, { world, error: coError, seed, id, untilMin: spanMin, moved: 5 })

/** Each sample is judged as it arrives, by the rule of the product; told is warning or worse: everybody at once. */
function oursCoAt(samples: readonly Sample[]): number {
  const known: { at: number; value: number; flags: number }[] = []
  let warm = false
  for (const { at, value } of samples) {
    known.push({ at: at * minuteMs, value, flags: 0 })
    warm ||= value >= 9
    if (!warm) continue
    const { stage } = judgeCo({ samples: known, flag: null, alreadyAt: null, now: at * minuteMs })
    if (stage !== null && isAtLeast(stage, 'warning')) return at
  }
  return Infinity
}

const firstAt = (samples: readonly Sample[], value: number): number =>
  samples.find((sample) => sample.value >= value)?.at ?? Infinity

/** No sensor: they do not press next morning. The onset lies between 19:00 and 23:00 (facts 3.1), the deadline at 8:00. */
function foundInTheMorning(world: World, seed: number, id: number) {
  const onset = 19 * 60 + draw(seed, id, 0, 312) * 240
  const silentMin = 32 * 60 - onset
  const plan = [
    { afterMs: 6 * minuteMs, whom: 'nearby', way: 'phone' },
    { afterMs: 15 * minuteMs, whom: 'steward', way: 'door' },
  ] as const
  const { toldAt } = askSilent(
    {
      seed,
      id,
      day: 0,
      tier: 'general',
      dueAt: silentMin,
      plan,
      answers: world.answers,
      devicesReached: true,
    },
    0,
  )
  return { ours: toldAt, en: toldAt, flat: toldAt }
}

/** Who is told opens or carries out: the resident woken by the call, a neighbour, or the first steward there. */
function airedAfterMin(world: World, seed: number, id: number): number {
  const { phoneCallAnsweredPerTry, neighbourReachable, familyMinutesToAnswerMedian } = world.answers
  const byResident = draw(seed, id, 0, 320) < phoneCallAnsweredPerTry ? 2 : Infinity
  const byNeighbour =
    draw(seed, id, 0, 321) < neighbourReachable
      ? logNormal(familyMinutesToAnswerMedian, 0.5, draw(seed, id, 0, 322))
      : Infinity
  const { doorAt } = climb({ seed, id, day: 0, answers: world.answers }, 0)
  return Math.min(byResident, byNeighbour, doorAt)
}

export type GasCase = {
  scenario: string
  sensor: Sensor
  oursMin: number
  /** Without the patience at meal times. */
  hastyMin: number
  flatMin: number
  lelTold: number
}

const gasSpanMin = 3 * 60

export function gasCase(world: World, seed: number, id: number): GasCase {
  const scenario: Scenario = pick(gasScenarios, id)
  const curve = (minutes: number) => gasLel(scenario, minutes)
  const sensor = sensorOf(world, draw(seed, id, 0, 330))
  // A detector alarms somewhere between 5 and 15 %LEL, within half a minute (facts 2.2).
  const setPoint = 5 + 10 * draw(seed, id, 0, 331)
  const flag = firstMinute(curve, setPoint)
  const samples =
    sensor === 'numbers'
      ? sampled(curve, { world, error: gasError, seed, id, untilMin: gasSpanMin, moved: 0.5 })
      : []
  // Gas leaks while people are up: between 6:00 and 21:00.
  const startMin = 360 + draw(seed, id, 0, 332) * 900
  const of: Record<Sensor, { ours: number; hasty: number; flat: number }> = {
    numbers: {
      ours: oursGasAt(samples, startMin),
      hasty: oursGasAt(samples, null),
      flat: firstAt(samples, 5),
    },
    flagOnly: { ours: flag, hasty: flag, flat: flag },
    none: { ours: Infinity, hasty: Infinity, flat: Infinity },
  }
  const { ours, hasty, flat } = of[sensor]
  return {
    scenario: scenario.name,
    sensor,
    oursMin: ours,
    hastyMin: hasty,
    flatMin: flat,
    lelTold: Number.isFinite(ours) ? curve(ours) : NaN,
  }
}

/** @param startMin minute of the day of the onset; null switches the patience off */
export function oursGasAt(samples: readonly Sample[], startMin: number | null): number {
  const known: { at: number; value: number; flags: number }[] = []
  let againAt = Infinity
  const at0 = (startMin ?? 0) * minuteMs
  const judge = (at: number): boolean => {
    const { stage, judgeAgainAt } = judgeGas({
      samples: known,
      flag: null,
      alreadyAt: null,
      now: at0 + at * minuteMs,
      lelConvention: 'gb',
      utcOffsetMs: startMin === null ? null : 0,
    })
    againAt = judgeAgainAt === null ? Infinity : (judgeAgainAt - at0) / minuteMs
    return stage !== null && isAtLeast(stage, 'alarm')
  }
  for (const { at, value } of samples) {
    if (againAt < at && judge(againAt)) return againAt
    known.push({ at: at0 + at * minuteMs, value, flags: 0 })
    if (value >= 3 || againAt < Infinity) if (judge(at)) return at
  }
  return againAt < Infinity && judge(againAt) ? againAt : Infinity
}

function firstMinute(curve: (minutes: number) => number, level: number): number {
  for (let minute = 0; minute <= gasSpanMin; minute += 0.25) if (curve(minute) >= level) return minute + 0.5
  return Infinity
}

/** A whole year of nuisance of one home with a %LEL sensor: who is rung by us, and who by 5 %LEL once. */
export type Cooking = { spikes: number; ours: number; notices: number; hasty: number; flat: number }

/** One spike of wine in a hot pan (facts 3.3): 1-5 minutes, 3-8 %LEL, at lunch or supper. */
export function cookingSpike(world: World, seed: number, id: number): Cooking {
  const isLunch = draw(seed, id, 0, 340) < 0.5
  const startMin = isLunch ? 660 + draw(seed, id, 0, 341) * 90 : 1020 + draw(seed, id, 0, 341) * 90
  const lasts = 1 + 4 * draw(seed, id, 0, 342)
  const peak = 3 + 5 * draw(seed, id, 0, 343)
  // Up within half a minute, then slowly down.
  const curve = (minutes: number) =>
    minutes > lasts ? 0 : peak * Math.min(1, minutes / 0.5) * (1 - (0.5 * minutes) / lasts)
  const samples = sampled(curve, { world, error: gasError, seed, id, untilMin: 20, moved: 0.5 })
  const hasty = oursGasAt(samples, null)
  return {
    spikes: 1,
    ours: Number(Number.isFinite(oursGasAt(samples, startMin))),
    notices: Number(Number.isFinite(hasty)),
    hasty: Number(Number.isFinite(hasty)),
    flat: Number(Number.isFinite(firstAt(samples, 5))),
  }
}

const pick = (scenarios: readonly Scenario[], id: number): Scenario => {
  const one = scenarios[id % scenarios.length]
  if (!one) throw new Error('there is no scenario')
  return one
}

function sensorOf(world: World, share: number): Sensor {
  const { numbers, flagOnly } = sensorShares(world)
  return share < numbers ? 'numbers' : share < numbers + flagOnly ? 'flagOnly' : 'none'
}
