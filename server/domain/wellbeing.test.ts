import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeWellbeing, observeHabit, type LivedDay, type WellbeingInput } from './wellbeing.ts'

const dueAt = Date.parse('2026-11-23T08:00:00+08:00')
const judge = (change: Partial<WellbeingInput>) =>
  judgeWellbeing({ greetedAt: null, unwell: [], dueAt, away: false, now: dueAt, ...change })

test('exactly at the deadline without a greeting she is silent, one millisecond before it is not due', () => {
  expect(judge({})).toBe('silent')
  expect(judge({ now: dueAt - 1 })).toBe('notDue')
  expect(judge({ greetedAt: dueAt })).toBe('well')
})

test('safety 16: "not well" is not taken back by a greeting, only by the human who closed it', () => {
  const unwell = [{ at: dueAt - 60_000, endedAt: null }]
  expect(judge({ unwell, greetedAt: dueAt - 30_000 })).toBe('notWell')
  expect(judge({ unwell: [{ at: dueAt - 60_000, endedAt: dueAt - 1 }], greetedAt: dueAt - 30_000 })).toBe(
    'well',
  )
})

test('safety 10: an absence excuses a silence and hides no cry for help', () => {
  expect(judge({ away: true })).toBe('away')
  fc.assert(
    fc.property(fc.boolean(), fc.option(fc.integer({ min: 0, max: dueAt })), (away, greetedAt) => {
      expect(judge({ away, greetedAt, unwell: [{ at: dueAt - 1, endedAt: null }] })).toBe('notWell')
    }),
  )
})

const lived = (minutes: readonly (number | 'byOthers' | 'silent')[]): LivedDay[] =>
  minutes.map((one, nth) => ({
    on: `2026-10-${String(nth + 1).padStart(2, '0')}`,
    minute: typeof one === 'number' ? one : null,
    byOthers: one === 'byOthers',
  }))
const weeks = (count: number, minute: number) => Array.from({ length: count * 7 }, () => minute)

test('a habit is the middle of two weeks, against the four weeks before', () => {
  expect(observeHabit(lived([...weeks(4, 390), ...weeks(2, 430)]))).toEqual({
    usualMinute: 430,
    laterByMin: 40,
    days: 14,
    byOthers: 0,
    silent: 0,
  })
  expect(observeHabit(lived([...weeks(4, 430), ...weeks(2, 390)]))).toMatchObject({ laterByMin: -40 })
})

test('one night out, a proxy and a silent morning are counted, and do not move the middle', () => {
  const recent = [...weeks(1, 400), 400, 400, 400, 700, 'byOthers', 'byOthers', 'silent'] as const
  expect(observeHabit(lived([...weeks(4, 400), ...recent]))).toEqual({
    usualMinute: 400,
    laterByMin: 0,
    days: 14,
    byOthers: 2,
    silent: 1,
  })
})

test('of few mornings nothing is said: neither of a newcomer nor against weeks spent away', () => {
  expect(observeHabit(lived([400, 400, 400, 400]))).toBeNull()
  expect(observeHabit(lived(weeks(2, 400)))).toMatchObject({ usualMinute: 400, laterByMin: null })
  expect(observeHabit(lived([400, 400, 400, 400, ...weeks(2, 400)]))).toMatchObject({ laterByMin: null })
})
