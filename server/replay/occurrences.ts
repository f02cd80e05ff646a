// The occurrences of a pact as they were agreed at the time.
import { localInstant, type Occurrence } from '#domain/occurrence.ts'
import { nextOfHalf, type Hours } from '#domain/schedule.ts'
import { limits } from '../limits.ts'
import type { PactThen } from './history.ts'

export type Occurrences = {
  /** The next one due after `after` (epoch ms); hours that were changed meanwhile count as api/pact.ts lets them. */
  after: (pact: PactThen, zone: string, after: number) => Occurrence | null
  /** The one on a later day: no day is judged twice. */
  onLaterDay: (pact: PactThen, zone: string, last: Pick<Occurrence, 'on' | 'dueAt'>) => Occurrence | null
}

type Asked = { edge: PactThen['edge']; hours: Hours; zone: string; after: number }

/** Calendars are slow to reckon with, and a thousand people of one community share a handful of hours. */
export function createOccurrences(): Occurrences {
  const known = new Map<string, Occurrence | null>()
  const nextOf = (asked: Asked): Occurrence | null => {
    const key = JSON.stringify(asked)
    const found = known.get(key)
    if (found !== undefined) return found
    const next = nextOfHalf({ ...asked, remindBeforeMs: limits.remindBeforeMs })
    if (known.size >= limits.replayRowsMax) known.clear()
    known.set(key, next)
    return next
  }

  function after(pact: PactThen, zone: string, from: number): Occurrence | null {
    const { edge, changes } = pact
    const ofHours = (hours: Hours | null, since: number) =>
      hours && nextOf({ edge, hours, zone, after: since })
    const later = changes.filter(({ at }) => at > from)
    let next = ofHours(later[0] ? later[0].before : pact.hours, from)
    for (const [index, { at }] of later.entries()) {
      if (next && next.opensAt <= at) break
      const following = later[index + 1]
      const since = next ? Math.max(at, localInstant(next.on, '00:00', zone) - 1) : at
      next = ofHours(following ? following.before : pact.hours, since)
    }
    return next
  }

  return {
    after,
    onLaterDay(pact, zone, { on, dueAt }) {
      const next = after(pact, zone, dueAt)
      return next === null || next.on > on ? next : after(pact, zone, next.dueAt)
    },
  }
}
