// A running database into one file: everything as of one instant, while the service goes on.
import { createHash, type Hash } from 'node:crypto'
import { createWriteStream, existsSync } from 'node:fs'
import { open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Client } from 'pg'
import { Type } from 'typebox'
import { dbOn, type Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { copyOut } from './copy.ts'
import { BackupRefused, columnList, formatVersion, line, quoted, rowsEnd, type Header } from './format.ts'
import { fingerprintOf, keptTables, lastIdentities, type Table } from './layout-store.ts'
import { openSession } from './session.ts'

/** `fileBytes` is the size of the file. */
export type Written = { tables: number; rows: number; fileBytes: number }

/** Level 3: on one slow core about as fast as PostgreSQL gives rows, and a fifth larger than level 6. */
const gzipLevel = 3

/**
 * Writes everything of the database at `url` to `file`, which appears when it is complete and on the disk.
 * @param now epoch ms, written into the file
 */
export async function writeBackup({
  url,
  file,
  now,
}: {
  url: string
  file: string
  now: number
}): Promise<Written> {
  if (existsSync(file)) throw new BackupRefused(`${file} is there already: choose another name.`)
  const unfinished = `${file}.unfinished`
  const client = await openSession(url)
  try {
    await client.query('begin isolation level repeatable read read only')
    const counts = { tables: 0, rows: 0 }
    const hash = createHash('sha256')
    // Names, doors and medical facts of people: for nobody else on this machine.
    const target = createWriteStream(unfinished, { mode: 0o600 })
    await pipeline(
      Readable.from(hashed(hash, contents(client, { now, counts }))),
      createGzip({ level: gzipLevel }),
      target,
    )
    await client.query('commit')
    await settle(unfinished, file)
    return { ...counts, fileBytes: (await stat(file)).size }
  } finally {
    await client.end()
    await rm(unfinished, { force: true })
  }
}

/** Before it has its name it is on the disk: half a backup must not pass for one. */
async function settle(unfinished: string, file: string): Promise<void> {
  await synced(unfinished)
  await rename(unfinished, file)
  // Windows cannot open a directory; its rename is durable by itself
  await synced(dirname(file)).catch(() => {})
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function* hashed(hash: Hash, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    hash.update(piece)
    yield piece
  }
  yield line({ sha256: hash.digest('hex') })
}

type Contents = { now: number; counts: { tables: number; rows: number } }

async function* contents(client: Client, { now, counts }: Contents): AsyncGenerator<Buffer> {
  const db = dbOn(client)
  const tables = await keptTables(db)
  yield line(await headerOf(db, tables, now))
  for (const table of tables) {
    yield* rowsOf(client, table)
    const sum = await fingerprintOf(client, table)
    yield line({ table: table.name, ...sum })
    counts.tables += 1
    counts.rows += sum.rows
  }
  yield line(await lastIdentities(db))
}

async function* rowsOf(client: Client, { name, columns }: Table): AsyncGenerator<Buffer> {
  const list = columnList(columns)
  yield Buffer.from(`copy public.${quoted(name)} (${list}) from stdin;\n`)
  // A select: the rows of a hypertable are in its chunks, and `copy reading to` would give none.
  yield* copyOut(client, `copy (select ${list} from public.${quoted(name)}) to stdout`)
  yield Buffer.from(rowsEnd)
}

const Applied = Type.Object({ name: Type.String(), sha256: Type.String() })
const Server = Type.Object({ version: Type.String(), isOurs: Type.Boolean() })

async function headerOf(db: Db, tables: readonly Table[], now: number): Promise<Header> {
  const { version, isOurs } = await db.one(
    Server,
    sql`
      select 'PostgreSQL ' || current_setting('server_version') as version,
        to_regclass('migration.applied') is not null as is_ours`,
  )
  if (!isOurs)
    throw new BackupRefused('This is not a database of Curtain Pact: nothing was ever migrated in it.')
  const migrations = await db.many(
    Applied,
    sql`
      select name, sha256
      from migration.applied
      order by name collate "C"`,
  )
  return {
    format: 'curtain-pact backup',
    version: formatVersion,
    takenAt: now,
    server: version,
    migrations,
    tables: tables.map(({ name, columns }) => ({ name, columns })),
  }
}
