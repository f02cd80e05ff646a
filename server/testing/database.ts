import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { openEmbedded } from '../db/embedded/open.ts'
import { cloneTemplate, type TestDatabase } from './template.ts'

export type { TestDatabase } from './template.ts'

/** The migrations of the project. */
export const migrations = fileURLToPath(new URL('../../sql', import.meta.url))

/**
 * A real, migrated, empty database for one test file. The first one of a run starts PostgreSQL; it goes when the
 * run ends, even when that is killed. @param directory other migrations than those of the project
 */
export async function createTestDatabase(directory = migrations): Promise<TestDatabase> {
  return cloneTemplate(await server(), directory)
}

/** A database with nothing in it, for tests that are not about our tables. */
export async function createEmptyDatabase(): Promise<TestDatabase> {
  return cloneTemplate(await server())
}

let found: Promise<string> | undefined

function server(): Promise<string> {
  const given = inject('testDatabaseUrl')
  found ??= given ? Promise.resolve(given) : embedded(inject('testDataDir'))
  return found
}

/** The lease ends with the process of the test file. */
async function embedded(dataDir: string): Promise<string> {
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const { url } = await openEmbedded({ dataDir, holder: 'server', durability: 'disposable', log })
  return url
}
