import { expect, test } from 'vitest'
import { createSignInThrottle } from './sign-in-throttle.ts'

test('so many wrong tries, then none until the window is over', () => {
  const throttle = createSignInThrottle({ signInTriesMax: 2, signInWindowMs: 1000 })
  expect([throttle.take('a', 0), throttle.take('a', 1), throttle.take('a', 999)]).toEqual([true, true, false])
  expect(throttle.take('b', 999)).toBe(true)
  expect(throttle.take('a', 1000)).toBe(true)
})

test('a right password gives its try back', () => {
  const throttle = createSignInThrottle({ signInTriesMax: 1, signInWindowMs: 1000 })
  for (let n = 0; n < 5; n += 1) {
    expect(throttle.take('a', n)).toBe(true)
    throttle.giveBack('a')
  }
})

test('it remembers a bounded number of logins and addresses, the latest', () => {
  const throttle = createSignInThrottle({ signInTriesMax: 1, signInWindowMs: 1000, keysMax: 3 })
  for (const key of ['a', 'b', 'c', 'd']) throttle.take(key, 0)
  expect(throttle.take('d', 1)).toBe(false)
  expect(throttle.take('a', 1)).toBe(true)
})
