import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWorse, stages, type Stage } from '#contract/primitives.ts'
import { judgeCo, type AirSample, type CoInput } from './co.ts'
import { flagBits } from './stored.ts'

const minuteMs = 60_000
const startAt = Date.UTC(2026, 0, 12, 20, 0)
const at = (minute: number) => startAt + minute * minuteMs

const sample = (minute: number, value: number, flags = 0): AirSample => ({ at: at(minute), value, flags })
/** One sample a minute, from one minute to another, both included. */
const steady = (ppm: number, from: number, to: number, flags = 0): AirSample[] =>
  Array.from({ length: to - from + 1 }, (_, index) => sample(from + index, ppm, flags))

const judge = (samples: AirSample[], rest: Partial<CoInput> = {}) => {
  const now = samples.reduce((latest, one) => Math.max(latest, one.at), startAt)
  return judgeCo({ samples, flag: null, alreadyAt: null, now, ...rest })
}

/** After how many minutes at this steady value a stage, or a worse one, is reached. */
function minutesUntil(ppm: number, stage: Stage, minutesMax = 480): number | null {
  for (let minute = 0; minute <= minutesMax; minute++) {
    const reached = judge([sample(-1, 0), ...steady(ppm, 0, minute)]).stage
    if (reached && !isWorse(stage, reached)) return minute
  }
  return null
}

describe('the windows of EN 50291-1, UL 2034 and GB 15322.2', () => {
  test.each([
    { standard: 'EN 50 ppm', ppm: 50, notBefore: 60, before: 90 },
    { standard: 'EN 100 ppm', ppm: 100, notBefore: 10, before: 40 },
    { standard: 'EN 300 ppm', ppm: 300, notBefore: 0, before: 3 },
    { standard: 'UL and GB 70 ppm', ppm: 70, notBefore: 60, before: 240 },
    { standard: 'UL 150 ppm', ppm: 150, notBefore: 6, before: 50 },
    { standard: 'UL 400 ppm', ppm: 400, notBefore: 0, before: 15 },
  ])('$standard alarms in time', ({ ppm, notBefore, before }) => {
    const minutes = minutesUntil(ppm, 'alarm', before + 1)
    expect(minutes).not.toBeNull()
    expect(minutes).toBeGreaterThanOrEqual(notBefore)
    expect(minutes).toBeLessThan(before)
  })

  test('30 ppm alone warns, and never alarms before 120 minutes', () => {
    expect(minutesUntil(30, 'notice', 40)).toBe(30)
    expect(minutesUntil(30, 'warning', 130)).toBe(120)
    expect(minutesUntil(30, 'alarm', 240)).toBeNull()
  })

  test('ordinary air, and a whiff of it, raises nothing', () => {
    expect(judge(steady(5, 0, 480)).stage).toBeNull()
    expect(judge([...steady(0, 0, 30), ...steady(60, 31, 34), ...steady(0, 35, 60)]).stage).toBeNull()
  })
})

describe('the stages of facts 1.4', () => {
  test.each<[string, AirSample[], Stage, string]>([
    ['9 ppm over 8 hours', steady(9, 0, 480), 'notice', '9ppm-8h'],
    ['30 ppm for 30 minutes', steady(30, 0, 30), 'notice', '30ppm-30min'],
    ['50 ppm for 60 minutes', steady(50, 0, 60), 'warning', '50ppm-60min'],
    ['100 ppm for 10 minutes', steady(100, 0, 10), 'alarm', '100ppm-10min'],
    ['300 ppm at once', [sample(0, 300)], 'alarm', '300ppm'],
    ['400 ppm at once', [sample(0, 400)], 'critical', '400ppm'],
  ])('%s', (_, samples, stage, window) => {
    const verdict = judge(samples)
    expect(verdict.stage).toBe(stage)
    expect(verdict.evidence.window).toBe(window)
  })

  test('the card is told value, peak, since when, and the estimate with its band', () => {
    const { evidence } = judge([...steady(2, 0, 4), ...steady(120, 5, 20), sample(21, 110)])
    expect(evidence).toMatchObject({ value: 110, peak: 120, unit: 'ppm', since: at(5), lastAt: at(21) })
    expect(evidence.cohb?.low).toBeLessThanOrEqual(evidence.cohb?.estimate ?? 0)
    expect(evidence.cohb?.high).toBeGreaterThan(evidence.cohb?.estimate ?? 0)
  })

  test('a dip does not start the count anew, and noise around the level does not hide it', () => {
    const dip = steady(110, 0, 12).map((one, index) => (index === 5 ? { ...one, value: 80 } : one))
    expect(judge(dip).stage).toBe('alarm')
    const noisy = steady(100, 0, 39).map((one, index) => ({ ...one, value: 100 + (index % 2 ? 1.5 : -1.5) }))
    expect(judge(noisy).stage).toBe('alarm')
  })

  test('a high beginning does not make a window shorter than it is', () => {
    expect(judge([...steady(290, 0, 9)]).stage).not.toBe('alarm')
    expect(judge([...steady(290, 0, 10)]).stage).toBe('alarm')
  })

  test('the values are clamped to what a sensor can measure', () => {
    expect(judge([sample(0, 1e9)]).evidence.peak).toBe(10_000)
    expect(judge([sample(0, -20)]).evidence.value).toBe(0)
    expect(judge([sample(0, Number.NaN)])).toMatchObject({ stage: null, evidence: {}, judgeAgainAt: null })
    expect(judge([sample(0, Infinity)]).stage).toBe('critical')
  })
})

