import { expect, test } from 'vitest'
import type { CalendarDay } from '#contract/community.ts'
import { addDays } from '#domain/calendar-day.ts'
import { calendarWeeks, dayMark, daysCounted } from './calendar.ts'

const days = (from: string, count: number): CalendarDay[] =>
  Array.from({ length: count }, (_, index) => ({ on: addDays(from, index), place: 'pressed', at: null }))

test('weeks run from Monday to Sunday, and no day is lost', () => {
  // 22 November 2026 is a Sunday.
  const weeks = calendarWeeks(days('2026-10-19', 35))
  expect(weeks).toHaveLength(5)
  expect(weeks.at(-1)?.at(-1)?.on).toBe('2026-11-22')
  const across = calendarWeeks(days('2026-10-21', 35))
  expect(across[0]?.slice(0, 3).map((day) => day?.on)).toEqual([undefined, undefined, '2026-10-21'])
  expect(across.flat().filter(Boolean)).toHaveLength(35)
  expect(across.every((week) => week.length === 7)).toBe(true)
})

test('days are counted over the end of a month, both ends included', () => {
  expect(addDays('2026-11-30', 1)).toBe('2026-12-01')
  expect(daysCounted('2026-11-25', '2026-12-08')).toBe(14)
})

test('no two kinds of day look the same without their colour', () => {
  const marks = Object.values(dayMark)
  expect(new Set(marks).size).toBe(marks.length)
})
