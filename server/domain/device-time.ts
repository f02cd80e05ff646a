// Which clock a sign is judged by.
import { limits } from '../limits.ts'

/**
 * The device's own time if it is plausible (at most 2 minutes ahead of us, at most 72 hours behind), else the time
 * of arrival; and which of the two it was (ground.md: both epoch ms, stored beside each other).
 */
export function judgedTime(input: { deviceTime: number | null; receivedAt: number }): {
  at: number
  source: 'device' | 'server'
} {
  const { deviceTime, receivedAt } = input
  const isPlausible =
    deviceTime !== null &&
    Number.isFinite(deviceTime) &&
    deviceTime <= receivedAt + limits.deviceClockAheadMsMax &&
    deviceTime >= receivedAt - limits.deviceClockBehindMsMax
  return isPlausible ? { at: deviceTime, source: 'device' } : { at: receivedAt, source: 'server' }
}

/** What is told this much later than it happened is told from a buffer: it is past (safety 9). */
export const bufferedMs = 5 * 60_000
