import { expect, test } from 'vitest'
import { deadlineWords } from './words-deadlines.ts'

test('a deadline is said with its day, its weekday and its half, in both languages', () => {
  const monday = { on: '2026-11-23', edge: 'morning', deadline: '08:00' } as const
  expect(deadlineWords(monday, 'zh')).toBe('11月23日 周一 早上 8:00 前')
  expect(deadlineWords(monday, 'en')).toBe('Monday 23 November, by 8:00 in the morning')
  const evening = { on: '2027-02-28', edge: 'evening', deadline: '20:30' } as const
  expect(deadlineWords(evening, 'zh')).toBe('2月28日 周日 晚上 20:30 前')
})
