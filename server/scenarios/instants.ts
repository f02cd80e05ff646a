import { localInstant } from '#domain/occurrence.ts'
import { usualDay, usualZone, type Scenario, type When } from './language.ts'

/** Epoch ms of an instant of the scenario, on the wall clock of its community. */
export function instantOf({ on, zone }: Pick<Scenario, 'on' | 'zone'>, when: When): number {
  const [, date, ahead = '0', time = '', secondsPart = '0'] =
    /^(?:(\d{4}-\d\d-\d\d) |\+(\d+) )?(\d\d:\d\d)(?::(\d\d))?$/.exec(when) ?? []
  if (time === '') throw new Error(`${when} is no instant of a scenario`)
  const day = date ?? dayAfter(on ?? usualDay, Number(ahead))
  return localInstant(day, time, zone ?? usualZone) + Number(secondsPart) * 1000
}

/** 'YYYY-MM-DD', so many days later. */
export const dayAfter = (on: string, days: number): string =>
  new Date(Date.parse(`${on}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** The clock on the wall: '08:00:00', with the day before it after the first. */
export function wallClock({ on, zone }: Pick<Scenario, 'on' | 'zone'>, instant: number): string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone ?? usualZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const [day = '', time = ''] = format.format(instant).split(' ')
  return day === (on ?? usualDay) ? time : `${day} ${time}`
}
