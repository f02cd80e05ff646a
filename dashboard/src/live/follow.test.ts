import { expect, test } from 'vitest'
import { isBehind, take } from './follow.ts'

const at = { epoch: 2, seq: 10 }
const batch = (after: number, ...seqs: number[]) => ({
  communityId: 1,
  epoch: 2,
  after,
  events: seqs.map((seq) => ({ seq, kind: 'home' as const, id: seq })),
})

test('events that follow ours are taken and move the cursor', () => {
  const taken = take(at, batch(10, 11, 12))
  expect(taken).toMatchObject({ how: 'new', cursor: { epoch: 2, seq: 12 } })
})

test('what a replay repeats is dropped, what it adds is taken', () => {
  const taken = take(at, batch(8, 9, 10, 11))
  expect(taken).toMatchObject({ how: 'new', events: [{ seq: 11 }] })
  expect(take(at, batch(8, 9, 10))).toEqual({ how: 'old' })
})

test('a hole before the batch is a gap, and so is another epoch', () => {
  expect(take(at, batch(12, 13))).toEqual({ how: 'gap' })
  expect(take(at, { ...batch(10, 11), epoch: 3 })).toEqual({ how: 'gap' })
})

test('a heartbeat ahead of us finds a lost last event', () => {
  expect(isBehind(at, { epoch: 2, seq: 10 })).toBe(false)
  expect(isBehind(at, { epoch: 2, seq: 11 })).toBe(true)
  expect(isBehind(at, { epoch: 3, seq: 1 })).toBe(true)
})
