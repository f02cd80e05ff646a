import { expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { createBulkBrake } from './bulk-brake.ts'

function braking() {
  const clock = createFakeClock(0)
  const state = { isFull: true }
  const brake = createBulkBrake({ isOn: () => state.isFull, clock, holdMs: 4000 })
  const stored: string[] = []
  const say = (serial: string, what: string) =>
    brake.pass(
      { serial, isBulk: what.startsWith('reading') },
      async () => void stored.push(`${serial} ${what}`),
    )
  return { clock, state, brake, stored, say }
}

test('readings wait their moment, and then are stored in their order', async () => {
  const { clock, stored, say } = braking()
  const waiting = [say('a', 'reading 1'), say('a', 'reading 2')]
  await clock.advance(3999)
  expect(stored).toEqual([])
  await clock.advance(1)
  await Promise.all(waiting)
  expect(stored).toEqual(['a reading 1', 'a reading 2'])
})

test('a check-in or a danger never waits, and takes what its device said before with it', async () => {
  const { stored, say } = braking()
  const waiting = [say('a', 'reading 1'), say('b', 'reading 1'), say('a', 'alarm'), say('c', 'checkin')]
  expect(stored).toEqual(['a reading 1', 'a alarm', 'c checkin'])
  await Promise.all([waiting[0], waiting[2], waiting[3]])
})

test('with room again nothing is held, and what was held goes first', async () => {
  const { state, stored, say, brake } = braking()
  void say('a', 'reading 1')
  void say('b', 'reading 1')
  state.isFull = false
  await say('a', 'reading 2')
  expect(stored).toEqual(['a reading 1', 'a reading 2'])
  brake.release()
  expect(stored).toContain('b reading 1')
})

test('what cannot be stored after its moment is not acknowledged either', async () => {
  const { clock, brake } = braking()
  const refused = brake.pass({ serial: 'a', isBulk: true }, () => Promise.reject(new Error('no room')))
  const seen = expect(refused).rejects.toThrow('no room')
  await clock.advance(4000)
  await seen
})
