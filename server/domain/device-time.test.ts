import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { limits } from '../limits.ts'
import { judgedTime } from './device-time.ts'

const receivedAt = Date.UTC(2026, 0, 12, 0, 0)
const judged = (deviceTime: number | null) => judgedTime({ deviceTime, receivedAt })

test('a plausible device clock judges, to the edge of what is plausible', () => {
  const ahead = receivedAt + limits.deviceClockAheadMsMax
  const behind = receivedAt - limits.deviceClockBehindMsMax
  expect(judged(receivedAt - 5000)).toEqual({ at: receivedAt - 5000, source: 'device' })
  expect(judged(ahead)).toEqual({ at: ahead, source: 'device' })
  expect(judged(behind)).toEqual({ at: behind, source: 'device' })
})

test.each([
  ['none at all', null],
  ['one in 1970', 0],
  ['one in seconds instead of milliseconds', receivedAt / 1000],
  ['one too far ahead', receivedAt + limits.deviceClockAheadMsMax + 1],
  ['one too far behind', receivedAt - limits.deviceClockBehindMsMax - 1],
  ['no number', Number.NaN],
])('an implausible device clock is not believed: %s', (_, deviceTime) => {
  expect(judged(deviceTime)).toEqual({ at: receivedAt, source: 'server' })
})

test('what is judged is never more than two minutes in the future', () => {
  fc.assert(
    fc.property(fc.double(), (deviceTime) => {
      expect(judged(deviceTime).at).toBeLessThanOrEqual(receivedAt + 2 * 60_000)
    }),
  )
})
