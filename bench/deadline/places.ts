// Databases of the benchmark: a seeded world is kept as a template, and every run gets a fresh copy of it.
import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { openDatabase } from '#db/database.ts'
import { asked, type BenchDatabase } from '../harness/database.ts'
import { seedWorld, type World } from './world.ts'

/** Seeds without checking references: they are right by construction, and a million rows would take minutes more. */
export async function createTemplate(bench: BenchDatabase, world: World): Promise<string> {
  const url = await bench.createMigrated()
  const db = openDatabase({ url, poolSize: 1, applicationName: 'bench: seeding' })
  for (const setting of [
    'session_replication_role = replica',
    'statement_timeout = 0',
    'synchronous_commit = off',
  ])
    await db.pool.query(`set ${setting}`)
  await seedWorld(db, world)
  await db.close()
  await asked(url, 'vacuum analyze')
  await asked(url, 'checkpoint')
  return url
}

/** Runs on a copy of the template that is in memory and goes afterwards. */
export async function onCopy<R>(
  bench: BenchDatabase,
  template: string,
  run: (url: string) => Promise<R>,
): Promise<R> {
  const name = `bench_${randomBytes(4).toString('hex')}`
  await asked(bench.url, `create database ${name} template ${nameOf(template)} strategy file_copy`)
  const url = new URL(template)
  url.pathname = `/${name}`
  try {
    await asked(url.href, 'select count(*), sum(covered_by) from pact')
    await asked(bench.url, 'checkpoint')
    return await run(url.href)
  } finally {
    await remove(bench, url.href)
  }
}

export const remove = (bench: BenchDatabase, url: string) =>
  asked(bench.url, `drop database ${nameOf(url)} with (force)`)

const nameOf = (url: string) => new URL(url).pathname.slice(1)

const tables = ['incident', 'condition', 'telling', 'timeline', 'device_command', 'event_log'] as const
export type Written = Record<(typeof tables)[number] | 'rolled', number>

/** How many rows of each kind are there, and how many pacts were moved to another day than this. */
export async function countWritten(url: string, dueAt: number): Promise<Written> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const count = async (from: string, values: unknown[] = []) =>
    Number((await client.query(`select count(*) as n from ${from}`, values)).rows[0].n)
  const written: Record<string, number> = {}
  for (const table of tables) written[table] = await count(table)
  written['rolled'] = await count('pact where due_at > $1', [new Date(dueAt)])
  await client.end()
  return written as Written
}
