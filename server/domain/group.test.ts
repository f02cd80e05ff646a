import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stages, type IncidentKind } from '#contract/primitives.ts'
import { limits } from '../limits.ts'
import { byNeed, groupByCause, groupLadder, isFoldable, type Candidate, type Ranked } from './group.ts'
import { whoIsNext } from './ladder.ts'

const row = (incidentId: number, causes: string[], more: Partial<Candidate> = {}): Candidate => ({
  incidentId,
  homeId: incidentId,
  causes,
  openedAt: 0,
  groupId: null,
  ...more,
})
const homes = new Map([
  ['building:3', 3],
  ['building:5', 90],
  ['gateway:7', 2],
  ['carrier:移动', 6],
])
const among = (candidates: Candidate[], groups: Parameters<typeof groupByCause>[0]['groups'] = []) =>
  groupByCause({ candidates, groups, homes })

describe('one cause', () => {
  test('is seen where a good part of a building goes silent together', () => {
    expect(among([row(1, ['building:3']), row(2, ['building:3'])])).toEqual([
      { cause: 'building:3', groupId: null, incidentIds: [1, 2] },
    ])
  })

  test('is not seen in one home, however much of it is silent, nor in two doors of a tower', () => {
    expect(among([row(1, ['building:3']), row(2, ['building:3'], { homeId: 1 })])).toEqual([])
    expect(among([row(1, ['building:5']), row(2, ['building:5'])])).toEqual([])
  })

  test('is not seen in what fell silent at other times', () => {
    const late = { openedAt: limits.groupWindowMs + 1 }
    expect(among([row(1, ['building:3']), row(2, ['building:3'], late)])).toEqual([])
  })

  test('is the one that explains most homes; of equals the narrowest', () => {
    const three = [row(1, ['building:3', 'carrier:移动']), row(2, ['building:3', 'carrier:移动'])]
    expect(among([...three, row(3, ['building:5', 'carrier:移动'])])).toEqual([
      { cause: 'carrier:移动', groupId: null, incidentIds: [1, 2, 3] },
    ])
    const both = [row(1, ['gateway:7', 'building:3']), row(2, ['gateway:7', 'building:3'])]
    expect(among(both).map(({ cause }) => cause)).toEqual(['gateway:7'])
  })

  test('that is known takes a single newcomer in, and leaves its rows where they are', () => {
    const open = [{ id: 9, cause: 'building:3', openedAt: 0 }]
    const known = row(1, ['building:3'], { groupId: 9 })
    expect(among([known, row(2, ['building:3'], { openedAt: 3_600_000 })], open)).toEqual([
      { cause: 'building:3', groupId: 9, incidentIds: [2] },
    ])
    expect(among([known], open)).toEqual([])
  })

  test('that turns out to be wider takes over the rows of a narrower one', () => {
    const open = [{ id: 9, cause: 'building:3', openedAt: 0 }]
    const known = [1, 2].map((id) => row(id, ['building:3', 'carrier:移动'], { groupId: 9 }))
    expect(among([...known, row(3, ['building:5', 'carrier:移动'])], open)).toEqual([
      { cause: 'carrier:移动', groupId: null, incidentIds: [1, 2, 3] },
    ])
  })
})

const candidates = fc.uniqueArray(
  fc.record({
    incidentId: fc.integer({ min: 1, max: 40 }),
    homeId: fc.integer({ min: 1, max: 12 }),
    causes: fc.uniqueArray(fc.constantFrom(...homes.keys(), 'ownOutage'), { minLength: 1 }),
    openedAt: fc.integer({ min: 0, max: 3 * limits.groupWindowMs }),
    groupId: fc.constantFrom(null, null, 8, 9),
  }),
  { selector: ({ incidentId }) => incidentId },
)
const groups = [
  { id: 8, cause: 'carrier:移动', openedAt: 0 },
  { id: 9, cause: 'building:3', openedAt: limits.groupWindowMs },
]

test('nobody is put on two cards, invented, or taken off one without another; no card is opened for one home', () => {
  fc.assert(
    fc.property(candidates, (all) => {
      const groupings = groupByCause({ candidates: all, groups, homes })
      const placed = groupings.flatMap(({ incidentIds }) => incidentIds)
      expect(new Set(placed).size).toBe(placed.length)
      for (const { cause, groupId, incidentIds } of groupings) {
        const rows = all.filter(({ incidentId }) => incidentIds.includes(incidentId))
        expect(rows).toHaveLength(incidentIds.length)
        expect(rows.every(({ causes }) => causes.includes(cause))).toBe(true)
        if (groupId === null) {
          expect(new Set(rows.map(({ homeId }) => homeId)).size).toBeGreaterThan(1)
        }
      }
    }),
  )
})

test('no order in which things are found changes who stands together', () => {
  const shuffled = candidates.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
  )
  fc.assert(
    fc.property(shuffled, ([all, other]) => {
      expect(groupByCause({ candidates: other, groups, homes })).toEqual(
        groupByCause({ candidates: all, groups, homes }),
      )
    }),
  )
})

test('safety 1, 11: no danger, no truly missed person and nothing torn off in mid-alarm is ever a row', () => {
  const kinds: IncidentKind[] = ['co', 'gas', 'smoke', 'sos', 'missed', 'device']
  const evidences = [
    { silence: 'blind' },
    { silence: 'missed' },
    { trouble: 'silent' },
    { trouble: 'tamper' },
  ] as const
  for (const kind of kinds)
    for (const stage of stages)
      for (const evidence of evidences) {
        const isQuiet = stage === 'notice' || stage === 'warning'
        const isRow =
          (kind === 'device' && 'trouble' in evidence && evidence.trouble === 'silent') ||
          (kind === 'missed' && 'silence' in evidence && evidence.silence === 'blind')
        expect(isFoldable({ kind, stage, evidence })).toBe(isQuiet && isRow)
      }
})

test('the list asks first for who is open, at risk, unseen, longest without a sign, alone', () => {
  const one = (incidentId: number, more: Partial<Ranked> = {}): Ranked => ({
    incidentId,
    state: 'open',
    tier: 'general',
    blind: true,
    alone: false,
    deaf: false,
    lastSignAt: 1000,
    ...more,
  })
  const list = [
    one(1, { state: 'closed', tier: 'high' }),
    one(2),
    one(3, { alone: true }),
    one(4, { lastSignAt: 500 }),
    one(5, { lastSignAt: null }),
    one(6, { tier: 'key', blind: false }),
    one(7, { tier: 'high', lastSignAt: 9000 }),
  ]
  expect(byNeed(list).map(({ incidentId }) => incidentId)).toEqual([7, 6, 5, 4, 3, 2, 1])
  fc.assert(
    fc.property(fc.shuffledSubarray(list, { minLength: list.length }), (any) => {
      expect(byNeed(any)).toEqual(byNeed(list))
    }),
  )
})

test('safety 8: a list rings at the desk until it is taken; an outage is told once, and again the next day', () => {
  const around = { steward: [1], backup: [2], neighbour: [], family: [], desk: [3] }
  const list = groupLadder('missed')
  const first = whoIsNext({ ladder: list, step: 0, around, alreadyTold: [] })
  expect([first.tell, list.purpose]).toEqual([[{ personId: 3, role: 'desk' }], 'alarm'])
  const again = whoIsNext({ ladder: list, step: first.step + 1, around, alreadyTold: [3] })
  expect([again.tell.map(({ personId }) => personId), again.waitMs]).toEqual([[3], limits.deskRepeatMs])
  expect(groupLadder('device')).toMatchObject({ purpose: 'inform', repeatMs: 24 * 3_600_000 })
})
