import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chatterOf, floodedShare, floodsOf, isStale, loadOf } from './alarm-load.ts'

const minuteMs = 60_000
const times = (count: number, everyMs: number, from = 0) =>
  Array.from({ length: count }, (_, index) => from + index * everyMs)

describe('a flood (ISA-18.2: more than ten in ten minutes, over below five)', () => {
  test('ten in ten minutes are none, the eleventh begins one', () => {
    expect(floodsOf(times(10, 1000), minuteMs)).toEqual([])
    expect(floodsOf(times(11, 1000), minuteMs)).toEqual([
      { sinceAt: 10_000, untilAt: null, peak: 11, count: 11 },
    ])
  })

  test('it lasts until fewer than five are left in the window, not until there are ten', () => {
    const arrivals = times(11, 1000)
    // Seven have left at 6 s + 10 min, and four are left.
    expect(floodsOf(arrivals, 10 * minuteMs + 5999)[0]?.untilAt).toBeNull()
    expect(floodsOf(arrivals, 10 * minuteMs + 6000)).toEqual([
      { sinceAt: 10_000, untilAt: 10 * minuteMs + 6000, peak: 11, count: 11 },
    ])
  })

  test('eleven in eleven minutes are none', () => {
    expect(floodsOf(times(11, minuteMs + 1), 60 * minuteMs)).toEqual([])
  })

  test('one after the other are two', () => {
    const arrivals = [...times(12, 1000), ...times(12, 1000, 60 * minuteMs)]
    expect(floodsOf(arrivals, 61 * minuteMs).map(({ untilAt }) => untilAt === null)).toEqual([false, true])
  })

  const anyArrivals = fc.array(fc.integer({ min: 0, max: 40 * minuteMs }), { maxLength: 60 })

  test('the order in which arrivals are told changes nothing, nor does what comes after', () => {
    fc.assert(
      fc.property(anyArrivals, fc.integer({ min: 0, max: 60 * minuteMs }), (arrivals, now) => {
        const floods = floodsOf(arrivals, now)
        expect(floodsOf(arrivals.toReversed(), now)).toEqual(floods)
        expect(floodsOf([...arrivals, now + 1], now)).toEqual(floods)
      }),
    )
  })

  test('as somebody would count it who looks every second', () => {
    const anySeconds = fc.array(
      fc.integer({ min: 0, max: 30 * 60 }).map((second) => second * 1000),
      { maxLength: 50 },
    )
    fc.assert(
      fc.property(anySeconds, (arrivals) => {
        const now = 45 * minuteMs
        const floods = floodsOf(arrivals, now)
        let isOn = false
        for (let at = 0; at <= now; at += 1000) {
          const count = arrivals.filter((one) => one <= at && one > at - 10 * minuteMs).length
          isOn = isOn ? count >= 5 : count > 10
          const told = floods.some(({ sinceAt, untilAt }) => sinceAt <= at && (untilAt ?? Infinity) > at)
          expect(told).toBe(isOn)
        }
      }),
      { numRuns: 15 },
    )
  })
})

test('the load of a human: one in ten minutes is calm, two are busy, three too much', () => {
  const levels = [0, 1, 2, 3, 10, 11].map((count) => loadOf(times(count, 1000), minuteMs).level)
  expect(levels).toEqual(['calm', 'calm', 'busy', 'tooMuch', 'tooMuch', 'flood'])
  expect(loadOf(times(3, 1000), 30 * minuteMs)).toMatchObject({
    inTenMinutes: 0,
    level: 'calm',
    peak: { count: 3, at: 2000 },
  })
})

test('the share of ten-minute periods with more than ten', () => {
  expect(floodedShare(times(11, 1000, 1000), 0, 100 * minuteMs)).toBe(0.1)
  expect(floodedShare(times(10, 1000, 1000), 0, 100 * minuteMs)).toBe(0)
  expect(floodedShare([], 0, 0)).toBe(0)
})

describe('chattering (ISA-18.2: three times on within one minute)', () => {
  test('twice is none, three times is, and a minute apart is none', () => {
    expect(chatterOf([0, 20_000])).toBeNull()
    expect(chatterOf([40_000, 0, 20_000])).toEqual({ most: 3, bouts: 1, lastAt: 40_000 })
    expect(chatterOf([0, 30_000, 60_000])).toBeNull()
  })

  test('a long bout is one, and a later one is another', () => {
    expect(chatterOf(times(10, 10_000))).toEqual({ most: 6, bouts: 1, lastAt: 90_000 })
    expect(chatterOf([...times(3, 1000), ...times(4, 1000, 3_600_000)])).toEqual({
      most: 4,
      bouts: 2,
      lastAt: 3_603_000,
    })
  })
})

test('what has stood for more than a day is stale', () => {
  expect(isStale(0, 24 * 60 * minuteMs)).toBe(false)
  expect(isStale(0, 24 * 60 * minuteMs + 1)).toBe(true)
})
