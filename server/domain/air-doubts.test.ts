import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { doubtSamples } from './air-doubts.ts'
import type { AirSample } from './air-series.ts'
import { judgeCo } from './co.ts'
import { judgeGas } from './gas.ts'
import { flagBits } from './stored.ts'
import { isWorse } from '#contract/primitives.ts'

const minuteMs = 60_000
const start = Date.parse('2026-11-23T02:00:00+08:00')
const sample = (minute: number, value: number, flags = 0): AirSample => ({
  at: start + minute * minuteMs,
  value,
  flags,
})
const every5 = (value: number, from: number, until: number): AirSample[] =>
  Array.from({ length: (until - from) / 5 + 1 }, (_, nth) => sample(from + nth * 5, value))
const doubts = (samples: AirSample[]) => doubtSamples(samples, 120 * minuteMs).doubts

test('a reading that never moves is stuck, unless it is zero or rare', () => {
  expect(doubts(every5(7, 0, 120))).toEqual(['stuck'])
  expect(doubts(every5(0, 0, 240))).toEqual([])
  expect(doubts(every5(7, 0, 115))).toEqual([])
  expect(doubts([sample(0, 7), sample(8, 7), sample(125, 7)])).not.toContain('stuck')
})

test('the first word after a gap that repeats the last one before it is cached', () => {
  expect(doubts([sample(0, 180), sample(60, 180), sample(61, 4)])).toEqual(['cached'])
  expect(doubts([sample(0, 180), sample(60, 175)])).toEqual([])
})

test('safety 5: what is stuck or cached raises a stage as ever, and never says that the air is clean', () => {
  expect(
    judgeCo({ samples: [sample(0, 4), sample(60, 320)], flag: null, alreadyAt: null, now: start }).stage,
  ).toBe('alarm')
  const stuckClean = every5(4, 0, 180)
  const now = start + 180 * minuteMs
  expect(judgeCo({ samples: stuckClean, flag: null, alreadyAt: 'alarm', now }).stage).toBe('alarm')
  const alive = stuckClean.map((one, nth) => ({ ...one, value: 3 + (nth % 2) }))
  expect(judgeCo({ samples: alive, flag: null, alreadyAt: 'alarm', now }).stage).toBeNull()
})

test('safety 17: a self-test is no danger; a flag of a test that stays up hides none, and is never clean air', () => {
  const judged = (samples: AirSample[], minute: number, alreadyAt: 'alarm' | null = null) =>
    judgeCo({ samples, flag: null, alreadyAt, now: start + minute * minuteMs }).stage
  const testing = (value: number, minutes: readonly number[]) =>
    minutes.map((minute) => sample(minute, value, flagBits.test))
  expect(judged(testing(400, [0, 5, 10]), 10)).toBeNull()
  expect(judged(testing(400, [0, 5, 10, 11]), 11)).toBe('critical')
  // Two tests apart, with nothing between them, are two tests.
  expect(judged(testing(400, [0, 5, 180, 185]), 185)).toBeNull()
  const everyMinute = Array.from({ length: 60 }, (_, minute) => minute)
  expect(judged(testing(0, everyMinute), 60, 'alarm')).toBe('alarm')
})

test('what the device says of itself is told', () => {
  const flags = flagBits.warmup | flagBits.endOfLife | flagBits.clamped
  expect(doubts([sample(0, 3, flags)])).toEqual(['clamped', 'endOfLife', 'warmup'])
})

const air = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 240 }).map((minute) => start + minute * minuteMs),
    value: fc.oneof(fc.constantFrom(0, 5, 30, 50, 100, 300), fc.double({ min: 0, max: 500, noNaN: true })),
    flags: fc.constantFrom(0, 0, 0, flagBits.warmup, flagBits.fault, flagBits.test),
  }),
  { maxLength: 50 },
)
const now = start + 240 * minuteMs

test('no order of arrival changes the verdict, of CO or of gas', () => {
  fc.assert(
    fc.property(air, fc.infiniteStream(fc.nat()), (samples, keys) => {
      const shuffled = samples
        .map((one) => ({ one, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ one }) => one)
      const co = { flag: null, alreadyAt: null, now }
      expect(judgeCo({ ...co, samples: shuffled })).toEqual(judgeCo({ ...co, samples }))
      const gas = { ...co, lelConvention: 'gb' as const, utcOffsetMs: 8 * 3_600_000 }
      expect(judgeGas({ ...gas, samples: shuffled })).toEqual(judgeGas({ ...gas, samples }))
    }),
    { numRuns: 60 },
  )
})

test('safety 5: more of the same danger, or another body in the room, never makes it milder', () => {
  fc.assert(
    fc.property(air, fc.integer({ min: 30, max: 500 }), (samples, value) => {
      const base = { flag: null, alreadyAt: null, now } as const
      const before = judgeCo({ ...base, samples }).stage
      const worse = judgeCo({
        ...base,
        samples: samples.map((one) => ({ ...one, value: one.value + value })),
      }).stage
      expect(before !== null && (worse === null || isWorse(before, worse))).toBe(false)
      const child = { dl: 10, va: 2500, vb: 1500, hb: 11, startPercent: 0.8 }
      const with2 = judgeCo({ ...base, samples, bodies: [child, { ...child, vb: 3400 }] })
      const one = judgeCo({ ...base, samples, bodies: [child] })
      expect(one.stage !== null && (with2.stage === null || isWorse(one.stage, with2.stage))).toBe(false)
    }),
    { numRuns: 60 },
  )
})
