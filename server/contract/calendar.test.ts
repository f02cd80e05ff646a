import { expect, test } from 'vitest'
import { calendarLine } from './calendar.ts'

const spring = {
  on: '2026-02-17',
  zh: '春节',
  en: 'Spring Festival',
  from: '2026-02-15',
  until: '2026-02-23',
}

test('the quiet line names the festival, its days off, and what is not known yet', () => {
  const calendar = { collecting: [spring], warnings: [{ year: '2027', missing: 'daysOff' as const }] }
  expect(calendarLine(calendar, 'zh')).toBe(
    '春节（2/15 到 2/23）快到了：先问好各家外出；还没有 2027 年的放假安排',
  )
  expect(calendarLine(calendar, 'en')).toBe(
    'Spring Festival (2/15 to 2/23): collect the absences beforehand; the days off of 2027 are not known yet',
  )
})

test('where there is nothing to say it says nothing', () => {
  expect(calendarLine({ collecting: [], warnings: [] }, 'zh')).toBe('')
})
