import { expect, test } from 'vitest'
import { curveRows, summaryOf } from './curve-rows.ts'

const at = Array.from({ length: 100 }, (_, index) => index * 1000)
const value = at.map((_, index) => (index === 37 ? 186 : index % 5))

test('the table keeps the peak, however short it was', () => {
  const rows = curveRows({ at, value })
  expect(rows.length).toBeLessThanOrEqual(12)
  expect(rows).toContainEqual({ at: 37_000, highest: 186 })
  expect(rows[0]?.at).toBeGreaterThan(rows.at(-1)?.at ?? 0)
})

test('a curve without readings says so instead of zero', () => {
  expect(summaryOf({ at: [], value: [], flagged: [] })).toBeUndefined()
  expect(curveRows({ at: [], value: [] })).toEqual([])
})

test('the summary has the peak with its time, and what it is now', () => {
  expect(summaryOf({ at, value, flagged: at.map(() => false) })).toEqual({
    peak: 186,
    peakAt: 37_000,
    last: 4,
    flagged: false,
  })
})
