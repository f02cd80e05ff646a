// The occurrences of a pact as they were agreed at the time.
import { localInstant, type Occurrence } from '#domain/occurrence.ts'
import { nextOfHalf, type Hours } from '#domain/schedule.ts'
import { limits } from '../limits.ts'
import type { PactThen } from './history.ts'

/** The next occurrence due after `after` (epoch ms); hours that were changed meanwhile count as api/pact.ts lets them. */
export function occurrenceAfter(pact: PactThen, zone: string, after: number): Occurrence | null {
  const later = pact.changes.filter(({ at }) => at > after)
  let next = nextOf(pact, zone, { hours: later[0] ? later[0].before : pact.hours, after })
  for (const [index, { at }] of later.entries()) {
    if (next && next.opensAt <= at) break
    const following = later[index + 1]
    const hours = following ? following.before : pact.hours
    const from = next ? Math.max(at, localInstant(next.on, '00:00', zone) - 1) : at
    next = nextOf(pact, zone, { hours, after: from })
  }
  return next
}

/** The one on a later day: no day is judged twice. */
export function occurrenceOnLaterDay(
  pact: PactThen,
  zone: string,
  { on, dueAt }: Pick<Occurrence, 'on' | 'dueAt'>,
): Occurrence | null {
  const next = occurrenceAfter(pact, zone, dueAt)
  return next === null || next.on > on ? next : occurrenceAfter(pact, zone, next.dueAt)
}

function nextOf(
  { edge }: PactThen,
  zone: string,
  { hours, after }: { hours: Hours | null; after: number },
): Occurrence | null {
  if (hours === null || Object.keys(hours).length === 0) return null
  return nextOfHalf({ edge, hours, zone, after, remindBeforeMs: limits.remindBeforeMs })
}
