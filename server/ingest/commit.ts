import { DatabaseError } from 'pg'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import type { Pending } from './gather.ts'
import type { IngestLog, Problem } from './message.ts'
import type { StepAside } from './right-of-way.ts'
import { quarantine, storeBatch, type Judge } from './store-batch.ts'
import { NotStored, troubleOf } from './trouble.ts'

export type Committing = {
  db: Database
  log: IngestLog
  judge: Judge
  judgePlainly?: Judge | undefined
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

type Attempt = { judge: Judge | undefined; problem?: Problem; failed: string }

/**
 * What fails alone is tried once more as it is: a race that another transaction won three times looks the same. Then a
 * danger is judged by its own word alone, for nobody may be left untold by a fault in a rule; then it is stored without
 * judging, for what was measured must not be lost with it. Staff see either.
 */
function attemptsAt({ judge, judgePlainly }: Committing): Attempt[] {
  const problem = { reason: 'unjudged', detail: 'stored, but the rules failed on it' }
  return [
    { judge, failed: 'a message could not be judged' },
    ...(judgePlainly
      ? [{ judge: judgePlainly, problem, failed: 'nor could it be judged by its word alone' }]
      : []),
    { judge: undefined, problem, failed: 'a message cannot be stored and is kept as refused' },
  ]
}

async function commitPoison(batch: readonly Pending[], committing: Committing): Promise<void> {
  const { db, clock, log, stepAside, onStored } = committing
  for (const { failed, ...how } of attemptsAt(committing)) {
    try {
      await db.transaction((tx) => storeBatch(tx, { pending: batch, now: clock.now(), stepAside, ...how }))
      return onStored(batch, 'stored')
    } catch (error) {
      if (troubleOf(error) === 'later') throw notStored(error)
      log.error(told(error), failed)
    }
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
