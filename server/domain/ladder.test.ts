import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stages, type IncidentKind, type Silence } from '#contract/primitives.ts'
import { limits } from '../limits.ts'
import { emergencyNumbers, ladderFor, whoIsNext, type Around, type LadderInput } from './ladder.ts'

const [wangHong, zhangWei, neighbour, zhaoMin, secondDesk, daughter] = [1, 2, 3, 4, 5, 6]
const around: Around = {
  steward: [wangHong],
  backup: [zhangWei],
  neighbour: [neighbour],
  family: [daughter],
  desk: [zhaoMin, secondDesk],
}
const nobodyAround: Around = { steward: [], backup: [], neighbour: [], family: [], desk: [] }
const missed: LadderInput = {
  kind: 'missed',
  stage: 'alarm',
  silence: 'missed',
}

/** Climbs as dispatch does, and says who was told at each step. */
function climb(input: Partial<LadderInput>, rounds: number, people: Around = around): number[][] {
  const ladder = ladderFor({ ...missed, ...input })
  const alreadyTold: number[] = []
  let step = 0
  return Array.from({ length: rounds }, () => {
    const next = whoIsNext({ ladder, step, around: people, alreadyTold })
    step = next.step + 1
    const told = next.tell.map(({ personId }) => personId)
    alreadyTold.push(...told)
    return told
  })
}

describe('safety 1', () => {
  test.each<[IncidentKind, LadderInput['stage']]>([
    ['co', 'warning'],
    ['co', 'critical'],
    ['gas', 'alarm'],
    ['sos', 'notice'],
    ['smoke', 'notice'],
  ])(
    'safety 1: %s at %s tells everybody together, and everybody again until somebody has it',
    (kind, stage) => {
      const everybody = [wangHong, zhangWei, neighbour, zhaoMin, secondDesk]
      expect(climb({ kind, stage, silence: null }, 3)).toEqual([everybody, everybody, everybody])
      const ladder = ladderFor({ ...missed, kind, stage, silence: null })
      expect(ladder).toMatchObject({ together: true, purpose: 'alarm', repeatMs: limits.hazardRepeatMs })
    },
  )

  test('a mild reading is shown to the desk, and nobody is sent', () => {
    for (const kind of ['co', 'gas'] as const) {
      expect(climb({ kind, stage: 'notice', silence: null }, 1)).toEqual([[zhaoMin, secondDesk]])
      expect(ladderFor({ ...missed, kind, stage: 'notice', silence: null }).purpose).toBe('inform')
    }
  })
})

describe('a missed check-in goes step by step', () => {
  test('steward, then backup, neighbour and family, then the desk, then the desk for ever', () => {
    const desk = [zhaoMin, secondDesk]
    expect(climb({}, 5)).toEqual([[wangHong], [zhangWei, neighbour, daughter], desk, desk, desk])
    const { steps, repeatMs } = ladderFor(missed)
    expect(steps.map(({ waitMs }) => waitMs)).toEqual(Array(3).fill(limits.acknowledgeDueMs))
    expect(repeatMs).toBe(limits.deskRepeatMs)
  })

  test('a step that holds nobody is skipped at once', () => {
    expect(climb({}, 2, { ...around, steward: [] })).toEqual([
      [zhangWei, neighbour, daughter],
      [zhaoMin, secondDesk],
    ])
    expect(climb({}, 1, { ...nobodyAround, desk: [zhaoMin] })).toEqual([[zhaoMin]])
  })

  test('somebody who was told already is not told as somebody else, and is not lost either', () => {
    const twoHats = { ...around, steward: [wangHong], desk: [wangHong] }
    expect(climb({}, 4, twoHats)).toEqual([
      [wangHong],
      [zhangWei, neighbour, daughter],
      [wangHong],
      [wangHong],
    ])
  })

  test('where there is nobody else, the family hears of it', () => {
    expect(climb({}, 3, { ...nobodyAround, family: [daughter] })).toEqual([
      [daughter],
      [daughter],
      [daughter],
    ])
    expect(climb({ kind: 'co' }, 1, { ...nobodyAround, family: [daughter] })).toEqual([[daughter]])
  })

  test('without a desk whoever there is hears of it again', () => {
    expect(climb({}, 3, { ...around, desk: [] })[2]).toEqual([wangHong, zhangWei, neighbour])
  })
})

test('a late riser is shown to the desk: nobody is sent', () => {
  expect(climb({ silence: 'late', stage: 'notice' }, 1)).toEqual([[zhaoMin, secondDesk]])
  expect(ladderFor({ ...missed, silence: 'late', stage: 'notice' }).purpose).toBe('inform')
})

test('trouble with a device is for the desk, and rings nobody', () => {
  const ladder = ladderFor({ ...missed, kind: 'device', stage: 'warning', silence: null })
  expect(ladder.purpose).toBe('inform')
  expect(ladder.steps).toHaveLength(1)
})

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 3 })
const anyAround = fc.record({ steward: ids, backup: ids, neighbour: ids, family: ids, desk: ids })
const anyIncident = fc.record({
  kind: fc.constantFrom<IncidentKind>('co', 'gas', 'smoke', 'sos', 'missed', 'device'),
  stage: fc.constantFrom(...stages),
  silence: fc.constantFrom<Silence | null>('late', 'blind', 'missed', null),
})

test('nobody starves: while there is any human being, every step tells somebody, each person once', () => {
  fc.assert(
    fc.property(anyIncident, anyAround, fc.integer({ min: 0, max: 9 }), ids, (input, people, step, told) => {
      const next = whoIsNext({ ladder: ladderFor(input), step, around: people, alreadyTold: told })
      const anybody = Object.values(people).some((group) => group.length > 0)
      expect(next.nobody).toBe(!anybody)
      expect(next.tell.length > 0).toBe(anybody)
      expect(new Set(next.tell.map(({ personId }) => personId)).size).toBe(next.tell.length)
      expect(next.step).toBeGreaterThanOrEqual(step)
      expect(next.waitMs).toBeGreaterThan(0)
      expect(Number.isFinite(next.waitMs)).toBe(true)
    }),
  )
})

test('every silence that needs a human reaches everybody around within a quarter of an hour of waiting', () => {
  fc.assert(
    fc.property(anyAround, (people) => {
      const told = new Set(climb({}, 5, people).flat())
      for (const group of [people.steward, people.backup, people.neighbour, people.family, people.desk]) {
        for (const person of group) expect(told).toContain(person)
      }
    }),
  )
})

describe('safety 4: the numbers that somebody has to dial', () => {
  test.each([
    ['co', 'warning', []],
    ['co', 'alarm', ['119', '120']],
    ['co', 'critical', ['119', '120']],
    ['gas', 'notice', []],
    ['gas', 'alarm', ['119', 'gas']],
    ['smoke', 'notice', ['119']],
    ['sos', 'alarm', ['120']],
    ['sos', 'warning', []],
    ['missed', 'alarm', []],
    ['device', 'warning', []],
  ] as const)('%s at %s: %j', (kind, stage, numbers) => {
    expect(emergencyNumbers({ kind, stage })).toEqual(numbers)
  })
})
