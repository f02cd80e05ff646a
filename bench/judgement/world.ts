// The world in which rules are judged: its rates are data, read at run time. No rule of the product sees this file.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'

const rate = Type.Number({ minimum: 0 })

/** `*` behind a name means that the rate is uncertain by ±50 %; it is taken off on reading. */
const World = Type.Object({
  residents: Type.Object({
    homes: Type.Integer({ minimum: 1 }),
    shareOfCouples: rate,
    shareHighRisk: rate,
    shareDeafOrHardOfHearing: rate,
    getUp: Type.Object({
      populationMeanLocal: Type.String(),
      populationSdMin: rate,
      dayToDaySdMin: rate,
      ar1: rate,
      winterShiftMin: rate,
    }),
    pressAfterGetUpMin: Type.Object({ lognormalMedian: rate, sigma: rate }),
    forget: Type.Object({ firstFortnightPerDay: rate, afterPerDay: rate }),
    awayUndeclaredPerDay: rate,
    awayDeclaredPerDay: rate,
    absenceDaysMedian: rate,
    lateThroughIllnessPerDay: rate,
    springFestivalAwayShare: rate,
  }),
  answers: Type.Object({
    reminderWorks: rate,
    phoneCallAnsweredPerTry: rate,
    triesMinApart: rate,
    neighbourReachable: rate,
    familyReachable: rate,
    familyMinutesToAnswerMedian: rate,
    stewardAcknowledgesWithin60s: rate,
    stewardTravelMinMedian: rate,
  }),
  emergencies: Type.Object({
    collapsePerResidentDay: rate,
    shareAtNight0000to0700: rate,
    shareAbleToPressSos: rate,
    shareFoundByOthersFirst: rate,
    coAccidentsPerHomeWinter: rate,
    gasLeaksPerHomeYear: rate,
    coScenarios: Type.String(),
  }),
  devices: Type.Object({
    ppmReportIntervalS: Type.Object({ normal: rate, onChange: rate }),
    packetLoss: rate,
    gatewayOutagesPerYear: rate,
    gatewayOutageHoursMedian: rate,
    buildingPowerCutsPerYear: rate,
    carrierOutagesPerYear: rate,
    carrierOutageHoursMedian: rate,
    sensorStuckPerYear: rate,
    falseFlagPerSensorYear: rate,
    cookingSpikesPerHomeWeek: rate,
    cachedReplayAfterGatewayRestart: Type.Boolean(),
  }),
  service: Type.Object({ ownOutagesPerYear: rate, ownOutageMinutesMedian: rate, shareOverADeadline: rate }),
})
export type World = Static<typeof World>

export const worldFile = join(import.meta.dirname, '..', 'world.json')

/** Reads a world, and which of its rates are uncertain (as `part.name`). */
export function readWorld(file: string): { world: World; uncertain: string[] } {
  const uncertain: string[] = []
  const strip = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        const name = key.replace(/\*$/, '')
        const at = path === '' ? name : `${path}.${name}`
        if (name !== key) uncertain.push(at)
        return [name, strip(inner, at)]
      }),
    )
  }
  const world = strip(JSON.parse(readFileSync(file, 'utf8')), '')
  return { world: Value.Parse(World, world), uncertain }
}

/** The world with these rates (`part.name`) times `factor`; a share stays one. */
export function vary(world: World, rates: readonly string[], factor: number): World {
  const varied = structuredClone(world)
  for (const path of rates) {
    const [part = '', name = ''] = path.split('.')
    const holder = varied[part as keyof World] as Record<string, number | Record<string, number>>
    holder[name] = scaled(holder[name] ?? 0, factor)
  }
  return varied
}

function scaled(value: number | Record<string, number>, factor: number): number | Record<string, number> {
  if (typeof value === 'number') return value <= 1 ? Math.min(1, value * factor) : value * factor
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inner * factor]))
}

/** The shares of the sensors, from the sentence of the file. */
export function sensorShares(world: World): { numbers: number; flagOnly: number; none: number } {
  const [numbers = 0.35, flagOnly = 0.35, none = 0.3] = (
    world.emergencies.coScenarios.match(/0?\.\d+/g) ?? []
  )
    .map(Number)
    .slice(-3)
  return { numbers, flagOnly, none }
}
