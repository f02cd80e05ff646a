import { expect, test } from 'vitest'
import type { GroupCard } from '#contract/group.ts'
import { aCard } from '../board/a-card.ts'
import { boardCards, groupsInOrder, isAboveGroups } from '../board/board-order.ts'

const group = (what: Partial<GroupCard>): GroupCard => ({
  id: 9,
  communityId: 1,
  kind: 'missed',
  stage: 'warning',
  state: 'open',
  origin: 'live',
  cause: 'ownOutage',
  evidence: {},
  openedAt: 0,
  acknowledgedAt: null,
  acknowledgedBy: null,
  dueAt: null,
  dueKind: null,
  closedAt: null,
  rows: [],
  version: 1,
  ...what,
})

test('a row stands on the card of its group, and a hazard of the same home on its own', () => {
  const groups = new Map([[9, group({})]])
  const cards = [
    aCard({ id: 1, homeId: 1, foldedInto: 9 }),
    aCard({ id: 2, homeId: 1, kind: 'sos', stage: 'alarm' }),
    aCard({ id: 3, homeId: 2, foldedInto: 9 }),
  ]
  expect(boardCards(cards, groups).map(({ lead, others }) => [lead.id, others.length])).toEqual([[2, 0]])
})

test('a row whose group is not known here is a card of its own: nobody is hidden by what has not arrived', () => {
  expect(boardCards([aCard({ foldedInto: 9 })], new Map())).toHaveLength(1)
})

test('safety 12: a silence on the card of a danger in the same home stays below it', () => {
  const [card] = boardCards([aCard({ id: 1, foldedInto: 2 }), aCard({ id: 2, kind: 'co', stage: 'alarm' })])
  expect([card?.lead.kind, card?.others.map(({ id }) => id)]).toEqual(['co', [1]])
})

test('dangers and people who are truly missed stand above every list; lists of people above equipment', () => {
  const above = (what: Parameters<typeof aCard>[0]) => boardCards([aCard(what)]).every(isAboveGroups)
  expect(above({ kind: 'gas', stage: 'notice' })).toBe(true)
  expect(above({ evidence: { silence: 'missed' } })).toBe(true)
  expect(above({ evidence: { silence: 'blind' } })).toBe(false)
  expect(above({ kind: 'device' })).toBe(false)
  const inOrder = groupsInOrder([
    group({ id: 1, kind: 'device' }),
    group({ id: 2, origin: 'drill' }),
    group({ id: 3 }),
  ])
  expect(inOrder.map(({ id }) => id)).toEqual([3, 1, 2])
})
