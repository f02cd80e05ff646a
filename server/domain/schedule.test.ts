import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { nextDeadlines, presets, type Hours, type Schedule } from './schedule.ts'

const zone = 'Asia/Shanghai'
const remindBeforeMs = 30 * 60_000
/** Sunday evening. */
const after = Date.parse('2026-11-22T21:00:00+08:00')
const next = (schedule: Omit<Schedule, 'zone'>, count = 5) =>
  nextDeadlines({ zone, ...schedule }, { after, count, remindBeforeMs }).map(
    ({ on, deadline, edge }) => `${on} ${deadline} ${edge}`,
  )

test('the next five deadlines of the ordinary pact are the next five mornings', () => {
  expect(next(presets.curtain)).toEqual([
    '2026-11-23 08:00 morning',
    '2026-11-24 08:00 morning',
    '2026-11-25 08:00 morning',
    '2026-11-26 08:00 morning',
    '2026-11-27 08:00 morning',
  ])
})

test('morning and evening take turns, and a weekday has its own hour', () => {
  expect(next(presets.bothEdges, 3)).toEqual([
    '2026-11-23 08:00 morning',
    '2026-11-23 20:00 evening',
    '2026-11-24 08:00 morning',
  ])
  expect(next(presets.slowWeekend, 7).slice(4)).toEqual([
    '2026-11-27 08:00 morning',
    '2026-11-28 09:00 morning',
    '2026-11-29 09:00 morning',
  ])
})

test('a pact without any hour has no deadline, and one weekday comes once a week', () => {
  expect(next({ morning: {} })).toEqual([])
  expect(next({ morning: { 3: '07:30' } }, 2)).toEqual([
    '2026-11-25 07:30 morning',
    '2026-12-02 07:30 morning',
  ])
})

test('a night in which the clock is put on, a leap day and new year each have their one deadline', () => {
  const of = (from: string, where: string, count: number) =>
    nextDeadlines(
      { zone: where, morning: presets.curtain.morning },
      { after: Date.parse(from), count, remindBeforeMs },
    ).map(({ on }) => on)
  expect(of('2027-03-27T12:00:00Z', 'Europe/Berlin', 2)).toEqual(['2027-03-28', '2027-03-29'])
  expect(of('2028-02-28T12:00:00+08:00', zone, 2)).toEqual(['2028-02-29', '2028-03-01'])
  expect(of('2026-12-31T12:00:00+08:00', zone, 1)).toEqual(['2027-01-01'])
})

test('whatever was agreed: deadlines only grow, none comes twice, and each falls on an agreed day', () => {
  const hour = fc.constantFrom('05:00', '06:30', '08:00', '09:15', '23:55')
  const hours = fc.dictionary(fc.constantFrom('1', '2', '3', '4', '5', '6', '7'), hour)
  fc.assert(
    fc.property(hours, hours, fc.integer({ min: 0, max: 400 }), (morning, evening, days) => {
      const schedule = { zone, morning: morning as Hours, evening: evening as Hours }
      const found = nextDeadlines(schedule, { after: after + days * 86_400_000, count: 6, remindBeforeMs })
      found.forEach((one, nth) => {
        const before = found[nth - 1]
        if (before) expect(one.dueAt).toBeGreaterThanOrEqual(before.dueAt)
        const weekday = ((new Date(`${one.on}T00:00:00Z`).getUTCDay() + 6) % 7) + 1
        const agreed = (one.edge === 'morning' ? morning : evening)[String(weekday)]
        expect(one.deadline).toBe(agreed)
      })
      expect(new Set(found.map(({ on, edge }) => `${on} ${edge}`)).size).toBe(found.length)
    }),
    { numRuns: 60 },
  )
})
