import { expect, test } from 'vitest'
import { withGaps } from './curve-gaps.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

test('where a sensor said nothing for a quarter of an hour the curve of a day is cut', () => {
  const at = Array.from({ length: 200 }, (_, n) => n * minuteMs).filter(
    (ms) => ms < 80 * minuteMs || ms > 99 * minuteMs,
  )
  const points = withGaps({ at, value: at.map(() => 1) }, 6 * 60 * minuteMs)
  expect(points.value.filter((value) => value === null)).toHaveLength(1)
  expect(points.at[points.value.indexOf(null)]).toBe(79 * minuteMs + 1000)
})

test('the peaks of a month, one for each stretch and nowhere regular in it, are one line', () => {
  const stretchMs = (30 * dayMs) / 1000
  const at = Array.from({ length: 1000 }, (_, n) => n * stretchMs + (n % 2) * (stretchMs - minuteMs))
  expect(withGaps({ at, value: at.map(() => 1) }, 30 * dayMs).value).not.toContain(null)
  const half = at.filter((ms) => ms < 10 * dayMs || ms > 12 * dayMs)
  expect(
    withGaps({ at: half, value: half.map(() => 1) }, 30 * dayMs).value.filter((one) => one === null),
  ).toHaveLength(1)
})
