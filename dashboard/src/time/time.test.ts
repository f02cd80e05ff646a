import { expect, test } from 'vitest'
import { chooseLanguage } from '../i18n/language.ts'
import { clockText, countdownText, dayOf, shortDayText, whenText } from './format.ts'
import { lengthText } from './length.ts'

const zone = 'Asia/Shanghai'
const at = Date.UTC(2026, 10, 22, 0, 4, 12)
const minuteMs = 60_000

test('a countdown never runs below zero, and hours appear only when there are some', () => {
  expect(countdownText(108_000)).toBe('1:48')
  expect(countdownText(9_000)).toBe('0:09')
  expect(countdownText(-5)).toBe('0:00')
  expect(countdownText(3_723_000)).toBe('1:02:03')
})

test('seconds are told only while they matter', () => {
  expect(lengthText(72_000, 'zh')).toBe('1 分 12 秒')
  expect(lengthText(4.4 * minuteMs, 'zh')).toBe('4 分')
  expect(lengthText(125 * minuteMs, 'en')).toBe('2 h 5 min')
  expect(lengthText(-10, 'zh')).toBe('0 秒')
  expect(lengthText(50 * 60 * minuteMs, 'zh')).toBe('2 天')
})

test("times are those of the community's zone, also after midnight there", () => {
  expect(clockText(at, zone)).toBe('08:04')
  expect(dayOf(Date.UTC(2026, 10, 22, 16, 30), zone)).toBe('2026-11-23')
  expect(clockText(Date.UTC(2026, 10, 22, 16, 30), zone)).toBe('00:30')
})

test('a day of last month is told as people write it, in one piece', () => {
  expect(shortDayText(at, zone, 'zh')).toBe('11月22日')
  expect(shortDayText(at, zone, 'en')).toBe('22 Nov')
})

test('yesterday is told by its word, older days with their date', () => {
  expect(whenText(at - minuteMs, zone, at)).toBe('08:03')
  expect(whenText(at - 10.5 * 60 * minuteMs, zone, at)).toBe('昨天 21:34')
  expect(whenText(at - 60 * 60 * minuteMs, zone, at)).toBe('11-19 20:04')
  chooseLanguage('en')
  expect(whenText(at - 10.5 * 60 * minuteMs, zone, at)).toBe('yesterday 21:34')
})
