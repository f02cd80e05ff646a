import { expect, test } from 'vitest'
import { historyDays, pastCheckIns } from './history.ts'

const people = Array.from({ length: 60 }, (_, id) => ({ id, deadlineMinute: 480, hasCurtain: id % 4 === 0 }))

test('four weeks of mornings: nearly all on time, a few late, a few missing, nobody twice a day', () => {
  const past = pastCheckIns(people)
  expect(new Set(past.map((one) => `${one.residentId} ${one.daysAgo}`)).size).toBe(past.length)
  const share = past.length / (people.length * historyDays)
  expect(share).toBeGreaterThan(0.95)
  expect(share).toBeLessThan(1)
  const late = past.filter((one) => one.late)
  expect(late.length).toBeGreaterThan(10)
  expect(late.every((one) => one.minute > 480)).toBe(true)
  expect(past.filter((one) => !one.late).every((one) => one.minute < 480)).toBe(true)
})
