import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { openEmbedded } from '../db/embedded/open.ts'
import { livingSupervisor } from '../db/embedded/lock.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A PostgreSQL that is there already (TEST_DATABASE_URL, as its superuser); empty for our own. */
    testDatabaseUrl: string
    /** A TimescaleDB server (TEST_TIMESCALE_URL); empty for the one in WebAssembly. */
    testTimescaleUrl: string
    /** Where our own is, once the first test has asked for it. */
    testDataDir: string
    /** Write sql/schema.snapshot.txt in place of comparing with it (UPDATE_SNAPSHOT=1). */
    updateSnapshot: boolean
  }
}

const beginning = 'curtain-pact-test-'

/** Names the place of this run's PostgreSQL; starting it is left to the first test that needs one. */
export default function setup(project: TestProject): () => Promise<void> {
  removeAbandoned()
  const testDataDir = join(tmpdir(), `${beginning}${randomBytes(6).toString('hex')}`)
  project.provide('testDatabaseUrl', process.env['TEST_DATABASE_URL'] ?? '')
  project.provide('testTimescaleUrl', process.env['TEST_TIMESCALE_URL'] ?? '')
  project.provide('testDataDir', testDataDir)
  project.provide('updateSnapshot', process.env['UPDATE_SNAPSHOT'] === '1')
  return async () => {
    if (!existsSync(testDataDir)) return
    // The processes of the tests are gone: we are the last holder, and leaving stops it and removes everything.
    const log = { info: () => {}, warn: () => {}, error: () => {} }
    const last = await openEmbedded({ dataDir: testDataDir, holder: 'server', durability: 'disposable', log })
    await last.close()
  }
}

/** What a run left behind whose supervisor was killed too. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const dataDir = join(tmpdir(), name)
    if (!name.startsWith(beginning) || !existsSync(join(dataDir, 'supervisor.json'))) continue
    if (!livingSupervisor(dataDir)) rmSync(dataDir, { recursive: true, force: true })
  }
}
