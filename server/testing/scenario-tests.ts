// Each scenario is a test. One database for the scenarios of a file; each has the world to itself.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scenario } from '../scenarios/language.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { playScenario } from './scenario-player.ts'

/** One takes a second; on a machine that others load, more. */
const timeoutMs = 60_000

export function playAll(scenarios: readonly Scenario[]): void {
  let database: TestDatabase
  let playing = Promise.resolve<void>(undefined)
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())
  for (const one of scenarios) {
    const numbers = one.safety.length > 0 ? `safety ${one.safety.join(', ')}: ` : ''
    test(`${numbers}${one.name}: ${one.en}`, { timeout: timeoutMs }, async ({ signal }) => {
      // one that ran out of time leaves the world before the next one enters it
      await playing
      const played = playScenario(database, one, signal)
      playing = played.then(
        () => undefined,
        () => undefined,
      )
      expect(await played).toEqual([])
    })
  }
}
