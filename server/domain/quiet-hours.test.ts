import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterQuiet } from './quiet-hours.ts'

const zone = 'Asia/Shanghai'
const night = { from: '21:00', until: '07:00', zone }
const local = (time: string) => Date.parse(`2026-03-02T${time}:00+08:00`)
const next = (time: string) => Date.parse(`2026-03-03T${time}:00+08:00`)

test('what falls into the night waits until its end, what does not stays where it is', () => {
  expect(afterQuiet(local('20:59'), night)).toBe(local('20:59'))
  expect(afterQuiet(local('21:00'), night)).toBe(next('07:00'))
  expect(afterQuiet(local('23:59'), night)).toBe(next('07:00'))
  expect(afterQuiet(local('03:10'), night)).toBe(local('07:00'))
  expect(afterQuiet(local('07:00'), night)).toBe(local('07:00'))
})

test('a rest at noon is quiet as well, and the same hour twice means never', () => {
  const noon = { from: '12:00', until: '14:30', zone }
  expect(afterQuiet(local('12:30'), noon)).toBe(local('14:30'))
  expect(afterQuiet(local('14:30'), noon)).toBe(local('14:30'))
  expect(afterQuiet(local('02:00'), { ...night, until: '21:00' })).toBe(local('02:00'))
})

test('in the night in which the clocks change it ends with the morning of the people there', () => {
  const berlin = { ...night, zone: 'Europe/Berlin' }
  expect(afterQuiet(Date.parse('2026-03-28T22:00:00+01:00'), berlin)).toBe(
    Date.parse('2026-03-29T07:00:00+02:00'),
  )
})

test('never earlier, never more than a day later, and never within the quiet hours themselves', () => {
  const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })).map(hhmm)
  const zones = fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu')
  fc.assert(
    fc.property(time, time, zones, fc.integer({ min: 1.7e12, max: 1.9e12 }), (from, until, where, at) => {
      const quiet = { from, until, zone: where }
      const moved = afterQuiet(at, quiet)
      expect(moved).toBeGreaterThanOrEqual(at)
      expect(moved - at).toBeLessThanOrEqual(25 * 3_600_000)
      expect(afterQuiet(moved, quiet)).toBe(moved)
    }),
  )
})

const hhmm = ([hour, minute]: [number, number]) =>
  `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
