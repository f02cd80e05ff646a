// A file into a database: in one transaction, so that there is all of it or what was there before.
import type { Client } from 'pg'
import { dbOn, type Db } from '#db/database.ts'
import {
  hideTimescale,
  lockSchema,
  migrateWithin,
  readMigrations,
  withTimescaleIfPossible,
  type Migration,
  type Timescale,
} from '#db/migrate.ts'
import { copyIn } from './copy.ts'
import { BackupRefused, columnList, quoted, type Header, type TableEnd } from './format.ts'
import { fingerprintOf } from './layout-store.ts'
import { checkBackup, readBackup, type Manifest } from './read-backup.ts'
import { openSession } from './session.ts'
import * as target from './target-store.ts'

export type Restoring = {
  url: string
  file: string
  /** The migrations of this program. */
  directory: string
  /** Epoch ms. */
  now: number
  /** `replace` removes what the database holds. */
  onto: 'empty' | 'replace'
}

/** @throws BackupRefused, MigrationRefused: then nothing was changed */
export async function restoreBackup(restoring: Restoring): Promise<Manifest> {
  // Read once before anything is touched: a damaged file is refused before it holds any lock.
  await checkBackup(restoring.file)
  return withTimescaleIfPossible((timescale) => restoreOnce(restoring, timescale))
}

async function restoreOnce(restoring: Restoring, timescale: Timescale): Promise<Manifest> {
  const client = await openSession(restoring.url)
  try {
    const db = dbOn(client)
    if (timescale === 'hidden') await hideTimescale(db)
    // a server that starts meanwhile waits, and then finds what was restored
    await lockSchema(db)
    await client.query('begin')
    // somebody's open transaction is not waited for all night
    await client.query(`set local lock_timeout = '30s'`)
    await refuseUnlessFree(client, restoring.onto)
    const manifest = await load(client, restoring)
    await client.query('commit')
    return manifest
  } finally {
    // what is not committed is undone with the connection
    await client.end()
  }
}

async function refuseUnlessFree(client: Client, onto: Restoring['onto']): Promise<void> {
  const db = dbOn(client)
  const { isOurs, tables, servers } = await target.whatIsThere(db)
  if (servers > 0)
    throw new BackupRefused(
      'A server is running on this database: stop every one first (npm start, compose).',
    )
  if (!isOurs && tables > 0)
    throw new BackupRefused(
      'This database belongs to something else: give Curtain Pact a database of its own.',
    )
  const filled = isOurs ? await target.firstFilled(client, db) : undefined
  if (filled !== undefined && onto === 'empty')
    throw new BackupRefused(
      `This database is not empty (there are rows in ${filled}). Back it up, then say --replace to remove everything in it and put the backup in its place.`,
    )
}

async function load(client: Client, { file, directory, now }: Restoring): Promise<Manifest> {
  const db = dbOn(client)
  const files = await readMigrations(directory)
  let after: Migration[] = []
  const sums = new Map<string, Omit<TableEnd, 'table'>>()
  const manifest = await readBackup(file, {
    async begin(header) {
      const { upTo, beyond } = split(files, header)
      after = beyond
      await target.removeAll(db)
      await migrateWithin(client, upTo)
    },
    async takeRows(table, rows) {
      const into = `public.${quoted(table.name)} (${columnList(table.columns)})`
      await copyIn(client, `copy ${into} from stdin`, rows)
      sums.set(table.name, await fingerprintOf(client, table))
    },
  })
  for (const { table, rows, fingerprint } of manifest.tables) {
    const found = sums.get(table)
    if (found?.rows !== rows || found.fingerprint !== fingerprint)
      throw new BackupRefused(
        `${table} did not come out as it went in (${found?.rows} of ${rows} rows). Nothing was changed.`,
      )
  }
  await migrateWithin(client, after)
  await beginAgain(db, manifest, now)
  return manifest
}

/** The migrations that the backup has seen, and those that came after it. */
function split(
  files: readonly Migration[],
  { migrations }: Header,
): { upTo: Migration[]; beyond: Migration[] } {
  const known = new Map(files.map((file) => [file.name, file]))
  for (const { name, sha256 } of migrations) {
    const file = known.get(name)
    if (!file)
      throw new BackupRefused(
        `This backup is newer than this program: it has ${name}, which is not among the migrations here. Restore it with the newer version.`,
      )
    if (file.sha256 !== sha256)
      throw new BackupRefused(
        `${name} is not here as it was when this backup was made: restore it with that version.`,
      )
  }
  const seen = new Set(migrations.map(({ name }) => name))
  return {
    upTo: files.filter(({ name }) => seen.has(name)),
    beyond: files.filter(({ name }) => !seen.has(name)),
  }
}

/** What is told to others from now on must not be mistaken for anything that was told after the backup. */
async function beginAgain(db: Db, { header, identities }: Manifest, now: number): Promise<void> {
  await target.freeLeases(db)
  await target.continueIdentities(db, { identities })
  await target.beginEpoch(db, now)
  await target.noteRestore(db, { now, takenAt: header.takenAt })
}
