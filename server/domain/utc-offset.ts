import { Temporal } from 'temporal-polyfill'

/** How far the clocks of this zone are ahead of UTC at this instant (ms): 8 h in Shanghai. */
export const utcOffsetMs = (at: number, zone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000
