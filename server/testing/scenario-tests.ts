// Each scenario is a test. One database for the scenarios of a file; each has the world to itself.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Scenario } from '../scenarios/language.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { playScenario } from './scenario-player.ts'

export function playAll(scenarios: readonly Scenario[]): void {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database.drop())
  for (const one of scenarios) {
    const numbers = one.safety.length > 0 ? `safety ${one.safety.join(', ')}: ` : ''
    test(`${numbers}${one.name}: ${one.en}`, async () => {
      expect(await playScenario(database, one)).toEqual([])
    })
  }
}
