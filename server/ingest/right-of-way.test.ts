import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRightOfWay } from './right-of-way.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** Notes when who stepped aside goes on. */
function watched(way: ReturnType<typeof createRightOfWay>) {
  const state = { goesOn: false }
  const aside = (async () => {
    await way.stepAside()
    state.goesOn = true
  })()
  return { state, aside }
}

test('where no danger is on its way nobody waits', () => {
  expect(createRightOfWay().stepAside()).toBeUndefined()
})

test('readings go on when the last of the dangers has passed, also when it failed', async () => {
  const way = createRightOfWay()
  let store = () => {}
  let fail = (_error: Error) => {}
  const first = way.first(new Promise<void>((resolve) => (store = resolve)))
  const second = way.first(new Promise<void>((_, reject) => (fail = reject)))
  const { state, aside } = watched(way)

  store()
  await first
  await vi.advanceTimersByTimeAsync(0)
  expect(state.goesOn).toBe(false)
  fail(new Error('the database is away'))
  await expect(second).rejects.toThrow('away')
  await aside
  expect(way.stepAside()).toBeUndefined()
})

test('an alarm without end starves no reading', async () => {
  const way = createRightOfWay()
  void way.first(new Promise(() => {}))
  const { state } = watched(way)
  await vi.advanceTimersByTimeAsync(49)
  expect(state.goesOn).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(state.goesOn).toBe(true)
})
