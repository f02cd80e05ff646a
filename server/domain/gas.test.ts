import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stages, type Stage } from '#contract/primitives.ts'
import type { AirSample } from './air-series.ts'
import { judgeGas, toGbBase, type GasInput } from './gas.ts'
import { flagBits } from './stored.ts'

const minuteMs = 60_000
const startAt = Date.UTC(2026, 0, 12, 3, 0)
const at = (minute: number) => startAt + minute * minuteMs

const sample = (minute: number, value: number, flags = 0): AirSample => ({ at: at(minute), value, flags })
const steady = (lel: number, from: number, to: number, flags = 0): AirSample[] =>
  Array.from({ length: to - from + 1 }, (_, index) => sample(from + index, lel, flags))

const judge = (samples: AirSample[], rest: Partial<GasInput> = {}) => {
  const now = samples.reduce((latest, one) => Math.max(latest, one.at), startAt)
  return judgeGas({ samples, flag: null, alreadyAt: null, now, lelConvention: 'gb', ...rest })
}

describe('the stages of facts 2.2', () => {
  test.each<[string, AirSample[], Stage | null, string | undefined]>([
    ['clean air', steady(0.4, 0, 60), null, undefined],
    ['3 %LEL for 10 minutes', steady(3, 0, 10), 'notice', '3%LEL-10min'],
    ['3 %LEL for 9 minutes', steady(3, 0, 9), null, undefined],
    ['3 %LEL in two samples 10 minutes apart', [sample(0, 3), sample(10, 3)], 'notice', '3%LEL-10min'],
    ['5 %LEL once', [...steady(3, 0, 4), sample(5, 5)], null, undefined],
    ['5 %LEL twice, 30 s apart', [sample(0, 5), sample(0.5, 5)], 'alarm', '5%LEL-twice'],
    ['5 %LEL twice within one burst', [sample(0, 5), sample(0.4, 5)], null, undefined],
    [
      '5 %LEL twice with a lower one between',
      [sample(0, 5), sample(2, 4.8), sample(4, 5)],
      'alarm',
      '5%LEL-twice',
    ],
    [
      '5 %LEL twice with half an hour of clean air between',
      [sample(0, 5), ...steady(0, 1, 30), sample(31, 5)],
      null,
      undefined,
    ],
    [
      'two neighbours of 5 %LEL from a sensor that rarely speaks',
      [sample(0, 5), sample(60, 5)],
      'alarm',
      '5%LEL-twice',
    ],
    ['10 %LEL once', [sample(0, 10)], 'alarm', '10%LEL'],
    ['20 %LEL', [sample(0, 20)], 'critical', '20%LEL'],
    [
      'a hose that came off: 3.3 %LEL a minute',
      [sample(0, 0), sample(1, 3.3), sample(2, 6.6)],
      'critical',
      'rise-2%LEL/min',
    ],
    ['a jump to 5 %LEL, once', [sample(0, 0), sample(1, 0), sample(2, 5.5), sample(3, 2)], null, undefined],
    ['noise that rises as fast, far below', [sample(0, 0), sample(0.5, 1.4), sample(1, 0)], null, undefined],
  ])('%s', (_, samples, stage, window) => {
    const verdict = judge(samples)
    expect(verdict.stage).toBe(stage)
    if (stage !== null) expect(verdict.evidence.window?.split('+')[0]).toBe(window)
  })

  test("safety 5: the detector's own flag acts at once", () => {
    const flag = { active: true, since: at(1) }
    expect(judge(steady(0, 0, 60), { flag }).stage).toBe('alarm')
    expect(judge([], { flag }).stage).toBe('alarm')
  })

  test('safety 5: a sensor that is not well still warns; a test raises nothing', () => {
    expect(judge([sample(0, 12, flagBits.warmup | flagBits.fault)]).stage).toBe('alarm')
    expect(judge(steady(50, 0, 10, flagBits.test)).stage).toBeNull()
  })

  test('the same air gives the same stage whichever LEL the device means', () => {
    const iec = (lel: number) => (lel * 5) / 4.4
    expect(toGbBase(iec(5), 'iec')).toBeCloseTo(5)
    expect(judge([sample(0, iec(9.9))], { lelConvention: 'iec' }).stage).toBeNull()
    expect(judge([sample(0, iec(10.01))], { lelConvention: 'iec' }).stage).toBe('alarm')
  })

  test('a sensor that fell silent at 5 %LEL is taken to be there still', () => {
    expect(judge([sample(0, 1), sample(5, 5.2)], { now: at(16) }).stage).toBe('alarm')
  })
})

