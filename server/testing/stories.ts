// Acceptance stories: seed, act at instants, say what people received. Whatever else rings fails the story.
import { afterAll, afterEach, beforeAll } from 'vitest'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createTestService, type TestService } from './service.ts'

/**
 * One database for the stories of a file. Each begins with `begin('07:00')`: the cast, asleep, on a Monday. At its
 * end nothing may have rung, and no fault have been logged, that the story did not take out itself.
 */
export function stories(): (startsAt?: string) => Promise<TestService> {
  let database: TestDatabase
  let current: TestService | undefined

  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterEach(async () => {
    const ended = current
    current = undefined
    if (!ended) return
    const unexpected = { rang: ended.heard(), logged: ended.logged() }
    await ended.end()
    if (unexpected.rang.length > 0 || unexpected.logged.length > 0)
      throw new Error(`nobody expected this: ${JSON.stringify(unexpected)}`)
  })
  afterAll(() => database.drop())

  return async (startsAt) => {
    current = await createTestService(database, startsAt)
    return current
  }
}
