// One seeded year of a community under one rule: what it costs the well, and what it does for those who fall.
import { floodsOf } from '#domain/alarm-load.ts'
import { collapsesOf, type Collapse } from './collapses.ts'
import { dayMin, yearDays } from './calendar.ts'
import { notEnrolled, type Year } from './lives.ts'
import { mornings, type Incident } from './mornings.ts'
import type { Policy } from './policy.ts'
import type { World } from './world.ts'

export type YearOf = {
  homes: number
  calls: number
  sent: number
  silences: number
  floodedMornings: number
  collapses: Collapse[]
}

/** @param notices what else a human was shown that year (minutes): the air */
export function yearOf(
  world: World,
  year: Year,
  { policy, probes, notices }: { policy: Policy; probes: number; notices: readonly number[] },
): YearOf {
  const incidents: Incident[] = []
  const collapses: Collapse[] = []
  let [calls, sent] = [0, 0]
  for (const life of year.lives) {
    if (life.where.every((state) => state === notEnrolled)) continue
    const lived = mornings({ world, year, policy }, life)
    calls += lived.calls
    sent += lived.sent
    for (const one of lived.incidents) incidents.push(one)
    if (probes > 0)
      for (const one of collapsesOf({ world, year, policy }, life, lived, probes)) collapses.push(one)
  }
  return {
    homes: world.residents.homes,
    calls,
    sent,
    silences: incidents.length,
    floodedMornings: floods(incidents, notices),
    collapses,
  }
}

/**
 * Mornings (4:00-12:00) with a flood at the desk, which sees every new incident. Homes that cannot be seen for one cause
 * are one incident with a row each.
 */
function floods(incidents: readonly Incident[], notices: readonly number[]): number {
  const mornings: number[][] = Array.from({ length: yearDays }, () => [])
  const grouped = new Set<string>()
  const put = (at: number) => {
    const minute = at % dayMin
    if (minute >= 240 && minute < 720) mornings[Math.floor(at / dayMin)]?.push(minute)
  }
  for (const { at, cause } of incidents) {
    const key = cause === null ? null : `${cause} ${Math.floor(at / dayMin)}`
    if (key !== null && grouped.has(key)) continue
    if (key !== null) grouped.add(key)
    put(at)
  }
  notices.forEach(put)
  return mornings.filter(isFlooded).length
}

const isFlooded = (minutes: readonly number[]): boolean =>
  floodsOf(
    minutes.map((minute) => minute * 60_000),
    Infinity,
  ).length > 0
