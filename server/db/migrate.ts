import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client, DatabaseError } from 'pg'
import { Type } from 'typebox'
import { connection, dbOn, type Db } from './database.ts'
import { sql } from './sql.ts'

export type Migration = { name: string; text: string; sha256: string; inTransaction: boolean }

/** A refusal that an operator can act on; its message is one or two sentences for them. */
export class MigrationRefused extends Error {
  override name = 'MigrationRefused'
}

const limits = {
  // another server which starts at the same time migrates first; a long migration is worth waiting for
  lockWaitMsMax: 120_000,
  lockPollMs: 100,
}

/** Any number, as long as it stays the same: the advisory lock of everybody who migrates this database. */
const lockKey = 5_201_314

/**
 * Brings the database to the state of the files in `directory`, each in a transaction of its own.
 * Safe to call from several processes at once. Gives the names that were applied now.
 */
export async function migrate({ url, directory }: Migrating): Promise<string[]> {
  const files = await readMigrations(directory)
  return withTimescaleIfPossible((timescale) => migrateTo(files, { url, timescale }))
}

type Migrating = { url: string; directory: string }
export type Timescale = 'seen' | 'hidden'

/**
 * Runs `work`, and once more without TimescaleDB where that is installed on the server and missing in
 * shared_preload_libraries: `create extension` then ends the connection.
 */
export async function withTimescaleIfPossible<R>(work: (timescale: Timescale) => Promise<R>): Promise<R> {
  try {
    return await work('seen')
  } catch (error) {
    if (!/timescaledb.* must be preloaded/.test((error as Error).message)) throw error
    return work('hidden')
  }
}

async function migrateTo(
  files: Migration[],
  { url, timescale }: { url: string; timescale: Timescale },
): Promise<string[]> {
  const client = new Client(connection(url, 'curtain-pact migrate'))
  // one that breaks while a statement is under way is told by that statement
  client.on('error', () => {})
  await client.connect()
  try {
    const db = dbOn(client)
    await lockSchema(db)
    if (timescale === 'hidden') await hideTimescale(db)
    await createRecord(db)
    const pending = pendingOf(files, await appliedIn(db))
    for (const file of pending) await apply(client, file)
    return pending.map((file) => file.name)
  } finally {
    await client.end()
  }
}

/**
 * Applies these files within the transaction that is open on `client`, whatever they ask for: into a database that
 * is being made, in which an index need not be built beside running work.
 */
export async function migrateWithin(client: Client, files: readonly Migration[]): Promise<void> {
  await createRecord(dbOn(client))
  for (const file of files)
    await apply(client, {
      ...file,
      text: file.text.replaceAll(/\bconcurrently\b/gi, ''),
      inTransaction: false,
    })
}

async function createRecord(db: Db): Promise<void> {
  await db.run(sql`create schema if not exists migration`)
  await db.run(sql`
    create table if not exists migration.applied (
      name text primary key,
      sha256 text not null,
      applied_at timestamptz not null default clock_timestamp()
    )`)
}

/** A temporary view goes before pg_catalog, for this session only. */
export const hideTimescale = (db: Db) =>
  db.run(sql`
    create temporary view pg_available_extensions as
    select *
    from pg_catalog.pg_available_extensions
    where name <> 'timescaledb'`)

const fileName = /^\d{3}_[a-z0-9_]+\.sql$/

/** The migrations of a directory in their order; a file that breaks the rules of house.md is refused. */
export async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.sql')).sort()
  const wrong = names.find((name) => !fileName.test(name))
  if (wrong) throw new MigrationRefused(`${wrong}: a migration is named like 001_ground.sql`)
  const twice = names.find((name, index) => names[index - 1]?.slice(0, 3) === name.slice(0, 3))
  if (twice) throw new MigrationRefused(`${twice}: its number is taken by another migration`)
  return Promise.all(names.map((name) => readMigration(directory, name)))
}

async function readMigration(directory: string, name: string): Promise<Migration> {
  // git on Windows may check out with CRLF, which must not count as an edit
  const text = (await readFile(join(directory, name), 'utf8')).replaceAll('\r\n', '\n')
  const lines = text.split('\n')
  if (!/^-- \S/.test(lines[0] ?? ''))
    throw new MigrationRefused(`${name}: its first line says why, after "-- "`)
  const sha256 = createHash('sha256').update(text).digest('hex')
  return { name, text, sha256, inTransaction: !lines.includes('--! no-transaction') }
}

const Applied = Type.Object({ name: Type.String(), sha256: Type.String() })
type AppliedRow = { name: string; sha256: string }

async function appliedIn(db: Db): Promise<AppliedRow[]> {
  return db.many(Applied, sql`select name, sha256 from migration.applied order by name collate "C"`)
}

function pendingOf(files: Migration[], applied: AppliedRow[]): Migration[] {
  const known = new Map(files.map((file) => [file.name, file]))
  for (const { name, sha256 } of applied) {
    const file = known.get(name)
    if (!file) {
      throw new MigrationRefused(
        `The database is newer than this program: it has ${name}, which is not among the migrations here. ` +
          'Start the newer version, or restore a backup from before it.',
      )
    }
    if (file.sha256 !== sha256) {
      throw new MigrationRefused(
        `${name} was edited after it was applied to this database. Undo the edit and add a new migration.`,
      )
    }
  }
  const last = applied.at(-1)?.name ?? ''
  const pending = files.slice(applied.length)
  const late = files.find((file) => file.name < last && !applied.some(({ name }) => name === file.name))
  if (late)
    throw new MigrationRefused(
      `${late.name} comes before ${last}, which is applied. Give it a higher number.`,
    )
  return pending
}

async function apply(client: Client, { name, text, sha256, inTransaction }: Migration): Promise<void> {
  const record = {
    text: 'insert into migration.applied (name, sha256) values ($1, $2)',
    values: [name, sha256],
  }
  try {
    if (inTransaction) await client.query('begin')
    // Without parameters pg sends the whole file as one simple query. Outside of a transaction that must be a
    // single statement, so PostgreSQL itself refuses a `--! no-transaction` file which could stop half way.
    await client.query(text)
    await client.query(record)
    if (inTransaction) await client.query('commit')
  } catch (error) {
    throw new MigrationRefused(`${name}${lineOf(error, text)}: ${(error as Error).message}`, { cause: error })
  }
}

function lineOf(error: unknown, text: string): string {
  const position = error instanceof DatabaseError ? Number(error.position) : Number.NaN
  return Number.isNaN(position) ? '' : `:${text.slice(0, position).split('\n').length}`
}

/**
 * Nobody else migrates until this session ends.
 * Polls in place of waiting inside PostgreSQL: a session that waits there holds a snapshot, for which
 * `create index concurrently` of the one that migrates would wait in turn, which is a deadlock.
 */
export async function lockSchema(db: Db): Promise<void> {
  const Got = Type.Object({ got: Type.Boolean() })
  for (let waitedMs = 0; waitedMs <= limits.lockWaitMsMax; waitedMs += limits.lockPollMs) {
    const { got } = await db.one(Got, sql`select pg_try_advisory_lock(${lockKey}) as got`)
    if (got) return
    await pause(limits.lockPollMs)
  }
  throw new MigrationRefused(
    'Another process has been migrating this database for two minutes. Look at it first.',
  )
}