describe('cooking (facts 3.3)', () => {
  const wine = [
    ...steady(0.5, 0, 3),
    sample(4, 3.4),
    sample(5, 5.2),
    sample(6, 5.4),
    sample(7, 3),
    sample(8, 0.6),
  ]

  test('wine in a hot pan is marked, and not silenced', () => {
    const verdict = judge(wine)
    expect(verdict.looksLikeCooking).toBe(true)
    expect(verdict.evidence.window).toMatch(/\+cooking$/)
    expect(verdict.stage).not.toBeNull()
  })

  test('a leak does not look like cooking', () => {
    expect(judge(steady(6, 0, 20)).looksLikeCooking).toBe(false)
    expect(judge([sample(0, 1), sample(1, 9.6)]).looksLikeCooking).toBe(false)
    expect(judge([...steady(1, 0, 2), ...steady(4, 3, 20)]).looksLikeCooking).toBe(false)
  })
})

describe('afterwards', () => {
  const leak = [sample(0, 0), sample(1, 2), sample(2, 4), sample(3, 6), ...steady(7, 4, 8)]

  test('safety 5: clean only after 30 minutes below 3 %LEL of the healthy sensor', () => {
    const judgeAfter = (after: AirSample[]) => judge([...leak, ...after], { alreadyAt: 'alarm' })
    expect(judgeAfter(steady(0, 9, 38)).stage).toBe('alarm')
    expect(judgeAfter(steady(0, 9, 39))).toMatchObject({ stage: null, evidence: { cleanSince: at(9) } })
    expect(judgeAfter(steady(0, 9, 90, flagBits.fault)).stage).toBe('alarm')
  })

  test('safety 9: a leak that is only in buffered, past data means that somebody checks on them', () => {
    expect(judge([...leak, ...steady(0, 9, 60)]).stage).toBe('notice')
  })

  test('what a human has dealt with does not open again from its own history', () => {
    const after = [...leak, ...steady(4, 9, 12)]
    expect(judge(after, { dealtWithAt: at(8) }).stage).toBeNull()
    expect(judge([...after, sample(13, 11)], { dealtWithAt: at(8) }).stage).toBe('alarm')
  })
})

const anySituation = fc.record({
  samples: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 3600 }).map((second) => startAt + second * 1000),
      value: fc.double({ min: -2, max: 30, noNaN: true }),
      flags: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 127 })),
    }),
    { maxLength: 60 },
  ),
  flag: fc.option(fc.record({ active: fc.boolean(), since: fc.constant(startAt) })),
  alreadyAt: fc.option(fc.constantFrom(...stages)),
  now: fc.constant(at(60)),
  lelConvention: fc.constantFrom('gb' as const, 'iec' as const),
})
const rank = (stage: Stage | null) => (stage === null ? -1 : stages.indexOf(stage))

test('order of arrival never changes the verdict', () => {
  const shuffled = anySituation.chain((situation) =>
    fc.tuple(
      fc.constant(situation),
      fc.shuffledSubarray(situation.samples, { minLength: situation.samples.length }),
    ),
  )
  fc.assert(
    fc.property(shuffled, ([situation, samples]) => {
      expect(judgeGas({ ...situation, samples })).toEqual(judgeGas(situation))
    }),
    { numRuns: 300 },
  )
})

test('a stage is never lowered, except to nothing by clean air', () => {
  fc.assert(
    fc.property(anySituation, (situation) => {
      const { stage, evidence } = judgeGas(situation)
      if (stage !== null) expect(rank(stage)).toBeGreaterThanOrEqual(rank(situation.alreadyAt))
      else if (situation.alreadyAt !== null) expect(evidence.cleanSince).toBeDefined()
    }),
    { numRuns: 300 },
  )
})