describe('safety 5: acting at once, and dose', () => {
  test("safety 5: the detector's own alarm flag acts at once, with clean air and with none", () => {
    const flag = { active: true, since: at(3) }
    expect(judge(steady(0, 0, 60), { flag }).stage).toBe('alarm')
    expect(judge([], { flag: { active: true, since: 0 } })).toEqual({
      stage: 'alarm',
      evidence: { flag: true },
      doubts: [],
      judgeAgainAt: at(10),
    })
    const blind = judge([], { flag })
    expect(blind).toMatchObject({ stage: 'alarm', evidence: { flag: true, since: at(3) }, doubts: [] })
  })

  test('safety 5: one sample of 300 ppm acts at once, also from a sensor that is not well', () => {
    const sick = flagBits.warmup | flagBits.fault | flagBits.endOfLife | flagBits.muted | flagBits.tamper
    expect(judge([...steady(0, 0, 30), sample(31, 300, sick)]).stage).toBe('alarm')
  })

  test('safety 5: dose raises a stage that no window has reached', () => {
    expect(judge(steady(45, 0, 110))).toMatchObject({ stage: 'warning', evidence: { window: 'cohb-2.5' } })
    expect(judge(steady(45, 0, 400))).toMatchObject({ stage: 'alarm', evidence: { window: 'cohb-5' } })
    const climbing = Array.from({ length: 40 }, (_, index) => sample(index * 10, index % 2 ? 12 : 280))
    expect(judge(climbing).stage).toBe('critical')
  })

  test('safety 5: dose prolongs: clean air, but too much of it may still be in the blood', () => {
    const samples = [...steady(250, 0, 40), ...steady(0, 41, 90)]
    const verdict = judge(samples, { alreadyAt: 'alarm' })
    expect(verdict.evidence.cleanSince).toBe(at(41))
    expect(verdict.stage).toBe('alarm')
  })

  test('safety 5: a low dose never lowers what a window or the flag has reached', () => {
    const { stage, evidence } = judge(steady(100, 0, 10))
    expect(evidence.cohb?.estimate).toBeLessThan(2.5)
    expect(stage).toBe('alarm')
  })
})

describe('safety 5: clean again', () => {
  const danger = steady(120, 0, 11)
  const judgeAfter = (after: AirSample[], rest: Partial<CoInput> = {}) =>
    judge([...danger, ...after], { alreadyAt: 'alarm', ...rest })

  test('safety 5: after 30 minutes below 10 ppm from a healthy sensor, and not a minute before', () => {
    expect(judgeAfter(steady(3, 12, 41)).stage).toBe('alarm')
    expect(judgeAfter(steady(3, 12, 42))).toMatchObject({ stage: null, evidence: { cleanSince: at(12) } })
  })

  test.each(['warmup', 'fault', 'endOfLife', 'tamper'] as const)(
    'safety 5: a sensor with %s cannot say that the air is clean',
    (flag) => {
      expect(judgeAfter(steady(0, 12, 120, flagBits[flag])).stage).toBe('alarm')
    },
  )

  test('safety 5: readings of a test neither raise nor clear anything', () => {
    expect(judge(steady(500, 0, 5, flagBits.test)).stage).toBeNull()
    expect(judgeAfter(steady(0, 12, 120, flagBits.test)).stage).toBe('alarm')
  })

  test('safety 17: a real danger during a test is not hidden by it', () => {
    expect(judge([...steady(500, 0, 5, flagBits.test), sample(3.5, 310)]).stage).toBe('alarm')
  })

  test('safety 5: silence is not clean air', () => {
    expect(judgeAfter([sample(12, 3)], { now: at(200) }).stage).toBe('alarm')
    expect(judgeAfter([sample(12, 3), sample(30, 3), sample(60, 3)]).stage).toBe('alarm')
  })

  test('safety 5: one unclean sample starts the half hour anew', () => {
    expect(judgeAfter([...steady(3, 12, 40), sample(41, 11), ...steady(3, 42, 60)]).stage).toBe('alarm')
  })

  test("safety 5: not while the detector's own flag is up", () => {
    const flag = { active: true, since: at(2) }
    const verdict = judgeAfter(steady(0, 12, 120), { flag })
    expect(verdict.stage).toBe('alarm')
    expect(verdict.evidence.cleanSince).toBeUndefined()
  })

  test('a stage is not lowered because the air is less bad', () => {
    expect(judge(steady(35, 0, 45), { alreadyAt: 'critical' }).stage).toBe('critical')
    expect(judge([], { alreadyAt: 'warning' })).toMatchObject({ stage: 'warning', evidence: {}, doubts: [] })
  })
})

