import { expect, test } from 'vitest'
import { festivalsAround, festivalYears } from './festivals.ts'

/** ICU's own Chinese calendar: month and day of the moon. */
const lunar = new Intl.DateTimeFormat('en-u-ca-chinese', {
  month: 'numeric',
  day: 'numeric',
  timeZone: 'Asia/Shanghai',
})
const moonOf = (on: string) => lunar.format(new Date(`${on}T12:00:00+08:00`))

/**
 * On 6 February 2027 the moon is new at 23:56 in Beijing: four minutes before midnight. ICU's approximation puts it after
 * midnight and the first of the year on the 7th; almanacs and the arithmetic of GB/T 33661 say the 6th.
 */
const icuIsOff: Readonly<Record<string, string>> = { '2027-02-06': '12/30' }

test.each([
  ['春节', '1/1'],
  ['端午', '5/5'],
  ['中秋', '8/15'],
])('%s falls on %s of the moon, in every year that is known', (name, moon) => {
  for (const { festivals } of Object.values(festivalYears)) {
    const day = festivals.find(({ zh }) => zh === name)?.on ?? ''
    expect(moonOf(day).replace(/\s/g, '')).toBe(icuIsOff[day] ?? moon)
  }
})

test('days off hold their festival, and every year has the seven', () => {
  for (const { festivals } of Object.values(festivalYears)) {
    expect(festivals).toHaveLength(7)
    for (const { on, from, until } of festivals) {
      expect(from <= on && on <= until).toBe(true)
    }
  }
})

test('absences are collected from ten days before the days off until they end', () => {
  const names = (on: string) => festivalsAround(on).collecting.map(({ zh }) => zh)
  expect(names('2026-02-04')).toEqual([])
  expect(names('2026-02-05')).toEqual(['春节'])
  expect(names('2026-02-23')).toEqual(['春节'])
  expect(names('2026-02-24')).toEqual([])
  expect(names('2026-12-25')).toEqual(['元旦'])
})

test('from November on, next year is asked for; a year without any calendar says so the whole year', () => {
  expect(festivalsAround('2026-10-31').warnings).toEqual([])
  expect(festivalsAround('2026-11-01').warnings).toEqual([{ year: '2027', missing: 'daysOff' }])
  expect(festivalsAround('2027-11-01').warnings).toContainEqual({ year: '2028', missing: 'everything' })
  expect(festivalsAround('2028-03-01').warnings).toEqual([{ year: '2028', missing: 'everything' }])
})
