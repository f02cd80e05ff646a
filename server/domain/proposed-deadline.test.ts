import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays } from './calendar-day.ts'
import { hasShifted, missesAt, proposeDeadline, type Morning } from './proposed-deadline.ts'

const from = (minutes: readonly number[]): Morning[] =>
  minutes.map((minute, nth) => ({ on: addDays('2026-01-01', nth), minute }))
/** 6:18 in the middle, spread as a person's mornings are, without chance. */
const usual = Array.from(
  { length: 84 },
  (_, nth) => 378 + Math.round(24 * Math.log((nth + 1) / (85 - nth - 1))),
)

test('a regular riser is offered an hour and a half or so behind the usual press, with what it costs', () => {
  const proposal = proposeDeadline(from(usual))
  expect(proposal).toMatchObject({ usualMinute: 378, mornings: 84 })
  expect(proposal?.expectedDelayMin).toBeGreaterThan(80)
  expect(proposal?.expectedDelayMin).toBeLessThan(140)
  expect(proposal?.expectedMissesPerYear).toBeLessThanOrEqual(2)
  expect(proposal?.deadline).toMatch(/^0[78]:\d[05]$/)
})

test('below seven mornings nothing is proposed', () => {
  expect(proposeDeadline(from(usual.slice(0, 6)))).toBeNull()
})

test('a few mornings of illness move the deadline little', () => {
  const ill = [...usual.slice(0, 81), 640, 700, 690]
  const [well, sick] = [proposeDeadline(from(usual)), proposeDeadline(from(ill))]
  expect(Math.abs((sick?.deadlineMinute ?? 0) - (well?.deadlineMinute ?? 0))).toBeLessThanOrEqual(15)
})

test('only the last mornings count: a habit that shifted is followed, and staff are told that it did', () => {
  const shifted = [...usual, ...usual.map((minute) => minute + 60)]
  const proposal = proposeDeadline(from(shifted))
  expect(proposal?.usualMinute).toBe(438)
  if (!proposal) throw new Error('there is a proposal')
  expect(hasShifted('08:00', proposal)).toBe(true)
  expect(hasShifted(proposal.deadline, proposal)).toBe(false)
})

test('no order in which mornings are told changes it, and an hour later everywhere is an hour later', () => {
  const history = fc.array(fc.integer({ min: 210, max: 600 }), { minLength: 7, maxLength: 120 })
  fc.assert(
    fc.property(history, fc.infiniteStream(fc.nat()), (minutes, keys) => {
      const mornings = from(minutes)
      const shuffled = mornings
        .map((morning) => ({ morning, key: keys.next().value ?? 0 }))
        .sort((a, b) => a.key - b.key)
        .map(({ morning }) => morning)
      expect(proposeDeadline(shuffled)).toEqual(proposeDeadline(mornings))
      const later = proposeDeadline(from(minutes.map((minute) => minute + 60)))
      expect(later?.deadlineMinute).toBe((proposeDeadline(mornings)?.deadlineMinute ?? 0) + 60)
    }),
    { numRuns: 50 },
  )
})

test('what is agreed costs by the same measure: tight hours many mornings a year, the proposed one as it says', () => {
  const proposal = proposeDeadline(from(usual))
  if (!proposal) throw new Error('84 mornings are enough')
  expect(missesAt('06:20', proposal)).toBeGreaterThan(150)
  expect(missesAt(proposal.deadline, proposal)).toBeCloseTo(proposal.expectedMissesPerYear, 0)
  expect(missesAt('12:00', proposal)).toBe(0)
})
