import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { IncidentKind } from '#contract/primitives.ts'
import {
  isAnnunciated,
  isLatched,
  stepCondition,
  type ConditionEvent,
  type ConditionState,
} from './condition.ts'

const kinds: IncidentKind[] = ['co', 'gas', 'smoke', 'sos', 'missed', 'device']
const states: ConditionState[] = [
  'normal',
  'unacknowledged',
  'acknowledged',
  'returnedUnacknowledged',
  'latchedUnacknowledged',
  'latchedAcknowledged',
  'shelved',
  'suppressed',
  'outOfService',
]
type Simple = Exclude<ConditionEvent['what'], 'putBack'>
const walk = (kind: IncidentKind, ...whats: Simple[]) =>
  whats.reduce<ConditionState | undefined>(
    (state, what) => (state === undefined ? undefined : stepCondition(state, { kind, what })),
    'normal',
  )

describe('the transitions of ISA-18.2 (facts 5.1)', () => {
  test.each<[string, IncidentKind, Simple[], ConditionState | undefined]>([
    ['A alarm → B', 'device', ['alarm'], 'unacknowledged'],
    ['B acknowledge → C', 'device', ['alarm', 'acknowledge'], 'acknowledged'],
    ['B clear → D', 'device', ['alarm', 'clear'], 'returnedUnacknowledged'],
    ['B clear → E where latched', 'co', ['alarm', 'clear'], 'latchedUnacknowledged'],
    ['C clear → A', 'device', ['alarm', 'acknowledge', 'clear'], 'normal'],
    ['C clear → F where latched', 'gas', ['alarm', 'acknowledge', 'clear'], 'latchedAcknowledged'],
    ['D acknowledge → A', 'device', ['alarm', 'clear', 'acknowledge'], 'normal'],
    ['D alarm → B', 'device', ['alarm', 'clear', 'alarm'], 'unacknowledged'],
    ['C worse → B', 'co', ['alarm', 'acknowledge', 'worse'], 'unacknowledged'],
    ['C the same alarm stays C', 'co', ['alarm', 'acknowledge', 'alarm'], 'acknowledged'],
    ['E acknowledge → F', 'co', ['alarm', 'clear', 'acknowledge'], 'latchedAcknowledged'],
    ['E reset is refused until somebody has acknowledged', 'co', ['alarm', 'clear', 'reset'], undefined],
    ['F reset → A', 'co', ['alarm', 'acknowledge', 'clear', 'reset'], 'normal'],
    ['F alarm → B', 'co', ['alarm', 'acknowledge', 'clear', 'alarm'], 'unacknowledged'],
    ['C reset is refused while the air is bad', 'co', ['alarm', 'acknowledge', 'reset'], undefined],
    ['C reset → A for what has no reading', 'sos', ['alarm', 'acknowledge', 'reset'], 'normal'],
    ['there is nothing to acknowledge in A', 'co', ['acknowledge'], undefined],
  ])('%s', (_, kind, whats, expected) => {
    expect(walk(kind, ...whats)).toBe(expected)
  })

  test('shelving, suppression and service end by what the rule sees then', () => {
    for (const hidden of ['shelved', 'suppressed', 'outOfService'] as const) {
      expect(stepCondition(hidden, { kind: 'device', what: 'putBack', process: 'ok' })).toBe('normal')
      expect(stepCondition(hidden, { kind: 'device', what: 'putBack', process: 'alarm' })).toBe(
        'unacknowledged',
      )
    }
    for (const hidden of ['suppressed', 'outOfService'] as const)
      expect(stepCondition(hidden, { kind: 'device', what: 'worse' })).toBe(hidden)
    expect(walk('device', 'alarm', 'shelve', 'alarm')).toBe('shelved')
    expect(walk('device', 'alarm', 'shelve', 'worse')).toBe('unacknowledged')
    expect(stepCondition('normal', { kind: 'device', what: 'putBack', process: 'ok' })).toBeUndefined()
  })
})

describe('safety 11', () => {
  test('safety 11: gas, CO, smoke, SOS and missed check-in are latched; device trouble is not', () => {
    expect(kinds.filter(isLatched)).toEqual(['co', 'gas', 'smoke', 'sos', 'missed'])
  })

  test('safety 11: CO, gas, smoke, SOS and a silent person are never shelved, in no state', () => {
    for (const kind of kinds.filter(isLatched)) {
      for (const state of states) expect(stepCondition(state, { kind, what: 'shelve' })).toBeUndefined()
    }
    expect(walk('device', 'alarm', 'shelve')).toBe('shelved')
  })

  test('safety 11: a danger is neither suppressed nor taken out of service to end its alarm', () => {
    for (const kind of ['co', 'gas', 'smoke', 'sos'] as const) {
      expect(walk(kind, 'alarm', 'suppress')).toBeUndefined()
      expect(walk(kind, 'alarm', 'takeOut')).toBeUndefined()
      for (const state of states) expect(stepCondition(state, { kind, what: 'takeOut' })).toBeUndefined()
    }
    expect(walk('device', 'takeOut')).toBe('outOfService')
    expect(walk('missed', 'suppress')).toBe('suppressed')
    expect(walk('missed', 'takeOut')).toBeUndefined()
  })

  test('safety 11: whatever happens, a latched kind comes back to normal only through a human', () => {
    const anyEvent = fc.constantFrom<Simple>('alarm', 'worse', 'clear', 'acknowledge', 'shelve', 'suppress')
    fc.assert(
      fc.property(fc.constantFrom(...kinds.filter(isLatched)), fc.array(anyEvent), (kind, whats) => {
        let state: ConditionState = 'unacknowledged'
        for (const what of whats) state = stepCondition(state, { kind, what }) ?? state
        expect(state).not.toBe('normal')
      }),
    )
  })
})

test('safety 11: whatever the desk sets aside, in whatever order, a danger that is seen stays shown', () => {
  const acts = ['shelve', 'suppress', 'takeOut', 'putBack', 'acknowledge', 'alarm', 'worse'] as const
  fc.assert(
    fc.property(
      fc.constantFrom<IncidentKind>('co', 'gas', 'smoke', 'sos'),
      fc.array(fc.constantFrom(...acts)),
      (kind, whats) => {
        let state: ConditionState = 'unacknowledged'
        for (const what of whats) {
          const event = what === 'putBack' ? { kind, what, process: 'ok' as const } : { kind, what }
          state = stepCondition(state, event) ?? state
        }
        expect(['unacknowledged', 'acknowledged']).toContain(state)
      },
    ),
  )
})

test('what is annunciated is what nobody has acknowledged', () => {
  expect(states.filter(isAnnunciated)).toEqual(['unacknowledged', 'latchedUnacknowledged'])
})
