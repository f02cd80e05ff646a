// Hours in which nothing is repeated that may wait until the morning. Pure.
import { addDays } from './calendar-day.ts'
import { localDate, localInstant } from './occurrence.ts'

/** From one time of day to another, HH:MM in the community's zone, over midnight where it must; both alike: never. */
export type QuietHours = { from: string; until: string; zone: string }

/** The instant itself, or where it falls into the quiet hours their end (epoch ms): later, and never left out. */
export function afterQuiet(at: number, { from, until, zone }: QuietHours): number {
  if (from === until) return at
  const on = localDate(at, zone)
  // The night that began yesterday, and the one that begins today.
  for (const begins of [addDays(on, -1), on]) {
    const fromAt = localInstant(begins, from, zone)
    const untilAt = localInstant(until > from ? begins : addDays(begins, 1), until, zone)
    if (at >= fromAt && at < untilAt) return untilAt
  }
  return at
}
