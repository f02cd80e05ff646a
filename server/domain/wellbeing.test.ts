import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeWellbeing, type WellbeingInput } from './wellbeing.ts'

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
