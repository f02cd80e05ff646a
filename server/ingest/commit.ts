import { DatabaseError } from 'pg'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import type { Pending } from './gather.ts'
import type { IngestLog } from './message.ts'
import type { StepAside } from './right-of-way.ts'
import { quarantine, storeBatch, type Judge } from './store-batch.ts'
import { NotStored, troubleOf } from './trouble.ts'

export type Committing = {
  db: Database
  log: IngestLog
  judge: Judge
  clock: Clock
  stepAside: StepAside
  /** Called once for each piece that is committed, in order. */
  onStored: (pieces: readonly Pending[], how: 'stored' | 'quarantined') => void
}

/**
 * Commits a batch. One that fails because of its contents is halved, in order, until what cannot be stored stands
 * alone: that is kept as refused, and all others are stored. Rejects with NotStored when nothing can be stored now.
 */
export async function commit(batch: readonly Pending[], committing: Committing): Promise<void> {
  const { db, judge, clock, log, stepAside, onStored } = committing
  try {
    await stepAside()
    await db.transaction((tx) => storeBatch(tx, { pending: batch, now: clock.now(), judge, stepAside }))
    await stepAside()
    return onStored(batch, 'stored')
  } catch (error) {
    if (troubleOf(error) === 'later') throw notStored(error)
    log.error({ ...told(error), messages: batch.length }, 'a batch could not be stored as a whole')
  }
  if (batch.length === 1) return commitPoison(batch, committing)
  const middle = Math.ceil(batch.length / 2)
  await commit(batch.slice(0, middle), committing)
  await commit(batch.slice(middle), committing)
}

/** First without judging: what was measured must not be lost to a fault in a rule. Staff see either. */
async function commitPoison(batch: readonly Pending[], committing: Committing): Promise<void> {
  const { db, clock, log, stepAside, onStored } = committing
  const problem = { reason: 'unjudged', detail: 'stored, but the rules failed on it' }
  try {
    await db.transaction((tx) =>
      storeBatch(tx, { pending: batch, now: clock.now(), judge: undefined, stepAside, problem }),
    )
    return onStored(batch, 'stored')
  } catch (error) {
    if (troubleOf(error) === 'later') throw notStored(error)
    log.error(told(error), 'a message cannot be stored and is kept as refused')
  }
  await commitQuarantined(batch, committing)
}

async function commitQuarantined(batch: readonly Pending[], { db, onStored }: Committing): Promise<void> {
  const [poison] = batch
  if (poison?.is === 'message') {
    const problem = { reason: 'unstorable', detail: 'the database cannot take this message' }
    await db
      .transaction((tx) => quarantine(tx, poison, problem))
      .catch((error: unknown) => {
        throw notStored(error)
      })
  }
  onStored(batch, 'quarantined')
}

const notStored = (cause: unknown): NotStored => new NotStored('nothing can be stored now', { cause })

/** Of an error of PostgreSQL only the code: its text may repeat what somebody sent. */
const told = (error: unknown): object =>
  error instanceof DatabaseError ? { code: error.code, constraint: error.constraint } : { error }
