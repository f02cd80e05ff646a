import { expect, test } from 'vitest'
import { createSteadyClock } from './steady-clock.ts'

const hourMs = 3_600_000
const start = Date.parse('2026-11-23T06:00:00+08:00')

function machine() {
  const state = { wall: start, awake: 5 * hourMs, asleep: 0 }
  const clock = createSteadyClock({
    wall: () => state.wall,
    awake: () => state.awake,
    asleep: () => state.asleep,
  })
  const pass = (ms: number) => {
    state.wall += ms
    state.awake += ms
  }
  return { state, clock, pass }
}

test('a small correction is followed, and time stands still rather than go back', () => {
  const { state, clock, pass } = machine()
  pass(10_000)
  state.wall += 800
  expect(clock.now()).toBe(start + 10_800)
  state.wall -= 1500
  expect(clock.now()).toBe(start + 10_800)
  pass(2000)
  expect(clock.now()).toBe(start + 11_300)
  expect([clock.putForward(), clock.behindMs()]).toEqual([undefined, 0])
})

test('put back by three hours: time goes on at its own pace, and the machine is said to be behind', () => {
  const { state, clock, pass } = machine()
  pass(1000)
  clock.now()
  state.wall -= 3 * hourMs
  const seen = [clock.now()]
  for (let second = 0; second < 5; second += 1) {
    pass(1000)
    seen.push(clock.now())
  }
  expect(seen).toEqual([1, 2, 3, 4, 5, 6].map((second) => start + second * 1000))
  expect(clock.behindMs()).toBe(3 * hourMs)
  state.wall += 3 * hourMs
  expect(clock.now()).toBe(start + 6000)
  expect(clock.behindMs()).toBe(0)
  expect(clock.putForward()).toBeUndefined()
})

test('put forward by three hours: it is followed at once, and known for what it is', () => {
  const { state, clock, pass } = machine()
  pass(1000)
  clock.now()
  state.wall += 3 * hourMs
  pass(1000)
  expect(clock.now()).toBe(start + 2000 + 3 * hourMs)
  expect(clock.putForward()).toEqual({ fromAt: start + 2000, untilAt: start + 2000 + 3 * hourMs })
})

test('a night asleep is no change of the clock: the time really passed', () => {
  const { state, clock } = machine()
  clock.now()
  state.wall += 8 * hourMs
  state.asleep += 8 * hourMs
  expect(clock.now()).toBe(start + 8 * hourMs)
  expect(clock.putForward()).toBeUndefined()
})
