import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cleanForMs, drawLine, findCleanSince, gapMsMax, reachesMean, staysAt } from './air-series.ts'

const minuteMs = 60_000
const anyPoints = fc
  .uniqueArray(fc.integer({ min: 0, max: 480 }), { minLength: 1, maxLength: 60 })
  .chain((minutes) =>
    fc
      .array(fc.double({ min: 0, max: 500, noNaN: true }), {
        minLength: minutes.length,
        maxLength: minutes.length,
      })
      .map((values) =>
        minutes
          .sort((a, b) => a - b)
          .map((minute, index) => ({ at: minute * minuteMs, value: values[index] ?? 0 })),
      ),
  )

test('the line has no holes and ends now', () => {
  fc.assert(
    fc.property(anyPoints, (points) => {
      const now = 500 * minuteMs
      const line = drawLine({ points, holdFrom: 30, now })
      expect(line[0]?.fromAt).toBe(points[0]?.at)
      expect(line.at(-1)?.toAt).toBe(now)
      line.slice(1).forEach((segment, index) => expect(segment.fromAt).toBe(line[index]?.toAt))
    }),
  )
})

test('the mean over a window is what adding it up minute by minute gives', () => {
  fc.assert(
    fc.property(anyPoints, fc.integer({ min: 1, max: 90 }), (points, minutes) => {
      const line = drawLine({ points, holdFrom: 30, now: 500 * minuteMs })
      const valueAt = (at: number) => {
        const segment = line.find(({ fromAt, toAt }) => fromAt <= at && at < toAt)
        if (!segment) return 0
        const share = (at - segment.fromAt) / (segment.toAt - segment.fromAt)
        return segment.start + (segment.end - segment.start) * share
      }
      const meanUntil = (untilAt: number) => {
        let sum = 0
        for (let index = 0; index < minutes; index++) sum += valueAt(untilAt - (index + 0.5) * minuteMs)
        return sum / minutes
      }
      const best = Math.max(...line.map(({ toAt }) => meanUntil(toAt)))
      const lengthMs = minutes * minuteMs
      expect(reachesMean(line, { mean: best - 0.01, lengthMs })).toBe(true)
      expect(reachesMean(line, { mean: best + 0.01, lengthMs })).toBe(false)
    }),
  )
})

test('a line that is never below a level reaches it after exactly that time', () => {
  const line = (minutes: number) => [{ fromAt: 0, toAt: minutes * minuteMs, start: 400, end: 50 }]
  expect(staysAt(line(60), { level: 50, lengthMs: 60 * minuteMs })).toBe(true)
  expect(staysAt(line(59), { level: 50, lengthMs: 60 * minuteMs })).toBe(false)
})

test('clean air is as long as its unbroken run of healthy samples, and as fresh as the last one', () => {
  const sample = (minute: number, value: number) => ({ at: minute * minuteMs, value, flags: 0 })
  const clean = [0, 8, 16, 24, 32].map((minute) => sample(minute, 1))
  const since = (samples: typeof clean, minute: number) =>
    findCleanSince({ samples, below: 10, now: minute * minuteMs })
  expect(since(clean, 32)).toBe(0)
  expect(since(clean, 32 + gapMsMax / minuteMs)).toBe(0)
  expect(since(clean, 33 + gapMsMax / minuteMs)).toBeNull()
  expect(since(clean, cleanForMs / minuteMs - 1)).toBe(0)
  expect(since([...clean, sample(32, 12)], 32)).toBeNull()
  expect(since([], 32)).toBeNull()
})
