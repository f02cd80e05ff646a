// A year of 1,000 homes: who lives there, when they rise and press, who is away, what breaks. The same for every rule.
import { dayMin, daysAll, daysBefore, springFestivalDay, yearDays } from './calendar.ts'
import { draw, logNormal, normal, poisson } from './draw.ts'
import type { World } from './world.ts'
import type { RiskTier } from '#contract/primitives.ts'

export const here = 0
export const awayUndeclared = 1
export const awayDeclared = 2
export const notEnrolled = 3

/** Minutes count from the start of the year. Arrays are indexed by day + daysBefore. */
export type Life = {
  id: number
  home: number
  building: number
  tier: RiskTier
  deaf: boolean
  joinsOn: number
  /** Minute of the year at which they are up, and at which they press of themselves (NaN: they forget that day). */
  upAt: Float64Array
  pressAt: Float64Array
  /** The press is lost on its way. */
  lost: Uint8Array
  where: Uint8Array
}

export type Cut = { from: number; until: number; cause: string }

export type Year = {
  seed: number
  lives: Life[]
  /** By home: when its devices cannot be heard, oldest first. */
  cuts: Cut[][]
  /** When the service itself cannot see. */
  ownCuts: Cut[]
}

/** What draws are for; a number each. */
const what = {
  mean: 1,
  tier: 2,
  deaf: 3,
  joins: 4,
  joinsWhen: 5,
  couple: 6,
  up: 10,
  press: 11,
  forget: 12,
  away: 13,
  awayDays: 14,
  ill: 15,
  illMin: 16,
  lost: 17,
  festival: 18,
  festivalDeclared: 19,
  cutCount: 30,
  cutAt: 31,
} as const

/** Homes of one building: guess. A tenth of the residents joins in the course of the year: guess. */
const homesPerBuilding = 40
const joinsInYear = 0.1
/** Spread of the lengths of absences, illnesses and cuts, of which the world gives medians only: guess. */
const lengthSigma = 0.6

export function liveYear(world: World, seed: number): Year {
  const lives: Life[] = []
  const { homes, shareOfCouples } = world.residents
  for (let home = 0; home < homes; home += 1) {
    const persons = draw(seed, home, 0, what.couple) < shareOfCouples ? 2 : 1
    for (let nth = 0; nth < persons; nth += 1) lives.push(liveOne(world, seed, { id: home * 2 + nth, home }))
  }
  return { seed, lives, ...breakThings(world, seed) }
}

function liveOne(world: World, seed: number, { id, home }: { id: number; home: number }): Life {
  const chance = (day: number, of: number) => draw(seed, id, day, of)
  const { residents, devices } = world
  const joinsOn =
    chance(0, what.joins) < joinsInYear ? Math.floor(chance(0, what.joinsWhen) * yearDays) : -daysBefore - 20
  const life: Life = {
    id,
    home,
    building: Math.floor(home / homesPerBuilding),
    tier: chance(0, what.tier) < residents.shareHighRisk ? 'high' : 'general',
    deaf: chance(0, what.deaf) < residents.shareDeafOrHardOfHearing,
    joinsOn,
    upAt: new Float64Array(daysAll),
    pressAt: new Float64Array(daysAll),
    lost: new Uint8Array(daysAll),
    where: whereabouts(world, chance, joinsOn),
  }
  const mean = usualUp(world, chance(0, what.mean))
  const { dayToDaySdMin, ar1, winterShiftMin } = residents.getUp
  let deviation = 0
  for (let index = 0; index < daysAll; index += 1) {
    const day = index - daysBefore
    deviation = ar1 * deviation + Math.sqrt(1 - ar1 * ar1) * dayToDaySdMin * normal(chance(day, what.up))
    const winter = (winterShiftMin / 2) * Math.cos((2 * Math.PI * (day - 10)) / yearDays)
    const ill =
      chance(day, what.ill) < residents.lateThroughIllnessPerDay
        ? logNormal(150, lengthSigma, chance(day, what.illMin))
        : 0
    const up = day * dayMin + Math.max(120, mean + winter + deviation + ill)
    const { lognormalMedian, sigma } = residents.pressAfterGetUpMin
    const forgets = day - joinsOn < 14 ? residents.forget.firstFortnightPerDay : residents.forget.afterPerDay
    life.upAt[index] = up
    life.pressAt[index] =
      chance(day, what.forget) < forgets
        ? NaN
        : up + logNormal(lognormalMedian, sigma, chance(day, what.press))
    life.lost[index] = chance(day, what.lost) < devices.packetLoss ? 1 : 0
  }
  return life
}

