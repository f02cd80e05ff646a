import type { ReadingKind } from '#contract/primitives.ts'
import { bufferedMs } from '#domain/device-time.ts'
import type { Parsed } from './parse.ts'
import type { Rank } from './queue.ts'

/** From here on a reading may be danger (facts 1.4 and 2.2, the mildest sample that any rule looks at): ppm, %LEL. */
const dangerFrom: Partial<Record<ReadingKind, number>> = { co: 30, gas: 3 }

/**
 * How soon a message is committed. A danger told from a buffer is past: it goes with whatever its device says next,
 * so that an alarm that ended two hours ago is not taken for one that lasts; a buffered SOS rings at once (safety 9).
 */
export function rankOf({ fact, deviceTime }: Pick<Parsed, 'fact' | 'deviceTime'>, receivedAt: number): Rank {
  const isPast = (time: number | null): boolean =>
    time !== null && time < receivedAt && receivedAt - time >= bufferedMs
  switch (fact.is) {
    case 'sos':
      return 'hazard'
    case 'alarm':
      return isPast(deviceTime) ? 'soon' : 'hazard'
    case 'checkIn':
      return 'soon'
    case 'readings': {
      const dangers = fact.values.filter(({ kind, value }) => value >= (dangerFrom[kind] ?? Infinity))
      if (dangers.length === 0) return 'rest'
      return dangers.every((danger) => isPast(danger.deviceTime ?? deviceTime)) ? 'soon' : 'hazard'
    }
    case 'sign':
    case 'health':
    case 'result':
    case 'nothing':
      return 'rest'
  }
}
