// The embedded PostgreSQL as it ships, durable, in a directory of its own that goes with the benchmark.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { openEmbedded } from '../../server/db/embedded/open.ts'
import { placeOf } from '../../server/db/embedded/place.ts'
import { migrate } from '../../server/db/migrate.ts'
import { undoLater } from './undo.ts'
import { usageOfFamily, type Usage } from './usage.ts'

const migrations = fileURLToPath(new URL('../../sql', import.meta.url))

export type BenchDatabase = {
  /** Where the product finds it: its DATA_DIR. */
  dataDir: string
  /** The product's own database, migrated and empty. */
  url: string
  /** CPU of PostgreSQL with all its processes. */
  usage(): Usage
  /** Another, empty database of the same PostgreSQL for a yardstick. */
  createDatabase(): Promise<string>
  /** Another one with our tables. */
  createMigrated(): Promise<string>
  stop(): Promise<void>
}

export async function openBenchDatabase(): Promise<BenchDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'curtain-bench-'))
  // PostgreSQL runs as another user where we are root.
  chmodSync(dataDir, 0o755)
  const removed = undoLater(async () => rmSync(dataDir, { recursive: true, force: true }))
  const directory = join(dataDir, 'postgres')
  const log = { info: () => {}, warn: () => {}, error: () => {} }
  const embedded = await openEmbedded({ dataDir: directory, holder: 'server', log })
  const closed = undoLater(() => embedded.close())
  await migrate({ url: embedded.url, directory: migrations })
  const { cluster } = placeOf(directory, 'durable')
  const pid = Number(readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')[0])
  const createDatabase = async () => {
    const name = `bench_${randomBytes(4).toString('hex')}`
    await asked(embedded.url, `create database ${name}`)
    const url = new URL(embedded.url)
    url.pathname = `/${name}`
    return url.href
  }
  return {
    dataDir,
    url: embedded.url,
    usage: () => usageOfFamily(pid),
    createDatabase,
    async createMigrated() {
      const url = await createDatabase()
      await migrate({ url, directory: migrations })
      return url
    },
    async stop() {
      await closed()
      await removed()
    },
  }
}

/** One statement on a connection of its own. */
export async function asked<R>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text, values)).rows as R[]
  } finally {
    await client.end()
  }
}
