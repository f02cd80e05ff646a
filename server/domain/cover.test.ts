import { expect, test } from 'vitest'
import { forecastBattery } from './battery.ts'
import { coverOf, type CoverDevice } from './cover.ts'
import { judgeDevice } from './liveness.ts'

const device = (kind: CoverDevice['kind'], change: Partial<CoverDevice> = {}): CoverDevice => ({
  kind,
  silent: false,
  outOfService: false,
  flags: {},
  ...change,
})

test('a home with a stove and no working detector is unprotected, and says why', () => {
  const dangers = ['co', 'gas'] as const
  expect(coverOf({ dangers, devices: [device('co'), device('gas')] })).toMatchObject({
    unprotected: [],
    useless: [],
  })
  expect(coverOf({ dangers, devices: [device('co', { silent: true })] })).toMatchObject({
    unprotected: ['co', 'gas'],
    useless: [{ kind: 'co', because: 'silent' }],
  })
  for (const flag of ['fault', 'tamper', 'endOfLife', 'warmup'] as const)
    expect(
      coverOf({ dangers: ['co'], devices: [device('co', { flags: { [flag]: true } })] }).unprotected,
    ).toEqual(['co'])
  const spare = [device('co', { flags: { fault: true } }), device('co')]
  expect(coverOf({ dangers: ['co'], devices: spare }).unprotected).toEqual([])
})

test('safety 8: a home is blind when nothing that carries a greeting can be heard; one without such devices is not', () => {
  expect(coverOf({ dangers: [], devices: [device('button', { silent: true })] }).blind).toBe(true)
  expect(
    coverOf({ dangers: [], devices: [device('button', { silent: true }), device('curtain')] }).blind,
  ).toBe(false)
  expect(coverOf({ dangers: [], devices: [device('co')] }).blind).toBe(false)
})

test('safety 5: a detector that is unplugged or taken off in mid-alarm is an alarm of its own', () => {
  const co = { kind: 'co', power: 'mains', battery: null, outOfService: false } as const
  expect(judgeDevice({ ...co, silent: true, flags: {}, inAlarm: true }).stage).toBe('alarm')
  expect(judgeDevice({ ...co, silent: false, flags: { tamper: true }, inAlarm: true }).stage).toBe('alarm')
  expect(judgeDevice({ ...co, silent: true, flags: {} }).stage).toBe('warning')
})

const dayMs = 86_400_000
const now = Date.parse('2026-11-23T08:00:00+08:00')
const falling = (from: number, perDay: number, days: number) =>
  Array.from({ length: days }, (_, nth) => ({
    at: now - (days - 1 - nth) * dayMs,
    percent: from - nth * perDay,
  }))

test('a battery that will be low within a month is listed before it is', () => {
  const { lowAt, isListed } = forecastBattery(falling(60, 1, 31), now)
  expect(isListed).toBe(true)
  expect(Math.round(((lowAt ?? 0) - now) / dayMs)).toBe(15)
  expect(forecastBattery(falling(95, 0.2, 31), now).isListed).toBe(false)
  expect(forecastBattery(falling(14, 0, 3), now)).toMatchObject({ isListed: true })
})

test('a new battery starts anew, a cold week is no slope, and no order of arrival matters', () => {
  const replaced = [
    ...falling(40, 1, 20).map((one) => ({ ...one, at: one.at - 40 * dayMs })),
    ...falling(100, 0.1, 20),
  ]
  expect(forecastBattery(replaced, now).isListed).toBe(false)
  expect(forecastBattery(falling(60, 3, 7), now)).toEqual({ lowAt: null, isListed: false })
  expect(forecastBattery(replaced.toReversed(), now)).toEqual(forecastBattery(replaced, now))
})
