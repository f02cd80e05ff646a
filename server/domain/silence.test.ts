import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { judgeSilence, withLongestSilence, type SilenceInput } from './silence.ts'

const minuteMs = 60_000
const dueAt = Date.UTC(2026, 0, 12, 0, 0)
const liNainai: SilenceInput = {
  dueAt,
  tier: 'general',
  deaf: false,
  signs: [],
  devicesBlind: false,
  lastSign: null,
  onWhatDay: '2026-01-12',
  absence: false,
  now: dueAt + 1000,
}
const judge = (change: Partial<SilenceInput>) => judgeSilence({ ...liNainai, ...change })
const sign = (minutesBefore: number, indoors: boolean) => ({
  at: dueAt - minutesBefore * minuteMs,
  what: 'motion',
  indoors,
})

test('no sign at all is a missed check-in, an alarm', () => {
  expect(judge({})).toMatchObject({
    silence: 'missed',
    stage: 'alarm',
    evidence: { silence: 'missed', on: '2026-01-12', dueAt },
  })
})

test('the card carries the last sign of life, however old, and the newest one there is', () => {
  const lastSign = { at: dueAt - 11 * 3_600_000, what: 'motion' }
  expect(judge({ lastSign })?.evidence.lastSign).toEqual(lastSign)
  const newer = { ...sign(200, false), what: 'door' }
  expect(judge({ lastSign, signs: [newer] })?.evidence.lastSign).toEqual({ at: newer.at, what: 'door' })
  expect(judge({})?.evidence).not.toHaveProperty('lastSign')
})

test('safety 6: a sign from indoors within the hour softens it, with a second deadline 60 minutes later', () => {
  expect(judge({ signs: [sign(20, true)] })).toMatchObject({
    silence: 'late',
    stage: 'notice',
    secondDueAt: dueAt + 60 * minuteMs,
    evidence: { secondDueAt: dueAt + 60 * minuteMs },
  })
  expect(judge({ signs: [sign(60, true)] })?.silence).toBe('late')
})

test.each<[string, Partial<SilenceInput>]>([
  ['a sign from outdoors', { signs: [sign(20, false)] }],
  ['one that is older than an hour', { signs: [sign(61, true)] }],
  ['one after the deadline', { signs: [sign(-5, true)], now: dueAt + 10 * minuteMs }],
  ['any sign, at high risk', { signs: [sign(20, true)], tier: 'high' }],
  ['any sign, once the second deadline has come', { signs: [sign(20, true)], now: dueAt + 60 * minuteMs }],
])('safety 6: %s does not soften it', (_, change) => {
  expect(judge(change)?.silence).toBe('missed')
})

test('safety 8: a blind home gets human contact by T0+15 at high risk, by T0+60 else', () => {
  expect(judge({ devicesBlind: true })).toMatchObject({
    silence: 'blind',
    stage: 'warning',
    contactDueAt: dueAt + 60 * minuteMs,
  })
  expect(judge({ devicesBlind: true, tier: 'high' })?.contactDueAt).toBe(dueAt + 15 * minuteMs)
})

test('safety 8: an earlier sign of life does not excuse a home that cannot be seen', () => {
  expect(judge({ devicesBlind: true, signs: [sign(20, true)] })?.silence).toBe('blind')
})

test('safety 10: an absence excuses it', () => {
  expect(judge({ absence: true })).toBeNull()
  expect(judge({ absence: true, devicesBlind: true })).toBeNull()
})

test('safety 18: a deaf resident is reached by a visit, not judged by calls', () => {
  expect(judge({ deaf: true })?.contactBy).toBe('visit')
  expect(judge({})?.contactBy).toBe('phone')
})

test('safety 6 and 8: silence is never nothing, high risk never late, and no deadline lies beyond an hour', () => {
  const anySilence = fc.record({
    tier: fc.constantFrom('high' as const, 'key' as const, 'general' as const),
    deaf: fc.boolean(),
    devicesBlind: fc.boolean(),
    signs: fc.array(
      fc.record({
        at: fc.integer({ min: -120, max: 120 }).map((minute) => dueAt + minute * minuteMs),
        what: fc.constant('motion'),
        indoors: fc.boolean(),
      }),
      { maxLength: 8 },
    ),
    now: fc.integer({ min: 0, max: 600 }).map((minute) => dueAt + minute * minuteMs),
  })
  fc.assert(
    fc.property(anySilence, (change) => {
      const verdict = judge(change)
      expect(verdict).not.toBeNull()
      if (change.tier === 'high') expect(verdict?.silence).not.toBe('late')
      if (verdict?.silence === 'late') expect(change.now).toBeLessThan(verdict.secondDueAt ?? 0)
      expect((verdict?.secondDueAt ?? dueAt) - dueAt).toBeLessThanOrEqual(60 * minuteMs)
      expect((verdict?.contactDueAt ?? dueAt) - dueAt).toBeLessThanOrEqual(60 * minuteMs)
      expect(judge({ ...change, signs: change.signs.toReversed() })?.silence).toBe(verdict?.silence)
    }),
  )
})

test('somebody who has never pressed is a task of its own kind, except at high risk', () => {
  expect(judge({ neverPressed: true })).toMatchObject({
    task: 'neverPressed',
    stage: 'warning',
    silence: 'missed',
  })
  expect(judge({ neverPressed: true, tier: 'high' })).toMatchObject({ task: 'missed', stage: 'alarm' })
})

const occurrence = {
  on: '2026-01-12',
  opensAt: dueAt - 5 * 3_600_000,
  remindAt: dueAt - 30 * minuteMs,
  dueAt,
}

test('after an early press the next morning is asked for earlier, so that nobody is silent for more than 26 hours', () => {
  const pressedAt = dueAt - 27 * 3_600_000
  const moved = withLongestSilence(occurrence, pressedAt)
  expect(moved.dueAt - pressedAt).toBe((25 * 60 + 45) * minuteMs)
  expect(moved.remindAt).toBe(moved.dueAt - 30 * minuteMs)
  expect(judge({ dueAt: moved.dueAt, lastOwnSignAt: pressedAt })?.task).toBe('longSilence')
})

test('the deadline is never moved later, nor before the morning, nor over days that no pact covers', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 96 * 60 }), (minutesBefore) => {
      const moved = withLongestSilence(occurrence, dueAt - minutesBefore * minuteMs)
      expect(moved.dueAt).toBeLessThanOrEqual(dueAt)
      expect(moved.dueAt).toBeGreaterThan(occurrence.opensAt)
      expect(moved.remindAt).toBeLessThanOrEqual(moved.dueAt)
      expect(moved.remindAt).toBeGreaterThanOrEqual(occurrence.opensAt)
    }),
  )
  expect(withLongestSilence(occurrence, null)).toEqual(occurrence)
})

test('no order in which signs are told changes what a silence means', () => {
  const signs = fc.array(
    fc.record({
      at: fc.integer({ min: -180, max: 30 }).map((minute) => dueAt + minute * minuteMs),
      what: fc.constantFrom('motion', 'door', 'water'),
      indoors: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  fc.assert(
    fc.property(signs, (given) => {
      expect(judge({ signs: given.toReversed() })).toEqual(judge({ signs: given }))
    }),
  )
})
