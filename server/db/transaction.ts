import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { dbOn, type Asking, type Db } from './database.ts'
import type { Sql } from './sql.ts'

/** The questions of `Db` inside one transaction, and what belongs to its end. */
export type Tx = Db & {
  /** Runs, in the order given, as the last statements before COMMIT: the event log allocates its seq there. */
  atEnd: (work: () => Promise<void>) => void
  /** Travels with COMMIT, behind everything else: nobody waits for its answer before that of the commit. */
  lastly: (statement: Sql) => void
  /** Runs once COMMIT is acknowledged, never after a rollback. What it throws does not undo the commit. */
  afterCommit: (work: () => void) => void
}

const limits = {
  // two rounds settle nearly every deadlock between two transactions; five leave room for a crowd at 8:00
  attemptsMax: 5,
  // doubled each time, with as much again at random, so that the two which collided do not meet again
  retryDelayMs: 10,
}

/** 40001 serialization_failure, 40P01 deadlock_detected: PostgreSQL asks for another attempt in these two only. */
const worthAnotherAttempt = new Set(['40001', '40P01'])

/** Runs `work` in a transaction, again (bounded) where PostgreSQL says that only the timing was wrong. */
export async function transactionOn<R>(pool: pg.Pool, work: (tx: Tx) => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOn(pool, work)
    } catch (error) {
      if (attempt >= limits.attemptsMax || !worthAnotherAttempt.has(codeOf(error))) throw error
      await pause(limits.retryDelayMs * 2 ** attempt * (1 + Math.random()))
    }
  }
}

async function attemptOn<R>(pool: pg.Pool, work: (tx: Tx) => Promise<R>): Promise<R> {
  const client = await pool.connect()
  const { tx, endings, last, committed, close } = txOn(client)
  let broken = false
  // A connection that breaks while it is out of the pool reports it here too; unheard it would end the process.
  client.on('error', ignoreBroken)
  try {
    await client.query('begin')
    const result = await work(tx)
    // by index: an ending may add another one
    for (let index = 0; index < endings.length; index += 1) await endings[index]?.()
    // One that fails has undone the transaction before COMMIT is read, which is then answered ROLLBACK.
    const written = last.map((statement) => tx.run(statement))
    close()
    await inTheirOrder([...written, commit(client)])
    committed()
    return result
  } catch (error) {
    close()
    broken = isSilent(error) || !(await rolledBack(client))
    throw error
  } finally {
    client.off('error', ignoreBroken)
    client.release(broken)
  }
}

/** The statement under way rejects by itself, and whoever awaits it decides. */
const ignoreBroken = (): void => {}

/** What is asked in one turn leaves in one write: else each statement costs a system call, and PostgreSQL a waking up. */
function togetherOn(client: pg.PoolClient): () => void {
  const { stream } = client.connection
  let isGathering = false
  return () => {
    if (isGathering) return
    isGathering = true
    stream.cork()
    process.nextTick(() => {
      isGathering = false
      stream.uncork()
    })
  }
}

function txOn(client: pg.PoolClient) {
  const together = togetherOn(client)
  const endings: (() => Promise<void>)[] = []
  const last: Sql[] = []
  const afterwards: (() => void)[] = []
  let over = false
  const asking: Asking = {
    query(config) {
      // A forgotten await would otherwise write outside the transaction, on a connection of somebody else.
      if (over) throw new Error('this transaction is over')
      together()
      return client.query(config)
    },
  }
  const tx: Tx = {
    ...dbOn(asking),
    atEnd: (work) => void endings.push(work),
    lastly: (statement) => void last.push(statement),
    afterCommit: (work) => void afterwards.push(work),
  }
  return { tx, endings, last, close: () => void (over = true), committed: () => afterwards.forEach(loudly) }
}

/** All of them, and of several that failed the first: what follows it failed because of it. */
async function inTheirOrder(asked: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(asked)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

/** COMMIT of a transaction with a failed statement is answered ROLLBACK, without an error. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('commit')
  if (command !== 'COMMIT')
    throw new Error('the transaction was rolled back: a failed statement was caught in it')
}

/** pg's word for a connection that gave no answer: a rollback would wait as long again, and the lock of a batch with it. */
const isSilent = (error: unknown): boolean => error instanceof Error && error.message === 'Query read timeout'

async function rolledBack(client: pg.PoolClient): Promise<boolean> {
  return client.query('rollback').then(
    () => true,
    () => false,
  )
}

/** An error here must not look like a rollback to the caller, nor be lost: it ends in 'uncaughtException'. */
function loudly(work: () => void): void {
  try {
    work()
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
