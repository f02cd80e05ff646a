import type { Database } from '#db/database.ts'
import { limits } from '../limits.ts'
import type { IngestLog, Refusal } from './message.ts'
import { insertRefused, type RefusedRow } from './refused-store.ts'

/** One row for the same complaint in this time: firmware in a loop must not fill the table that staff read. */
const sameComplaintMs = 60_000
/** Complaints remembered, and refusals waiting to be written. Beyond it the oldest memory goes, the newest row. */
const rememberedMax = 10_000

type Complaint = { firstAt: number; more: number }

/** Writes down what the broker did not let through: bounded, a batch at a time, never in anybody's way. */
export function createRefusals({ db, log }: { db: Database; log: IngestLog }) {
  const complaints = new Map<string, Complaint>()
  let waiting: RefusedRow[] = []
  let writing: Promise<void> | undefined
  let count = 0

  function refuse(refusal: Refusal): void {
    count += 1
    const more = repeats(complaints, refusal)
    if (more === undefined || waiting.length >= rememberedMax) return
    waiting.push(rowOf(refusal, more))
    writing ??= writeAll()
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const rows = waiting.slice(0, limits.batchRowsMax)
      waiting = waiting.slice(limits.batchRowsMax)
      try {
        await db.transaction((tx) => insertRefused(tx, rows))
      } catch (error) {
        log.error({ error, refused: rows.length }, 'refused messages could not be written down')
      }
    }
    writing = undefined
  }

  return { refuse, count: () => count, settled: () => writing ?? Promise.resolve() }
}

/** How often this was already complained of and left out; undefined while it still is. */
function repeats(complaints: Map<string, Complaint>, refusal: Refusal): number | undefined {
  const key = [refusal.clientId, refusal.topic, refusal.reason].join('\n')
  const known = complaints.get(key)
  if (known && refusal.at < known.firstAt + sameComplaintMs) {
    known.more += 1
    return undefined
  }
  complaints.delete(key)
  complaints.set(key, { firstAt: refusal.at, more: 0 })
  const [oldest] = complaints.keys()
  if (complaints.size > rememberedMax && oldest !== undefined) complaints.delete(oldest)
  return known?.more ?? 0
}

function rowOf(refusal: Refusal, more: number): RefusedRow {
  return {
    deviceId: null,
    serial: refusal.serial ?? null,
    client: refusal.clientId,
    topic: refusal.topic ?? null,
    reason: refusal.reason,
    detail: more > 0 ? `${refusal.detail} (and ${more} more before)` : refusal.detail,
    receivedAt: refusal.at,
    body: refusal.body ?? null,
  }
}
