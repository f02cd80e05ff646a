// What is kept for how long, in days. Each kind of data has an environment name, a default, and a least value with
// its reason; docs/data.md says the same for people.
import { limits } from '../limits.ts'

const dayMs = 24 * 3_600_000

/** Data of a device may come this late (limits.ts) and still has to find what it belongs to. */
const lateDays = Math.ceil(limits.deviceClockBehindMsMax / dayMs)

export const kinds = {
  /** Raw values. A late one re-rolls its hour from them. */
  readings: { name: 'RETAIN_READINGS_DAYS', days: 30, daysMin: lateDays + 4 },
  readingMinutes: { name: 'RETAIN_MINUTES_DAYS', days: 90, daysMin: lateDays + 4 },
  /** Two winters can be compared: CO is a matter of the cold months. */
  readingHours: { name: 'RETAIN_HOURS_DAYS', days: 800, daysMin: 30 },
  /** What was sent, word by word; also how long a repeated id is known, which must outlast late data. */
  messages: { name: 'RETAIN_MESSAGES_DAYS', days: 30, daysMin: lateDays + 1 },
  refused: { name: 'RETAIN_REFUSED_DAYS', days: 30, daysMin: 1 },
  /** Motion, doors, water: the most private of all, and worth something for a few hours only. */
  signs: { name: 'RETAIN_SIGNS_DAYS', days: 30, daysMin: lateDays + 1 },
  /** The event log; a page that was away for longer gets everything anew. */
  events: { name: 'RETAIN_EVENTS_DAYS', days: 2, daysMin: 1 },
  /** Check-ins, absences, signed mornings, and when we ourselves were blind: what the ledger is derived from. */
  checkIns: { name: 'RETAIN_CHECK_INS_DAYS', days: 1095, daysMin: 180 },
  /** Closed incidents with all that happened to them, counted from their end. */
  incidents: { name: 'RETAIN_INCIDENTS_DAYS', days: 1825, daysMin: 365 },
  /** Who wrote what and who looked at whose file; logs are kept for six months by law (网络安全法 art. 21). */
  audit: { name: 'RETAIN_AUDIT_DAYS', days: 1095, daysMin: 183 },
} as const

export type Kind = keyof typeof kinds
/** Days of each kind. */
export type Kept = Readonly<Record<Kind, number>>

export const keptByDefault: Kept = Object.freeze(
  Object.fromEntries(Object.entries(kinds).map(([kind, { days }]) => [kind, days])) as Record<Kind, number>,
)

/** A century: more is a slip of the finger, and no date for PostgreSQL. */
const daysMax = 36_500

/** @param problems gets a sentence for each value that cannot be */
export function keptFrom(env: Readonly<Record<string, string | undefined>>, problems: string[]): Kept {
  const entries = Object.entries(kinds).map(([kind, { name, days, daysMin }]): [string, number] => {
    const text = env[name] || String(days)
    const value = Number(text)
    if (Number.isInteger(value) && value >= daysMin && value <= daysMax) return [kind, value]
    problems.push(`${name} must be a number of days from ${daysMin} to ${daysMax}, not "${text}".`)
    return [kind, days]
  })
  const kept = Object.freeze(Object.fromEntries(entries) as Record<Kind, number>)
  for (const [finer, coarser] of [
    ['readings', 'readingMinutes'],
    ['readingMinutes', 'readingHours'],
  ] as const)
    if (kept[finer] > kept[coarser])
      problems.push(
        `${kinds[coarser].name} (${kept[coarser]}) must not be less than ${kinds[finer].name} (${kept[finer]}).`,
      )
  return kept
}

/**
 * From when on (epoch ms) this kind is kept: the beginning of a UTC day, so that a chunk of TimescaleDB and single
 * rows of PostgreSQL go at the same moment.
 */
export const keptFromAt = (days: number, now: number): number => Math.floor(now / dayMs - days) * dayMs
