// The queue in front of the database: a lone message at once, company in the next transaction; a second one beside it
// where a full batch waits already, and always one more for hazards.
import { setTimeout as pause } from 'node:timers/promises'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import { commit } from './commit.ts'
import type { Pending, PendingMessage, PendingPresence } from './gather.ts'
import type { IngestLog } from './message.ts'
import { lanes, takeBatch, type Lane, type Waiting } from './queue.ts'
import { rankOf } from './rank.ts'
import { createRightOfWay, type StepAside } from './right-of-way.ts'
import type { Judge } from './store-batch.ts'
import { NotStored } from './trouble.ts'

export type CommitQueueOptions = {
  db: Database
  clock: Clock
  log: IngestLog
  limits: { batchRowsMax: number; pendingMessagesMax: number }
  /** Judges what a transaction stored, in that transaction. `now` in epoch ms. */
  judge: Judge
  /** Says of a danger only what its device says: for a message on which the rules themselves fail. */
  judgePlainly?: Judge | undefined
  /** The application acknowledgement, after COMMIT: the device may delete its copy of this message. */
  acknowledge: (serial: string, messageId: string, storedAt: number) => void
}

type Item = Waiting & { pending: Pending; resolve: () => void; reject: (error: NotStored) => void }

/** After coming and going that nobody waits for, the next of it waits this long for company (ms). */
const companyMs = 100

/** How long coming and going waits after the database was away (ms); messages are offered again by the broker. */
const presenceRetryMs = 1000

export function createCommitQueue(options: CommitQueueOptions) {
  const { clock, limits } = options
  const queue: Item[] = []
  const counts = createCounts(options)
  const rightOfWay = createRightOfWay()
  const working = new Set<Promise<void>>()
  const underWay: Record<Lane, number> = { hazards: 0, others: 0 }
  let rowsWaiting = 0
  let hazardsWaiting = 0
  /** All that waits belongs to clients of whom something is being committed: no use to look before that has ended. */
  let isBarren = false
  /** Whoever comes or goes now is written down with others; a message takes them along at once. */
  let isGathering = false
  /** Whose messages are being committed; the other transactions leave them alone. */
  const busy = new Set<string>()
  let closed = false

  function kick(lane: Lane): void {
    if (!isFree(lane)) return
    const batch = takeBatch(queue, { lane, rowsMax: limits.batchRowsMax, busy })
    if (batch.length === 0) return void (isBarren = lane === 'others')
    for (const { client, rows, rank } of batch) {
      busy.add(client)
      rowsWaiting -= rows
      hazardsWaiting -= rank === 'hazard' ? 1 : 0
    }
    underWay[lane] += 1
    const under = lane === 'hazards' ? rightOfWay.first(work(lane, batch)) : work(lane, batch)
    working.add(under)
    void under.then(() => working.delete(under))
    kick(lane)
  }

  /**
   * While one batch is in our hands, the other is in the database's: two are enough to keep both at work. Not while a
   * danger is on its way: it would wait for both.
   */
  function isFree(lane: Lane): boolean {
    if (lane === 'hazards') return hazardsWaiting > 0 && underWay.hazards === 0
    if (queue.length === 0 || underWay.others === 0) return queue.length > 0
    const isOneMore = underWay.others === 1 && underWay.hazards === 0
    return isOneMore && rowsWaiting >= limits.batchRowsMax && !isBarren
  }

  async function work(lane: Lane, batch: readonly Item[]): Promise<void> {
    const stepAside = lane === 'others' ? rightOfWay.stepAside : nobodyGoesFirst
    const failure = await commitItems(batch, { ...options, stepAside }, counts.stored)
    for (const { client } of batch) busy.delete(client)
    underWay[lane] -= 1
    isBarren = false
    if (failure) return giveBack(failure.left, failure.reason)
    if (areComingAndGoing(batch) && areComingAndGoing(queue)) await gatherCompany()
    // the other lane too: it may have waited for one of these clients
    for (const each of lanes) kick(each)
  }

  async function gatherCompany(): Promise<void> {
    isGathering = true
    await pause(companyMs)
    isGathering = false
  }

  function push(item: Item): void {
    queue.push(item)
    rowsWaiting += item.rows
    hazardsWaiting += item.rank === 'hazard' ? 1 : 0
    if (item.pending.is === 'presence' && isGathering) return
    kick(item.rank === 'hazard' ? 'hazards' : 'others')
  }

  /** Everything that waits goes back, not this batch alone: else a later message of a client would pass an earlier. */
  function giveBack(left: readonly Item[], reason: NotStored): void {
    const all = [...left, ...queue.splice(0)]
    options.log.warn({ error: reason, messages: all.length }, 'nothing can be stored now')
    const noted = all.filter(({ pending }) => pending.is === 'presence')
    queue.push(...noted)
    rowsWaiting = noted.length
    hazardsWaiting = 0
    if (noted.length > 0 && !closed) clock.after(presenceRetryMs, () => kick('others'))
    for (const item of all) if (item.pending.is === 'message') item.reject(reason)
  }

  return {
    /** Resolves after COMMIT; rejects with NotStored. */
    add: (pending: PendingMessage): Promise<void> => {
      if (closed) return Promise.reject(new NotStored('the service is stopping'))
      if (queue.length >= limits.pendingMessagesMax)
        return Promise.reject(new NotStored('too many messages are waiting'))
      return new Promise((resolve, reject) => push({ ...waitingOf(pending), resolve, reject }))
    },
    /** Stores it in its turn; nobody waits for it. */
    note: (pending: PendingPresence): void => {
      if (closed || queue.length >= limits.pendingMessagesMax) return
      push({ ...waitingOf(pending), resolve: () => {}, reject: () => {} })
    },
    settled: async () => {
      while (working.size > 0) await Promise.all(working)
    },
    close: () => {
      closed = true
    },
    stats: () => ({ pending: queue.length, ...counts.read() }),
  }
}

