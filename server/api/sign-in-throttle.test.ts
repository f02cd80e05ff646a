import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { sql } from '#db/sql.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { createSignInThrottle, type ThrottleBounds } from './sign-in-throttle.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
beforeEach(() => database.db.run(sql`delete from sign_in_try`))
afterAll(() => database.drop())

const throttleOf = (bounds: ThrottleBounds, what = 'login') => createSignInThrottle(database.db, what, bounds)

test('so many wrong tries, then none until the window is over', async () => {
  const throttle = throttleOf({ signInTriesMax: 2, signInWindowMs: 1000 })
  const taken = [await throttle.take('a', 0), await throttle.take('a', 1), await throttle.take('a', 999)]
  expect(taken).toEqual([true, true, false])
  expect(await throttle.take('b', 999)).toBe(true)
  expect(await throttle.take('a', 1000)).toBe(true)
})

test('a right password gives its try back', async () => {
  const throttle = throttleOf({ signInTriesMax: 1, signInWindowMs: 1000 })
  for (let n = 0; n < 5; n += 1) {
    expect(await throttle.take('a', n)).toBe(true)
    await throttle.giveBack('a')
  }
})

test('it remembers a bounded number of logins and addresses, the latest', async () => {
  const throttle = throttleOf({ signInTriesMax: 1, signInWindowMs: 1000, keysMax: 3 })
  for (const [nth, key] of ['a', 'b', 'c', 'd'].entries()) await throttle.take(key, nth)
  expect(await throttle.take('d', 4)).toBe(false)
  expect(await throttle.take('a', 4)).toBe(true)
})

test('who guesses at two servers in turn has no more tries than at one, not even all at once', async () => {
  const bounds = { signInTriesMax: 4, signInWindowMs: 1000 }
  const [one, other] = [throttleOf(bounds), throttleOf(bounds)]
  const tries = await Promise.all(
    [one, other, one, other, one, other, one, other].map((server) => server.take('a', 5)),
  )
  expect(tries.filter(Boolean)).toHaveLength(4)
  expect(await throttleOf(bounds, 'address').take('a', 5)).toBe(true)
})
