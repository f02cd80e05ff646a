import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectiveRules } from '#contract/rule-set.ts'
import { isWorse } from '#contract/primitives.ts'
import { judgeGas, type GasInput } from './gas.ts'

const secondMs = 1000
const noon = Date.parse('2026-11-23T11:40:00+08:00')
const morning = Date.parse('2026-11-23T09:00:00+08:00')
const shanghai = 8 * 3_600_000

/** Values every 30 s from so many seconds after the start. */
const rising = (start: number, values: readonly number[]) =>
  values.map((value, nth) => ({ at: start + nth * 30 * secondMs, value, flags: 0 }))
const judge = (samples: GasInput['samples'], change: Partial<GasInput> = {}) =>
  judgeGas({
    samples,
    flag: null,
    alreadyAt: null,
    now: samples.at(-1)?.at ?? 0,
    lelConvention: 'gb',
    utcOffsetMs: shanghai,
    ...change,
  })
const pan = [0, 4, 6, 5, 4]

test('wine in a pan at noon is shown at once, marked, and judged again by itself within five minutes', () => {
  const verdict = judge(rising(noon, pan))
  expect(verdict).toMatchObject({ stage: 'notice', looksLikeCooking: true })
  expect(verdict.evidence.window).toContain('+cooking')
  expect(verdict.judgeAgainAt).toBe(noon + 330 * secondMs)
})

test('when it has not blown over by then, it is an alarm, whether or not the sensor speaks again', () => {
  const samples = rising(noon, pan)
  const { stage } = judge(samples, { now: noon + 330 * secondMs, alreadyAt: 'notice' })
  expect(stage === null || isWorse('alarm', stage)).toBe(false)
})

test('when it has blown over, it stays what it was', () => {
  expect(judge(rising(noon, [...pan, 2, 0, 0]))).toMatchObject({ stage: 'notice', judgeAgainAt: null })
})

test.each<[string, Partial<GasInput>, readonly number[], number]>([
  ['at nine in the morning', {}, pan, morning],
  ['without a known zone', { utcOffsetMs: null }, pan, noon],
  ['higher than a pan makes it', {}, [0, 4, 6, 9.6], noon],
  ['while it goes on rising, as a hose that came off does', {}, [0, 1.7, 3.3, 5], noon],
  ['from a sensor that never saw clean air', {}, [4, 6, 5], noon],
  ['with the own alarm of the detector', { flag: { active: true, since: noon } }, pan, noon],
  ['once it was an alarm', { alreadyAt: 'alarm' }, pan, noon],
])('the same air is an alarm at once %s', (_, change, values, start) => {
  const { stage } = judge(rising(start, values), change)
  expect(stage === null || isWorse('alarm', stage)).toBe(false)
})

test('patience set to nothing is no patience', () => {
  const { gas } = effectiveRules({ tier: 'general', home: { gas: { cookingPatienceMin: 0 } } })
  const { stage } = judge(rising(noon, pan), { rules: gas })
  expect(stage === null || isWorse('alarm', stage)).toBe(false)
})

test('a danger is never removed by it: whatever rises is shown, and five minutes later it is what it would have been', () => {
  const values = fc.array(fc.double({ min: 0, max: 30, noNaN: true }), { minLength: 2, maxLength: 30 })
  fc.assert(
    fc.property(values, (rest) => {
      const samples = rising(noon, [0, ...rest])
      const hasty = judge(samples, { utcOffsetMs: null }).stage
      const patient = judge(samples).stage
      expect(hasty !== null && patient === null).toBe(false)
      const last = samples.at(-1)
      if (!last || last.value < 3) return
      const now = last.at + 5 * 60 * secondMs
      expect(judge(samples, { now }).stage).toBe(judge(samples, { now, utcOffsetMs: null }).stage)
    }),
  )
})