/** A street that comes back connects a thousand times in a second: as many transactions would cost more than they say. */
const areComingAndGoing = (items: readonly Item[]): boolean =>
  items.every(({ pending }) => pending.is === 'presence')

const nobodyGoesFirst: StepAside = () => undefined

type OnStored = (pending: Pending, how: 'stored' | 'quarantined') => void

/** Gives what is left over when nothing more can be stored. */
async function commitItems(
  batch: readonly Item[],
  { db, log, clock, judge, judgePlainly, stepAside }: CommitQueueOptions & { stepAside: StepAside },
  onStored: OnStored,
): Promise<{ left: Item[]; reason: NotStored } | undefined> {
  const items = new Map(batch.map((item) => [item.pending, item]))
  const settle: Parameters<typeof commit>[1]['onStored'] = (pieces, how) => {
    for (const pending of pieces) {
      onStored(pending, how)
      items.get(pending)?.resolve()
      items.delete(pending)
    }
  }
  try {
    const how = { db, log, clock, judge, judgePlainly, stepAside, onStored: settle }
    await commit([...items.keys()], how)
    return undefined
  } catch (error) {
    const reason = error instanceof NotStored ? error : new NotStored('not stored', { cause: error })
    return { left: [...items.values()], reason }
  }
}

function createCounts({ clock, log, acknowledge }: CommitQueueOptions) {
  const counts = { accepted: 0, quarantined: 0, problems: 0, storedAt: null as number | null }
  const stored: OnStored = (pending, how) => {
    counts.storedAt = clock.now()
    if (pending.is === 'presence') return
    counts.accepted += 1
    counts.quarantined += how === 'quarantined' ? 1 : 0
    counts.problems += pending.parsed.problems.length
    const { id } = pending.parsed
    // Also for a copy: the device asks because it never heard the first answer.
    if (id === null || pending.message.will) return
    try {
      acknowledge(pending.principal.serial, id, counts.storedAt)
    } catch (error) {
      log.error({ error }, 'an acknowledgement could not be sent')
    }
  }
  return { stored, read: () => ({ ...counts }) }
}

function waitingOf(pending: Pending): Waiting & { pending: Pending } {
  if (pending.is === 'presence') return { client: pending.principal.serial, rank: 'rest', rows: 1, pending }
  const { message, parsed } = pending
  const { fact } = parsed
  const rows = 1 + (fact.is === 'readings' ? fact.values.length : 0)
  return { client: pending.principal.serial, rank: rankOf(parsed, message.receivedAt), rows, pending }
}
