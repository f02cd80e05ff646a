import { expect, test } from 'vitest'
import { keptPresses, type Press } from './kept-presses.ts'

const hourMs = 3_600_000
function memory(text: string | null = null) {
  let kept = text
  return { read: () => kept, write: (next: string) => void (kept = next) }
}
const today = '2026-11-22'
const greeting = (id: string, at: number, on = today): Press => ({ id, what: 'checkIn', at, on })
const sos = (id: string, at: number): Press => ({ id, what: 'sos', at, on: today })

test('a press that could not be sent outlives a reload, with its own id', () => {
  const keeping = memory()
  keptPresses(keeping).add(greeting('a', 1))
  expect(keptPresses(keeping).due(2, today)).toEqual([greeting('a', 1)])
})

test('what the server took is forgotten, the rest is kept', () => {
  const kept = keptPresses(memory())
  kept.add(greeting('a', 1))
  kept.add(sos('b', 2))
  kept.done('a')
  expect(kept.all()).toEqual([sos('b', 2)])
})

test('a call for help goes before a greeting', () => {
  const kept = keptPresses(memory())
  kept.add(greeting('a', 1))
  kept.add(sos('b', 2))
  expect(kept.due(3, today).map(({ id }) => id)).toEqual(['b', 'a'])
})

test('safety 9: an old greeting is let go, an old call for help still rings', () => {
  const kept = keptPresses(memory())
  kept.add(greeting('a', 0))
  kept.add(sos('b', 0))
  expect(kept.due(7 * hourMs, today).map(({ id }) => id)).toEqual(['b'])
})

test('safety 9: a greeting pressed before midnight never greets for the next morning', () => {
  const kept = keptPresses(memory())
  kept.add(greeting('a', 0))
  expect(kept.due(2 * hourMs, '2026-11-23')).toEqual([])
  expect(kept.all()).toEqual([])
})

test('twenty presses in an outage are the bound, and no call for help is dropped for it', () => {
  const kept = keptPresses(memory())
  kept.add(sos('help', 0))
  for (let index = 1; index <= 40; index += 1) kept.add(greeting(String(index), index))
  expect(kept.all()).toHaveLength(21)
  expect(kept.due(50, today)[0]?.id).toBe('help')
})

test('what was written by something else is no press', () => {
  expect(keptPresses(memory('{"x":1}')).all()).toEqual([])
  expect(keptPresses(memory('not json')).all()).toEqual([])
  expect(keptPresses(memory('[{"id":1},null]')).all()).toEqual([])
})
