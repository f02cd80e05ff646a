import { expect, test } from 'vitest'
import { typedHour } from './typed-hour.ts'

test('an hour is understood as people type it', () => {
  expect(['8', '800', '8:00', '8：00', ' 0800 '].map(typedHour)).toEqual(
    Array.from({ length: 5 }, () => '08:00'),
  )
  expect(typedHour('2030')).toBe('20:30')
  expect(typedHour('')).toBe('')
})

test('what is no hour is said to be none', () => {
  expect(['25', '24:00', '8:60', 'acht', '8:0'].map(typedHour)).toEqual(
    Array.from({ length: 5 }, () => undefined),
  )
})
