// What no rule, no dose, no doubt and no order of arrival may do to a danger, tried on air of all kinds.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWorse, type Stage } from '#contract/primitives.ts'
import { effectiveRules, type RuleChange, type RuleSet } from '#contract/rule-set.ts'
import { CoRules, GasRules } from '#contract/rules-air.ts'
import type { AirSample } from './air-series.ts'
import { judgeCo, type AirVerdict } from './co.ts'
import { elderlyMan, elderlyWoman, standardAdult, type Body } from './cohb.ts'
import { judgeGas } from './gas.ts'
import { flagBits } from './stored.ts'

const minuteMs = 60_000
const startAt = Date.UTC(2026, 0, 12, 4, 0)
const shanghai = 8 * 60 * minuteMs

type Bounded = { default: unknown; minimum?: number; maximum?: number }
/** Any number within the bounds of the schema: all that a page, a file or a layer can set. */
const anyOf = (part: 'co' | 'gas', schema: { properties: object }): fc.Arbitrary<RuleChange> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(schema.properties as Record<string, Bounded>).flatMap(([name, { minimum, maximum }]) =>
          minimum === undefined || maximum === undefined
            ? []
            : [[name, fc.double({ min: minimum, max: maximum, noNaN: true })]],
        ),
      ),
      { requiredKeys: [] },
    )
    .map((change) => ({ [part]: change }))

const anyLayers = (change: fc.Arbitrary<RuleChange>): fc.Arbitrary<RuleSet> =>
  fc
    .record({
      tier: fc.constantFrom('high' as const, 'key' as const, 'general' as const),
      community: change,
      ofTier: change,
      home: change,
    })
    .map(effectiveRules)
const anyCoRules = anyLayers(anyOf('co', CoRules)).map(({ co }) => co)
const anyGasRules = anyLayers(anyOf('gas', GasRules)).map(({ gas }) => gas)

const anySamples = (max: number): fc.Arbitrary<AirSample[]> =>
  fc
    .array(
      fc.record({
        afterMs: fc.integer({ min: 5_000, max: 15 * minuteMs }),
        // Not doubles: nearly all of those that fast-check draws are next to nothing.
        value: fc.integer({ min: 0, max: max * 10 }).map((tenths) => tenths / 10),
        flags: fc.constantFrom(0, 0, 0, ...Object.values(flagBits).filter((bit) => bit !== flagBits.test)),
      }),
      { minLength: 1, maxLength: 12 },
    )
    .map((steps) => {
      let at = startAt
      return steps.map(({ afterMs, ...sample }) => ({ at: (at += afterMs), ...sample }))
    })

const lastOf = (samples: readonly AirSample[]) => samples.at(-1)?.at ?? startAt
const co = (samples: readonly AirSample[], more: Partial<Parameters<typeof judgeCo>[0]> = {}) =>
  judgeCo({ samples, flag: null, alreadyAt: null, now: lastOf(samples), ...more })
const gas = (samples: readonly AirSample[], more: Partial<Parameters<typeof judgeGas>[0]> = {}) =>
  judgeGas({
    samples,
    flag: null,
    alreadyAt: null,
    now: lastOf(samples),
    lelConvention: 'gb',
    utcOffsetMs: shanghai,
    ...more,
  })

const isAtLeast = (stage: Stage | null, least: Stage | null): boolean =>
  least === null || (stage !== null && !isWorse(least, stage))
const unflagged = (samples: readonly AirSample[]) => samples.map((sample) => ({ ...sample, flags: 0 }))
const steady = (ppm: number, minutes: number): AirSample[] =>
  Array.from({ length: minutes + 1 }, (_, minute) => ({
    at: startAt + minute * minuteMs,
    value: ppm,
    flags: 0,
  }))

