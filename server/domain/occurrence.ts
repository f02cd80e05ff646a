// When a pact falls due next, on the wall clock of the community: right over summer time, leap days and new year.
import { Temporal } from 'temporal-polyfill'
import type { Edge } from '#contract/primitives.ts'

export type Occurrence = {
  /** The day it is for, in the community's zone. */
  on: string
  opensAt: number
  remindAt: number
  dueAt: number
}

/**
 * From when a press counts for the day. Hardly anybody rises before 03:30 (facts 3.5, Tianjin), so from 03:00 it is
 * this morning's; before, it is last night's. An evening press counts from noon.
 */
const opensFrom: Record<Edge, string> = { morning: '03:00', evening: '12:00' }

/** A deadline soon after that hour (or before it) still leaves this long to press. */
const openMsMin = 60 * 60_000

/** Every weekday comes within seven days; one more week covers a day that a zone left out (Apia, 2011-12-30). */
const daysAheadMax = 15

/**
 * The next occurrence due strictly after `after` (epoch ms). `days` are ISO weekdays, 1 is Monday. A deadline that
 * the clock jumps over falls on the first instant after the jump; one that comes twice falls on the earlier.
 */
export function nextOccurrence(pact: {
  deadline: string
  days: readonly number[]
  edge: Edge
  zone: string
  after: number
  remindBeforeMs: number
}): Occurrence {
  const firstDay = zoned(pact.after, pact.zone).toPlainDate().subtract({ days: 1 })
  for (let ahead = 0; ahead <= daysAheadMax; ahead++) {
    const day = firstDay.add({ days: ahead })
    if (!pact.days.includes(day.dayOfWeek) || !exists(day, pact.zone)) continue
    const dueAt = instantOf(day, pact.deadline, pact.zone)
    if (dueAt > pact.after) return { on: day.toString(), ...timesBefore({ ...pact, day, dueAt }) }
  }
  throw new RangeError(`a pact needs a weekday from 1 to 7, not [${pact.days.join()}]`)
}

/** The calendar day at this instant in this zone, 'YYYY-MM-DD'. */
export const localDate = (at: number, zone: string): string => zoned(at, zone).toPlainDate().toString()

/** The instant (epoch ms) of a wall-clock time 'HH:MM' on a day; gaps and overlaps as in nextOccurrence. */
export const localInstant = (on: string, time: string, zone: string): number =>
  instantOf(Temporal.PlainDate.from(on), time, zone)

function timesBefore(pact: {
  day: Temporal.PlainDate
  edge: Edge
  zone: string
  dueAt: number
  remindBeforeMs: number
}): Omit<Occurrence, 'on'> {
  const opensAt = Math.min(instantOf(pact.day, opensFrom[pact.edge], pact.zone), pact.dueAt - openMsMin)
  return { opensAt, remindAt: Math.max(opensAt, pact.dueAt - pact.remindBeforeMs), dueAt: pact.dueAt }
}

function instantOf(day: Temporal.PlainDate, time: string, zone: string): number {
  const wall = day.toPlainDateTime(Temporal.PlainTime.from(time))
  const earlier = wall.toZonedDateTime(zone, { disambiguation: 'earlier' })
  if (earlier.toPlainDateTime().equals(wall)) return earlier.epochMilliseconds
  // In a gap `earlier` lies just before the jump, by the offset that is about to come.
  return (earlier.getTimeZoneTransition('next') ?? earlier).epochMilliseconds
}

const exists = (day: Temporal.PlainDate, zone: string): boolean =>
  day.toZonedDateTime(zone).toPlainDate().equals(day)

const zoned = (at: number, zone: string) =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
