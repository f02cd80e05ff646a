import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RiskTier } from '#contract/primitives.ts'
import { effectiveRules } from '#contract/rule-set.ts'
import { askPlan, stepsDue, type AskInput, type AskStep } from './ask-plan.ts'
import type { SilenceTask } from './silence.ts'

const minuteMs = 60_000
const usual: AskInput = { task: 'missed', tier: 'general', deaf: false, firstFortnight: false }
const said = (change: Partial<AskInput>) =>
  askPlan({ ...usual, ...change }).map(({ afterMs, whom, way }) => `${afterMs / minuteMs} ${whom} ${way}`)
const sentMin = (plan: readonly AskStep[]) =>
  (plan.find(({ whom }) => whom === 'steward')?.afterMs ?? NaN) / minuteMs

test('she is asked from before the deadline on, then neighbour and family, and a steward goes at T0+15', () => {
  expect(said({})).toEqual([
    '-15 resident phone',
    '-10 resident phone',
    '-5 resident phone',
    '0 resident phone',
    '1 nearby phone',
    '5 resident phone',
    '10 resident phone',
    '15 steward door',
  ])
})

test('at high risk she is called before the deadline, and a steward goes at T0+5', () => {
  expect(said({ tier: 'high' })).toEqual([
    '-15 resident phone',
    '-10 resident phone',
    '-5 resident phone',
    '0 resident phone',
    '0 nearby phone',
    '5 steward door',
  ])
})

test('safety 18: a deaf resident is asked in the agreed way, never by phone, and neighbour and family sooner', () => {
  const plan = askPlan({ ...usual, deaf: true })
  expect(plan.filter(({ whom }) => whom === 'resident').every(({ way }) => way === 'ownMode')).toBe(true)
  expect(plan.find(({ whom }) => whom === 'nearby')?.afterMs).toBe(minuteMs)
})

test('safety 18: the first fortnight is phoned first, except high risk; a newcomer longer still', () => {
  expect(sentMin(askPlan({ ...usual, firstFortnight: true }))).toBe(15)
  expect(sentMin(askPlan({ ...usual, firstFortnight: true, tier: 'high' }))).toBe(5)
  expect(sentMin(askPlan({ ...usual, task: 'neverPressed' }))).toBe(45)
})

test('safety 8: a blind home is reached in time for the contact that is due, the walk included', () => {
  const walkMin = 21
  expect(sentMin(askPlan({ ...usual, task: 'blind' }))).toBeLessThanOrEqual(60 - walkMin)
  expect(sentMin(askPlan({ ...usual, task: 'blind', tier: 'high' }))).toBe(3)
})

test('safety 6: late but active is asked all the same, and nobody is sent before the second deadline', () => {
  const plan = askPlan({ ...usual, task: 'late' })
  expect(plan.length).toBeGreaterThan(0)
  expect(plan.some(({ whom }) => whom === 'steward')).toBe(false)
})

test('a silence that became too long before the agreed hour keeps what was agreed for that hour', () => {
  const early = { ...usual, task: 'longSilence', tier: 'high' } as const
  expect(sentMin(askPlan({ ...early, agreedInMs: 60 * minuteMs }))).toBe(15)
  expect(sentMin(askPlan({ ...early, agreedInMs: 4 * minuteMs }))).toBe(9)
  expect(sentMin(askPlan(early))).toBe(5)
})

test('what our own outage cost is taken from the time to ask, down to one call and its answer', () => {
  expect(sentMin(askPlan({ ...usual, judgedLateMs: 6 * minuteMs }))).toBe(9)
  expect(sentMin(askPlan({ ...usual, judgedLateMs: 90 * minuteMs }))).toBe(5)
  expect(sentMin(askPlan({ ...usual, tier: 'high', judgedLateMs: 90 * minuteMs }))).toBe(5)
})

describe('whatever the case', () => {
  const tiers: readonly RiskTier[] = ['high', 'key', 'general']
  const tasks: readonly SilenceTask[] = [
    'missed',
    'late',
    'blind',
    'neverPressed',
    'longSilence',
    'departure',
  ]
  const input = fc.record({
    task: fc.constantFrom(...tasks),
    tier: fc.constantFrom(...tiers),
    deaf: fc.boolean(),
    firstFortnight: fc.boolean(),
    agreedInMs: fc.integer({ min: 0, max: 7_200_000 }),
    judgedLateMs: fc.integer({ min: 0, max: 7_200_000 }),
  })

  test('steps are in order, somebody is sent exactly once and last (late excepted), within the hour', () => {
    fc.assert(
      fc.property(input, (asked) => {
        const plan = askPlan(asked)
        plan.forEach(({ afterMs }, nth) =>
          expect(afterMs).toBeGreaterThanOrEqual(plan[nth - 1]?.afterMs ?? -Infinity),
        )
        const sent = plan.filter(({ whom }) => whom === 'steward')
        expect(sent).toHaveLength(asked.task === 'late' ? 0 : 1)
        if (asked.task === 'late') return
        expect(plan.at(-1)?.whom).toBe('steward')
        expect(sentMin(plan)).toBeLessThanOrEqual(45)
        if (asked.task === 'missed' && asked.tier === 'high') expect(sentMin(plan)).toBeLessThanOrEqual(5)
      }),
    )
  })

  test('safety 8: whatever a community makes of the rules, a steward is sent within the bounds of the tier', () => {
    const minutes = (max: number) => fc.integer({ min: 0, max })
    const ladder = fc.record({
      stewardAfterMin: minutes(15),
      fortnightStewardAfterMin: fc.integer({ min: 15, max: 45 }),
      newcomerStewardAfterMin: fc.integer({ min: 15, max: 60 }),
      nearbyAfterMin: minutes(15),
      tries: fc.integer({ min: 1, max: 8 }),
      triesApartMin: fc.integer({ min: 1, max: 15 }),
    })
    const silence = fc.record({ blindStewardAfterMin: fc.integer({ min: 1, max: 39 }) })
    fc.assert(
      fc.property(input, ladder, silence, (asked, ladderRules, silenceRules) => {
        const community = { ladder: ladderRules, silence: silenceRules }
        const plan = askPlan({ ...asked, rules: effectiveRules({ tier: asked.tier, community }) })
        if (asked.task === 'late') return
        const isHigh = asked.tier === 'high'
        const boundMin = {
          missed: isHigh ? 5 : asked.firstFortnight ? 45 : 15,
          blind: isHigh ? 3 : 39,
          neverPressed: isHigh ? 15 : 60,
          departure: isHigh ? 15 : 60,
          longSilence: 15,
        }[asked.task]
        expect(sentMin(plan)).toBeLessThanOrEqual(boundMin)
      }),
    )
  })

  test('however often it is looked at, each step is taken exactly once', () => {
    fc.assert(
      fc.property(
        input,
        fc.array(fc.integer({ min: 0, max: 5 * minuteMs }), { maxLength: 40 }),
        (asked, waits) => {
          const plan = askPlan(asked)
          const taken: AskStep[] = []
          let sinceMs = -15 * minuteMs
          for (const wait of [...waits, 90 * minuteMs]) {
            sinceMs += wait
            taken.push(...stepsDue(plan, { sinceMs, taken: taken.length }).due)
          }
          expect(taken).toEqual(plan)
          expect(stepsDue(plan, { sinceMs, taken: taken.length }).nextAfterMs).toBeNull()
        },
      ),
    )
  })
})
