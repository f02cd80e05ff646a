import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  elderlyMan,
  elderlyWoman,
  estimateCohb,
  standardAdult,
  stepActiveCohb,
  stepCohb,
  type Body,
} from './cohb.ts'

const minuteMs = 60_000
const steady = (ppm: number, minutes: number) => [
  { fromAt: 0, toAt: minutes * minuteMs, start: ppm, end: ppm },
]
const after = (ppm: number, minutes: number, body: Body = elderlyWoman) =>
  estimateCohb(steady(ppm, minutes), body).estimate

describe('the check points of facts 1.3', () => {
  test.each([
    [70, 240, 6.1, 10.7],
    [150, 50, 4.0, 10.5],
    [400, 15, 3.6, 10.1],
  ])('%d ppm for %d min: resting woman %d %%, heavy work %d %%', (ppm, minutes, resting, active) => {
    const cohb = estimateCohb(steady(ppm, minutes))
    expect(Math.abs(cohb.estimate - resting)).toBeLessThan(0.1)
    expect(Math.abs(cohb.active - active)).toBeLessThan(0.1)
  })

  test.each([
    [90, 15, 1.29],
    [50, 30, 1.32],
    [25, 60, 1.26],
    [10, 480, 1.5],
  ])('the WHO guide value %d ppm for %d min stays far below 2.5 %%: about %d', (ppm, minutes, percent) => {
    expect(after(ppm, minutes, standardAdult)).toBeCloseTo(percent, 1)
    expect(after(ppm, minutes)).toBeLessThan(2.5)
  })

  test('100 ppm for 8 h gives 11.7 % in a resting elderly woman, 11.1 % in a standard adult, not 14-16 %', () => {
    expect(after(100, 480)).toBeCloseTo(11.7, 1)
    expect(after(100, 480, standardAdult)).toBeCloseTo(11.1, 1)
    expect(after(100, 1440, standardAdult)).toBeCloseTo(13.6, 1)
  })

  test('1500 ppm for 5 min errs to the safe side of what was measured (2.08 % gained)', () => {
    expect(after(1500, 5, standardAdult) - standardAdult.startPercent).toBeCloseTo(3.16, 1)
  })

  test.each([
    [30, 2.5, 169],
    [50, 2.5, 87],
    [70, 2.5, 58],
    [100, 2.5, 39],
    [100, 5, 107],
    [100, 10, 328],
    [150, 10, 173],
    [300, 10, 74],
    [300, 25, 280],
    [800, 10, 26],
    [1600, 25, 34],
  ])('%d ppm reaches %d %% in %d minutes', (ppm, percent, minutes) => {
    expect(after(ppm, minutes + 1)).toBeGreaterThanOrEqual(percent)
    expect(after(ppm, minutes - 1)).toBeLessThan(percent)
  })

  test.each([
    [10, 1.5],
    [50, 7.2],
    [100, 13.5],
    [300, 31.8],
    [400, 38.3],
  ])('the ceiling of %d ppm is near %d %%', (ppm, percent) => {
    // the facts give it for the standard equation without the body's own CO
    expect(Math.abs(after(ppm, 5 * 1440) - percent)).toBeLessThan(0.5)
  })

  test('the time constants are those of the table: 365, 326 and 415 minutes', () => {
    const tau = (body: Body) => {
      const beta = 1 / body.dl + 713 / body.va
      return (body.vb * beta * ((1.38 * body.hb) / 100) * 218) / 100
    }
    expect([standardAdult, elderlyWoman, elderlyMan].map(tau).map(Math.round)).toEqual([365, 326, 415])
  })
})

test('the recursion agrees with a Runge-Kutta solution of the non-linear equation over 8 hours', () => {
  const ppmAt = (minute: number) => 120 + 100 * Math.sin(minute / 60)
  let exact = elderlyWoman.startPercent
  let recursive = exact
  for (let minute = 0; minute < 480; minute++) {
    exact = rungeKutta(exact, ppmAt(minute), 1)
    recursive = stepCohb({ percent: recursive, ppm: ppmAt(minute), durationMs: minuteMs, body: elderlyWoman })
  }
  expect(Math.abs(exact - recursive)).toBeLessThan(0.005)
})

test('in clean air half of it is gone in 3.5 to 4 hours', () => {
  const high = after(200, 120)
  let percent = high
  for (let minute = 0; minute < 225; minute++) {
    percent = stepCohb({ percent, ppm: 0, durationMs: minuteMs, body: elderlyWoman })
  }
  expect(percent / high).toBeGreaterThan(0.42)
  expect(percent / high).toBeLessThan(0.58)
})

test('more CO never means less COHb, and the numbers stay between 0 and 100', () => {
  const air = fc.array(fc.double({ min: 0, max: 10_000, noNaN: true }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(air, fc.double({ min: 0, max: 2000, noNaN: true }), (ppms, more) => {
      const line = (extra: number) =>
        ppms.map((ppm, index) => ({
          fromAt: index * minuteMs,
          toAt: (index + 1) * minuteMs,
          start: Math.min(ppm + extra, 10_000),
          end: Math.min(ppm + extra, 10_000),
        }))
      const [less, greater] = [estimateCohb(line(0)), estimateCohb(line(more))]
      expect(greater.estimate).toBeGreaterThanOrEqual(less.estimate - 1e-9)
      for (const value of [less.low, less.estimate, less.high, less.active]) {
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(100)
      }
      expect(less.low).toBeLessThanOrEqual(less.estimate)
      expect(less.high).toBeGreaterThanOrEqual(less.estimate)
    }),
  )
})

test('the conservative form does not run over', () => {
  expect(stepActiveCohb({ percent: 50, ppm: 10_000, durationMs: 60 * minuteMs })).toBe(100)
})

function rungeKutta(percent: number, ppm: number, minutes: number): number {
  const { dl, va, vb, hb } = elderlyWoman
  const beta = 1 / dl + 713 / va
  const capacity = (1.38 * hb) / 100
  const slope = (content: number) =>
    0.007 / vb + (ppm * 1e-6 * 713 - (content * 100) / (218 * (capacity - content))) / (vb * beta)
  const steps = 20
  const h = minutes / steps
  let content = (percent / 100) * capacity
  for (let step = 0; step < steps; step++) {
    const k1 = slope(content)
    const k2 = slope(content + (h * k1) / 2)
    const k3 = slope(content + (h * k2) / 2)
    const k4 = slope(content + h * k3)
    content += (h * (k1 + 2 * k2 + 2 * k3 + k4)) / 6
  }
  return (100 * content) / capacity
}
