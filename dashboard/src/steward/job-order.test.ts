import { expect, test } from 'vitest'
import type { Job } from '#contract/incident.ts'
import type { AssignmentState } from '#contract/acts.ts'
import type { IncidentKind, Origin, Stage } from '#contract/primitives.ts'
import { aCard, anAssignment } from '../board/a-card.ts'
import { airLook } from './air-look.ts'
import { isDangerousDoor, isUnanswered, jobInFront, jobsBehind, mustBeSilent } from './job-order.ts'
import { doorParts } from './job-text.ts'

type Given = {
  id: number
  kind: IncidentKind
  stage?: Stage
  state?: AssignmentState
  openedAt?: number
  origin?: Origin
}

const aJob = ({
  id,
  kind,
  stage = 'alarm',
  state = 'told',
  openedAt = 1000,
  origin = 'live',
}: Given): Job => ({
  incident: aCard({ id, homeId: id, kind, stage, openedAt, origin }),
  assignment: anAssignment({ id, incidentId: id, state }),
  paired: [],
  homePlan: { outsideValve: null, access: null, fuel: null, authorityToEnter: false },
  facts: [],
})
const ids = (jobs: readonly Job[]) => jobs.map(({ incident }) => incident.id)

test('a second job, however bad, never takes the place of the one under the thumb', () => {
  const [silent, co] = [aJob({ id: 1, kind: 'missed', state: 'enRoute' }), aJob({ id: 2, kind: 'co' })]
  expect(jobInFront([co, silent], 1)?.incident.id).toBe(1)
  expect(ids(jobsBehind([co, silent], silent))).toEqual([2])
})

test('when the job in front is over, the worst of the others comes forward', () => {
  const jobs = [
    aJob({ id: 3, kind: 'missed' }),
    aJob({ id: 4, kind: 'sos' }),
    aJob({ id: 5, kind: 'co', stage: 'warning' }),
    aJob({ id: 6, kind: 'co', stage: 'critical' }),
  ]
  expect(jobInFront(jobs, 99)?.incident.id).toBe(6)
  expect(ids(jobsBehind(jobs, jobs[3]))).toEqual([4, 3, 5])
  expect(jobInFront([], 1)).toBeUndefined()
})

test('safety 17: a demo or drill stands behind the real thing, however bad it plays', () => {
  const [real, played] = [
    aJob({ id: 1, kind: 'missed' }),
    aJob({ id: 2, kind: 'co', stage: 'critical', origin: 'demo' }),
  ]
  expect(jobInFront([played, real], undefined)?.incident.id).toBe(1)
})

test('of two alike, who waits longer is first', () => {
  const jobs = [aJob({ id: 1, kind: 'missed', openedAt: 20 }), aJob({ id: 2, kind: 'missed', openedAt: 10 })]
  expect(jobInFront(jobs, undefined)?.incident.id).toBe(2)
})

test('safety 3: what a worse reading un-acknowledged rings again', () => {
  expect(isUnanswered(aJob({ id: 1, kind: 'co', state: 'acknowledged' }))).toBe(false)
  expect(isUnanswered(aJob({ id: 1, kind: 'co', state: 'told' }))).toBe(true)
})

test('safety 14: from 到场 at gas the page is silent, for every other job too; before it is not', () => {
  const other = aJob({ id: 2, kind: 'co' })
  expect(mustBeSilent([aJob({ id: 1, kind: 'gas', state: 'enRoute' }), other])).toBe(false)
  expect(mustBeSilent([aJob({ id: 1, kind: 'gas', state: 'onScene' }), other])).toBe(true)
  expect(mustBeSilent([aJob({ id: 1, kind: 'co', state: 'onScene' })])).toBe(false)
})

test('safety 13: the warnings come first from CO alarm on, and always for gas and smoke', () => {
  expect(isDangerousDoor(aJob({ id: 1, kind: 'co', stage: 'warning' }))).toBe(false)
  expect(isDangerousDoor(aJob({ id: 1, kind: 'co', stage: 'alarm' }))).toBe(true)
  expect(isDangerousDoor(aJob({ id: 1, kind: 'co', stage: 'critical' }))).toBe(true)
  expect(isDangerousDoor(aJob({ id: 1, kind: 'gas', stage: 'notice' }))).toBe(true)
  expect(isDangerousDoor(aJob({ id: 1, kind: 'missed' }))).toBe(false)
})

test('safety 13: air that was never heard is unknown, an old reading is never green, a bad one stays bad', () => {
  expect(airLook('co', null)).toBe('unknown')
  expect(airLook('co', { value: 0, at: 1, stale: true })).toBe('stale')
  expect(airLook('co', { value: 0, at: 1, stale: false })).toBe('well')
  expect(airLook('co', { value: 35, at: 1, stale: true })).toBe('critical')
  expect(airLook('gas', { value: 4, at: 1, stale: false })).toBe('late')
  expect(airLook('gas', { value: 5, at: 1, stale: false })).toBe('critical')
})

test('a door is read as building, unit and room; any other name stays whole', () => {
  expect(doorParts('3-2-501')).toEqual(['3', '2', '501'])
  expect(doorParts('村东 张家')).toBeUndefined()
})