/** Between 3:30 and 9:30 (facts 3.5). */
function usualUp(world: World, share: number): number {
  const { populationMeanLocal, populationSdMin } = world.residents.getUp
  const [hours = 5, minutes = 53] = populationMeanLocal.split(':').map(Number)
  return Math.min(570, Math.max(210, hours * 60 + minutes + populationSdMin * normal(share)))
}

type Chance = (day: number, of: number) => number

/** At Spring Festival as many of those who leave say so as otherwise: no rate was given. */
function whereabouts(world: World, chance: Chance, joinsOn: number): Uint8Array {
  const { awayUndeclaredPerDay, awayDeclaredPerDay, absenceDaysMedian, springFestivalAwayShare } =
    world.residents
  const where = new Uint8Array(daysAll)
  const fill = (from: number, days: number, state: number) => {
    for (let index = from; index < Math.min(daysAll, from + days); index += 1) where[index] = state
  }
  for (let index = 0; index < daysAll; index += 1) {
    if (where[index] !== here) continue
    const share = chance(index - daysBefore, what.away)
    if (share >= awayUndeclaredPerDay + awayDeclaredPerDay) continue
    const days = Math.max(
      1,
      Math.round(logNormal(absenceDaysMedian, lengthSigma, chance(index, what.awayDays))),
    )
    fill(index, days, share < awayUndeclaredPerDay ? awayUndeclared : awayDeclared)
  }
  if (chance(0, what.festival) < springFestivalAwayShare) {
    const says = awayDeclaredPerDay / (awayDeclaredPerDay + awayUndeclaredPerDay)
    const declared = chance(0, what.festivalDeclared) < says
    fill(springFestivalDay - 1 + daysBefore, 6, declared ? awayDeclared : awayUndeclared)
  }
  for (let index = 0; index < Math.min(daysAll, joinsOn + daysBefore); index += 1) where[index] = notEnrolled
  return where
}

function breakThings(world: World, seed: number): Pick<Year, 'cuts' | 'ownCuts'> {
  const { devices, service, residents } = world
  const cutsOf = (who: number, cause: string, perYear: number, hours: number): Cut[] =>
    cutsIn({ seed, who, cause, perYear, medianMin: hours * 60 })
  const carrier = cutsOf(
    1_000_003,
    'carrier',
    devices.carrierOutagesPerYear,
    devices.carrierOutageHoursMedian,
  )
  const cuts = Array.from({ length: residents.homes }, (_, home) => {
    const building = Math.floor(home / homesPerBuilding)
    return [
      ...cutsOf(home, `gateway ${home}`, devices.gatewayOutagesPerYear, devices.gatewayOutageHoursMedian),
      // How long the power is off was not given: as long as a gateway is.
      ...cutsOf(
        2_000_000 + building,
        `building ${building}`,
        devices.buildingPowerCutsPerYear,
        devices.gatewayOutageHoursMedian,
      ),
      ...carrier,
    ].sort((a, b) => a.from - b.from)
  })
  const own = cutsIn({
    seed,
    who: 3_000_001,
    cause: 'service',
    perYear: service.ownOutagesPerYear,
    medianMin: service.ownOutageMinutesMedian,
  })
  return { cuts, ownCuts: own.map((cut, nth) => overDeadline(cut, draw(seed, 3_000_002, nth, 0), service)) }
}

function cutsIn(of: { seed: number; who: number; cause: string; perYear: number; medianMin: number }): Cut[] {
  const { seed, who, cause, perYear, medianMin } = of
  const years = daysAll / yearDays
  const count = poisson(perYear * years, draw(seed, who, 0, what.cutCount))
  return Array.from({ length: count }, (_, nth) => {
    const from = (draw(seed, who, nth, what.cutAt) * daysAll - daysBefore) * dayMin
    return {
      from,
      until: from + logNormal(medianMin, lengthSigma, draw(seed, who, nth, what.cutAt + 1)),
      cause,
    }
  })
}

/** Some of our own outages begin in the hour and a half in which most deadlines fall. */
function overDeadline(cut: Cut, share: number, service: World['service']): Cut {
  if (share >= service.shareOverADeadline) return cut
  const from = Math.floor(cut.from / dayMin) * dayMin + 7 * 60 + (share / service.shareOverADeadline) * 90
  return { ...cut, from, until: from + (cut.until - cut.from) }
}

/** The cut of this home that covers the minute, if there is one. */
export function cutAt(cuts: readonly Cut[], minute: number): Cut | undefined {
  for (const cut of cuts) {
    if (cut.from > minute) return undefined
    if (cut.until > minute) return cut
  }
  return undefined
}
