import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { stages, type IncidentKind } from '#contract/primitives.ts'
import { limits } from '../limits.ts'
import { maySetAside, type SetAsideWish } from './set-aside.ts'

const minuteMs = 60_000
const nuisance: SetAsideWish = {
  how: 'shelved',
  kind: 'device',
  stage: 'warning',
  state: 'unacknowledged',
  inAlarm: false,
  now: 0,
  untilAt: 30 * minuteMs,
}
const may = (other: Partial<SetAsideWish> = {}) => maySetAside({ ...nuisance, ...other }, limits)

test('a nuisance of a device is shelved for at most thirty minutes (facts 5.1)', () => {
  expect(may()).toBe('allowed')
  expect(may({ untilAt: 30 * minuteMs + 1 })).toBe('tooLong')
  expect(may({ untilAt: 0 })).toBe('tooLong')
  expect(may({ state: 'acknowledged' })).toBe('allowed')
})

test('a device goes out of service for at most a fortnight before somebody looks again', () => {
  const day = 24 * 60 * minuteMs
  expect(may({ how: 'outOfService', state: 'normal', untilAt: 14 * day })).toBe('allowed')
  expect(may({ how: 'outOfService', untilAt: 15 * day })).toBe('tooLong')
})

test('what is set aside already is not set aside twice', () => {
  for (const state of ['shelved', 'suppressed', 'outOfService'] as const) {
    expect(may({ state })).toBe('notNow')
    expect(may({ how: 'outOfService', state })).toBe('notNow')
  }
})

test('safety 11: no danger, no silence, no alarm of its own, and no detector taken off in mid-alarm is set aside', () => {
  const anyWish: fc.Arbitrary<SetAsideWish> = fc.record({
    how: fc.constantFrom('shelved' as const, 'outOfService' as const),
    kind: fc.constantFrom<IncidentKind>('co', 'gas', 'smoke', 'sos', 'missed', 'device'),
    stage: fc.constantFrom(...stages),
    state: fc.constantFrom(
      'normal' as const,
      'unacknowledged' as const,
      'acknowledged' as const,
      'shelved' as const,
      'outOfService' as const,
    ),
    inAlarm: fc.boolean(),
    now: fc.constant(0),
    untilAt: fc.integer({ min: -minuteMs, max: 60 * minuteMs }),
  })
  fc.assert(
    fc.property(anyWish, (wish) => {
      if (maySetAside(wish, limits) !== 'allowed') return
      expect(wish.kind).toBe('device')
      expect(wish.inAlarm).toBe(false)
      expect(['notice', 'warning']).toContain(wish.stage)
    }),
  )
  expect(may({ inAlarm: true })).toBe('never')
  expect(may({ stage: 'alarm' })).toBe('never')
  for (const kind of ['co', 'gas', 'smoke', 'sos', 'missed'] as const) expect(may({ kind })).toBe('never')
})
