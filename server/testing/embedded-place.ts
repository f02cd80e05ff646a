import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, onTestFinished } from 'vitest'
import { accountFor, canEnter } from '../db/embedded/account.ts'
import { readAddress } from '../db/embedded/lock.ts'
import { openEmbedded, type Embedded } from '../db/embedded/open.ts'
import { temporary } from '../db/embedded/place.ts'
import { isAlive, runningOn } from '../db/embedded/postmaster-file.ts'
import type { Durability } from '../db/embedded/settings.ts'

export const quiet = { info: () => {}, warn: () => {}, error: () => {} }

/** Longer than the linger of an abandoned database and the start of a new one, on two slow cores. */
export const patiently = { timeout: 30_000, interval: 50 }

export const clusterOf = (dataDir: string) => join(dataDir, 'postgres')
export const postgresOf = (dataDir: string) => runningOn(clusterOf(dataDir))?.pid ?? 0
export const supervisorOf = (dataDir: string) => readAddress(dataDir)?.pid ?? 0

/** A directory for tests that PostgreSQL's user can enter; TMPDIR may be one that only root can. */
const reachable = () => temporary().find((home) => canEnter(accountFor(join(home, 'none')), home)) ?? tmpdir()

/** A data directory for one test, not made yet, that every user can reach. */
export function newDataDir(): string {
  const dataDir = newPrivateDataDir()
  const parent = join(dataDir, '..')
  rmSync(parent, { recursive: true })
  mkdirSync(parent, { mode: 0o755 })
  return dataDir
}

/** One below a directory that only we can enter: where we are root, PostgreSQL's user cannot. */
export function newPrivateDataDir(): string {
  const parent = mkdtempSync(join(reachable(), 'curtain-pact-embedded-'))
  const dataDir = join(parent, 'data')
  onTestFinished(async () => {
    const pid = supervisorOf(dataDir)
    if (pid && isAlive(pid)) process.kill(pid)
    await expect.poll(() => pid === 0 || !isAlive(pid), patiently).toBe(true)
    rmSync(parent, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  })
  return dataDir
}

/** Opens as a server does, until the end of the test. */
export async function open(dataDir: string, durability: Durability = 'durable'): Promise<Embedded> {
  const database = await openEmbedded({ dataDir, holder: 'server', log: quiet, durability })
  onTestFinished(() => database.close())
  return database
}

/** The column `answer` of the first row. */
export async function ask(url: string, text: string): Promise<unknown> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ answer: unknown }>(text)
    return rows[0]?.answer
  } finally {
    await client.end()
  }
}
