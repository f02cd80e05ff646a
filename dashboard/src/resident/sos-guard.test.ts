import { expect, test } from 'vitest'
import { askMs, atRest, guardNext, heldShare, holdMs, type Guard, type GuardEvent } from './sos-guard.ts'

const play = (steps: readonly [GuardEvent, number][], from: Guard = atRest): Guard =>
  steps.reduce((guard, [event, at]) => guardNext(guard, event, at), from)

test('safety 16: holding the button for 1.2 s calls for help', () => {
  expect(
    play([
      ['down', 0],
      ['tick', 600],
    ]).step,
  ).toBe('held')
  expect(
    play([
      ['down', 0],
      ['tick', holdMs],
    ]).step,
  ).toBe('sent')
  expect(
    play([
      ['down', 0],
      ['up', holdMs + 30],
    ]).step,
  ).toBe('sent')
})

test('safety 16: a slip calls nobody, it only asks', () => {
  const asking = play([
    ['down', 0],
    ['up', 80],
    ['tick', 400],
  ])
  expect(asking.step).toBe('asking')
  expect(play([['no', 900]], asking).step).toBe('rest')
  expect(play([['tick', askMs + 100]], asking).step).toBe('rest')
})

test('safety 16: a second press on the huge yes calls, up to ten seconds later', () => {
  const asking = play([
    ['down', 0],
    ['up', 80],
    ['tick', 400],
  ])
  expect(
    play(
      [
        ['tick', 9000],
        ['yes', 9500],
      ],
      asking,
    ).step,
  ).toBe('sent')
})

test('a trembling finger that lifts for a moment still holds', () => {
  const held = play([
    ['down', 0],
    ['up', 400],
    ['down', 550],
    ['up', 800],
    ['down', 950],
    ['tick', holdMs],
  ])
  expect(held.step).toBe('sent')
})

test('a press that comes back too late asks: it is never lost without a word', () => {
  expect(
    play([
      ['down', 0],
      ['up', 200],
      ['down', 900],
    ]).step,
  ).toBe('asking')
})

test('every further press after one that was sent works again (safety 3)', () => {
  expect(
    play(
      [
        ['down', 5000],
        ['tick', 5000 + holdMs],
      ],
      { step: 'sent' },
    ).step,
  ).toBe('sent')
  expect(play([['down', 5000]], { step: 'sent' }).step).toBe('held')
})

test('the ring fills while the button is held and is empty at rest', () => {
  expect(heldShare(play([['down', 0]]), holdMs / 2)).toBe(0.5)
  expect(heldShare(atRest, 999)).toBe(0)
})