test('safety 5: no rule layer takes an alarm later than EN 50291 wants it, nor the flag, nor 300 ppm once', () => {
  fc.assert(
    fc.property(anyCoRules, anySamples(280), (rules, samples) => {
      expect(isAtLeast(co(steady(50, 90), { rules }).stage, 'alarm')).toBe(true)
      expect(isAtLeast(co(steady(100, 40), { rules }).stage, 'alarm')).toBe(true)
      const at = lastOf(samples) + 1
      expect(isAtLeast(co([...samples, { at, value: 300, flags: 0 }], { rules }).stage, 'alarm')).toBe(true)
      const flag = { active: true, since: at }
      expect(isAtLeast(co(samples, { rules, flag }).stage, 'alarm')).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('no rule layer takes gas later than 20 %LEL, or its flag', () => {
  fc.assert(
    fc.property(anyGasRules, anySamples(19), (rules, samples) => {
      const at = lastOf(samples) + 1
      const up = gas([...samples, { at, value: 20, flags: 0 }], { rules }).stage
      expect(isAtLeast(up, 'critical')).toBe(true)
      expect(isAtLeast(gas(samples, { rules, flag: { active: true, since: at } }).stage, 'alarm')).toBe(true)
    }),
    { numRuns: 60 },
  )
})

const anyBodies: fc.Arbitrary<Body[]> = fc.subarray([elderlyWoman, elderlyMan, standardAdult])
/** Who takes up nothing to speak of: what is left are the windows. */
const giant: Body = { ...standardAdult, vb: 1e9, startPercent: 0 }

test('safety 5: dose only raises, whoever breathes it, and one more in the room never lowers', () => {
  fc.assert(
    fc.property(anySamples(500), anyBodies, (samples, bodies) => {
      const windows = co(samples, { bodies: [giant] }).stage
      expect(isAtLeast(co(samples, { bodies }).stage, windows)).toBe(true)
      expect(
        isAtLeast(co(samples, { bodies: [...bodies, elderlyWoman] }).stage, co(samples, { bodies }).stage),
      ).toBe(true)
    }),
    { numRuns: 60 },
  )
})

test('safety 5: a doubt about the sensor never lowers or clears', () => {
  const alreadyAt = fc.constantFrom(null, 'notice' as const, 'alarm' as const)
  fc.assert(
    fc.property(anySamples(500), anySamples(30), alreadyAt, (ppm, lel, already) => {
      const more = { alreadyAt: already }
      expect(isAtLeast(co(ppm, more).stage, co(unflagged(ppm), more).stage)).toBe(true)
      expect(isAtLeast(gas(lel, more).stage, gas(unflagged(lel), more).stage)).toBe(true)
    }),
    { numRuns: 100 },
  )
})

test('no order of arrival changes the verdict', () => {
  const shuffled = (samples: AirSample[]) =>
    fc.tuple(fc.constant(samples), fc.shuffledSubarray(samples, { minLength: samples.length }))
  fc.assert(
    fc.property(anySamples(500).chain(shuffled), ([samples, other]) => {
      const now = lastOf(samples)
      expect(co(other, { now })).toEqual(co(samples, { now }))
      expect(gas(other, { now })).toEqual(gas(samples, { now }))
    }),
    { numRuns: 100 },
  )
})

/** Nothing more is heard, and it is judged again whenever the last verdict asked for it, until `untilAt`. */
function unheard(
  judge: (now: number, alreadyAt: Stage | null) => AirVerdict,
  fromAt: number,
  untilAt: number,
) {
  let [stage, again] = [null as Stage | null, fromAt as number | null]
  for (let turn = 0; again !== null && again <= untilAt && turn < 1000; turn += 1) {
    const verdict = judge(again, stage)
    expect(verdict.judgeAgainAt === null || verdict.judgeAgainAt > again).toBe(true)
    stage = verdict.stage
    again = verdict.judgeAgainAt
  }
  return stage
}

test('a sensor that falls silent in danger becomes what it would be if somebody asked each minute', () => {
  fc.assert(
    fc.property(anySamples(350), fc.integer({ min: 1, max: 240 }), (samples, minutes) => {
      const now = lastOf(samples) + minutes * minuteMs
      const judged = unheard((at, alreadyAt) => co(samples, { now: at, alreadyAt }), lastOf(samples), now)
      // An instant before: it is looked at each minute.
      expect(isAtLeast(judged, co(samples, { now: now - minuteMs }).stage)).toBe(true)
    }),
    { numRuns: 100 },
  )
  fc.assert(
    fc.property(anySamples(19), fc.integer({ min: 0, max: 40 }), (samples, minutes) => {
      const now = lastOf(samples) + minutes * minuteMs
      const judged = unheard((at, alreadyAt) => gas(samples, { now: at, alreadyAt }), lastOf(samples), now)
      expect(isAtLeast(judged, gas(samples, { now }).stage)).toBe(true)
    }),
    { numRuns: 200 },
  )
})
