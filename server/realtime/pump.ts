// Reads each community's event log after this process's own cursor and hands every event on once, in order.
// NOTIFY only says "there is news" (facts/web.md): a lost one is made good by the next, or by the heartbeat.
import type { Cursor } from '#contract/community.ts'
import type { EventBatch } from '#contract/live.ts'
import type { Db } from '#db/database.ts'
import { eventsAfter, headOf, headsOf, type EventRow } from '#db/event-log.ts'

export type PumpOptions = {
  db: Db
  /** Events read at once. */
  max: number
  deliver: (batch: EventBatch) => Promise<void>
  onProblem: (error: unknown) => void
}

export type Pump = {
  /** Begins every log where it stands: what was before is replayed to whoever asks for it, and to nobody else. */
  begin(): Promise<void>
  /** There may be news of this community. Resolves when what stood in the log has been delivered. */
  wake(communityId: number): Promise<void>
  /** Wakes the community if its log stands elsewhere than it was read: a notification was lost. */
  compare(communityId: number, head: Cursor): Promise<void>
}

export function createPump({ db, max, deliver, onProblem }: PumpOptions): Pump {
  const cursors = new Map<number, Cursor>()
  const running = new Map<number, Promise<void>>()
  const again = new Set<number>()

  // one that is not known yet was founded after we began: its log is ours from the first line
  const cursorOf = (communityId: number): Cursor => cursors.get(communityId) ?? { epoch: 1, seq: 0 }

  async function begin(): Promise<void> {
    for (const { communityId, ...head } of await headsOf(db)) cursors.set(communityId, head)
  }

  async function deliverAll(communityId: number): Promise<void> {
    for (;;) {
      const cursor = cursorOf(communityId)
      const events = await eventsAfter(db, communityId, cursor, max)
      if (events.length === 0) return adoptEpoch(communityId, cursor)
      await deliver(batchOf(communityId, cursor, events))
      cursors.set(communityId, { epoch: cursor.epoch, seq: events.at(-1)?.seq ?? cursor.seq })
    }
  }

  /** A restore starts a new epoch: clients are sent there by the heartbeat. */
  async function adoptEpoch(communityId: number, cursor: Cursor): Promise<void> {
    const head = await headOf(db, communityId)
    if (head.epoch !== cursor.epoch) cursors.set(communityId, head)
  }

  async function run(communityId: number): Promise<void> {
    do {
      again.delete(communityId)
      await deliverAll(communityId).catch(onProblem)
    } while (again.has(communityId))
    running.delete(communityId)
  }

  function wake(communityId: number): Promise<void> {
    const under = running.get(communityId)
    if (under) {
      again.add(communityId)
      return under
    }
    const started = run(communityId)
    running.set(communityId, started)
    return started
  }

  async function compare(communityId: number, head: Cursor): Promise<void> {
    const { epoch, seq } = cursorOf(communityId)
    if (epoch !== head.epoch || seq !== head.seq) await wake(communityId)
  }

  return { begin, wake, compare }
}

export const batchOf = (communityId: number, cursor: Cursor, events: EventRow[]): EventBatch => ({
  communityId,
  epoch: cursor.epoch,
  after: cursor.seq,
  events,
})
