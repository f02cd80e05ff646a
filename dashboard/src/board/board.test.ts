import { expect, test } from 'vitest'
import { aCard, anAssignment } from './a-card.ts'
import { boardCards } from './board-order.ts'
import { actsOf, shownActs } from './card-acts.ts'
import { stepsOf } from './steps.ts'

const order = (...cards: ReturnType<typeof aCard>[]) => boardCards(cards).map(({ lead }) => lead.id)

test('safety 12: a missed check-in and a bad reading in one home are one card, air first', () => {
  const missed = aCard({ id: 1, homeId: 5, stage: 'alarm' })
  const air = aCard({ id: 2, homeId: 5, kind: 'co', stage: 'warning', openedAt: 9000 })
  const cards = boardCards([missed, air])
  expect(cards).toHaveLength(1)
  expect(cards[0]?.lead.id).toBe(2)
  expect(cards[0]?.others.map(({ id }) => id)).toEqual([1])
})

test('safety 17: the real thing stands before a demo and a drill, however loud those are', () => {
  const demo = aCard({ id: 1, homeId: 1, kind: 'co', stage: 'critical', origin: 'demo' })
  const real = aCard({ id: 2, homeId: 2, kind: 'device', stage: 'notice' })
  expect(order(demo, real)).toEqual([2, 1])
})

test('the worst stage comes first, then air, then what nobody has answered, then what waits longest', () => {
  const late = aCard({ id: 1, homeId: 1, stage: 'notice' })
  const sos = aCard({ id: 2, homeId: 2, kind: 'sos', stage: 'alarm' })
  const gas = aCard({ id: 3, homeId: 3, kind: 'gas', stage: 'alarm' })
  const known = aCard({ id: 4, homeId: 4, stage: 'warning', openedAt: 1, acknowledgedAt: 5 })
  const unknown = aCard({ id: 5, homeId: 5, stage: 'warning', openedAt: 3 })
  expect(order(late, sos, gas, known, unknown)).toEqual([3, 2, 5, 4, 1])
})

test('what awaits a check-back stands below all that is open, and what is closed is gone', () => {
  const handled = aCard({ id: 1, homeId: 1, kind: 'co', stage: 'critical', state: 'handled' })
  const open = aCard({ id: 2, homeId: 2, stage: 'notice' })
  expect(order(handled, open, aCard({ id: 3, homeId: 3, state: 'closed' }))).toEqual([2, 1])
})

test('nobody is grouped away: every incident has a place on some card', () => {
  const cards = Array.from({ length: 40 }, (_, index) => aCard({ id: index + 1, homeId: (index % 7) + 1 }))
  const rows = boardCards(cards).flatMap(({ lead, others }) => [lead, ...others])
  expect(new Set(rows.map(({ id }) => id)).size).toBe(40)
})

test('the current step counts down to what is due, and says when it is over', () => {
  const card = aCard({ assignments: [anAssignment()], dueAt: 5000, dueKind: 'acknowledge' })
  expect(stepsOf(card, 4000).map(({ status }) => status)).toEqual(['done', 'now', 'ahead', 'ahead', 'ahead'])
  expect(stepsOf(card, 5000)[1]).toMatchObject({ status: 'overdue', dueAt: 5000 })
})

test('safety 3: a worse reading takes the acknowledgement back, and the step is current again', () => {
  const before = aCard({
    acknowledgedAt: 2000,
    assignments: [anAssignment({ state: 'enRoute', acknowledgedAt: 2000 })],
  })
  const after = aCard({
    acknowledgedAt: null,
    assignments: [anAssignment({ state: 'told', acknowledgedAt: 2000 })],
  })
  expect(stepsOf(before, 3000).map(({ status }) => status)).toEqual(['done', 'done', 'done', 'now', 'ahead'])
  expect(stepsOf(after, 3000)[1]?.status).toBe('now')
})

test('somebody who cannot go, or was taken off, is not counted as told', () => {
  const gone = [anAssignment({ state: 'declined' }), anAssignment({ id: 2, state: 'withdrawn' })]
  expect(stepsOf(aCard({ assignments: gone }), 0)[0]?.status).toBe('now')
})

test('safety 4: an emergency number that nobody has dialled is the first act', () => {
  const call = {
    id: 1,
    number: '119' as const,
    personId: 1,
    personName: '赵敏',
    dueAt: 9,
    doneAt: null,
    answer: null,
  }
  const card = aCard({ kind: 'co', stage: 'alarm', calls: [call], assignments: [anAssignment()] })
  expect(shownActs(card)).toEqual(['dial', 'call', 'assign'])
  expect(shownActs({ ...card, calls: [{ ...call, doneAt: 8 }] })[0]).toBe('acknowledgeFor')
})

test('at most three acts stand on a card and every other allowed one stays within reach', () => {
  const card = aCard({ assignments: [anAssignment()] })
  expect(shownActs(card)).toHaveLength(3)
  expect(actsOf(card)).toEqual(
    expect.arrayContaining(['acknowledgeFor', 'assign', 'call', 'proxy', 'note', 'close']),
  )
})

test('after the door nobody closes twice: what is handled waits for its check-back', () => {
  const acts = actsOf(aCard({ state: 'handled', handledById: 2 }))
  expect(acts[0]).toBe('checkBack')
  expect(acts).not.toContain('close')
})