describe('gaps (facts 1.3)', () => {
  test('a device that falls silent in danger is taken to be in it still', () => {
    expect(judge([sample(0, 60)], { now: at(76) }).stage).toBe('alarm')
    expect(judge([sample(0, 60), sample(80, 0)]).stage).toBe('alarm')
  })

  test('one that falls silent in nearly clean air is not', () => {
    expect(judge([sample(0, 25)], { now: at(400) }).stage).toBeNull()
  })

  test('samples five minutes apart reach the windows like samples a minute apart', () => {
    expect(judge([sample(0, 100), sample(5, 100), sample(10, 100)]).stage).toBe('alarm')
  })
})

describe('safety 9: danger that is found only in the past', () => {
  const past = [...steady(110, 0, 15), ...steady(0, 16, 60)]

  test('safety 9: clean for long, little in the blood: somebody checks on them', () => {
    expect(judge(past).stage).toBe('notice')
  })

  test('safety 9: COHb may still be 2.5 %: it is a live one', () => {
    expect(judge([...steady(250, 0, 40), ...steady(0, 41, 90)]).stage).toBe('alarm')
  })

  test('what a human has dealt with does not open again from its own history', () => {
    const dealtWithAt = at(18)
    expect(judge(past, { dealtWithAt }).stage).toBeNull()
    expect(judge([...steady(300, 0, 40), ...steady(12, 41, 60)], { dealtWithAt: at(40) }).stage).toBeNull()
  })

  test('but danger after that is judged, with all that was breathed before', () => {
    const dealtWithAt = at(60)
    const again = [...steady(200, 0, 60), ...steady(40, 61, 63)]
    expect(judge(again, { dealtWithAt })).toMatchObject({ stage: 'alarm', evidence: { peak: 40 } })
    expect(judge([...past, sample(61, 320)], { dealtWithAt }).stage).toBe('alarm')
  })

  test('a flag that was up when a human closed has ten minutes to fall; a new one acts at once', () => {
    const dealtWithAt = at(18)
    const stageOf = (since: number, now: number) =>
      judge(past, { dealtWithAt, now: at(now), flag: { active: true, since: at(since) } }).stage
    expect(stageOf(5, 20)).toBeNull()
    expect(stageOf(5, 28)).toBe('alarm')
    expect(stageOf(19, 20)).toBe('alarm')
  })
})

const anySample: fc.Arbitrary<AirSample> = fc.record({
  at: fc.integer({ min: 0, max: 480 * 60 }).map((second) => startAt + second * 1000),
  value: fc.oneof(
    fc.double({ min: -5, max: 60, noNaN: true }),
    fc.double({ min: 0, max: 1500, noNaN: true }),
  ),
  flags: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 127 })),
})
const anySituation = fc.record({
  samples: fc.array(anySample, { maxLength: 80 }),
  flag: fc.option(fc.record({ active: fc.boolean(), since: fc.constant(startAt) })),
  alreadyAt: fc.option(fc.constantFrom(...stages)),
  now: fc.constant(at(480)),
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
      expect(judgeCo({ ...situation, samples })).toEqual(judgeCo(situation))
    }),
    { numRuns: 300 },
  )
})

test('safety 5: a stage is never lowered, except to nothing by clean air', () => {
  fc.assert(
    fc.property(anySituation, (situation) => {
      const { stage, evidence } = judgeCo(situation)
      if (stage !== null) expect(rank(stage)).toBeGreaterThanOrEqual(rank(situation.alreadyAt))
      else if (situation.alreadyAt !== null) expect(evidence.cleanSince).toBeDefined()
    }),
    { numRuns: 300 },
  )
})

test('safety 5: one more sample of 300 ppm that is no test is at least an alarm while the air is not clean', () => {
  fc.assert(
    fc.property(anySituation, fc.integer({ min: 0, max: 127 }), (situation, flags) => {
      const more = { at: situation.now, value: 300, flags: flags & ~flagBits.test }
      const { stage } = judgeCo({ ...situation, samples: [...situation.samples, more] })
      expect(rank(stage)).toBeGreaterThanOrEqual(rank('alarm'))
    }),
  )
})

test('a day of a sample every ten seconds is judged within a few milliseconds', () => {
  const samples = Array.from({ length: 2880 }, (_, index) => sample(index / 6, 40 + (index % 7)))
  const began = performance.now()
  for (let run = 0; run < 10; run++) judge(samples)
  expect((performance.now() - began) / 10).toBeLessThan(100)
})
