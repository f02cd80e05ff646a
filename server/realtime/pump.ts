// Reads each community's event log after this process's own cursor and hands every event on once, in order.
// NOTIFY only says "there is news" (facts/web.md): a lost one is made good by the next, or by the heartbeat.
import type { Cursor } from '#contract/community.ts'
import type { EventBatch } from '#contract/live.ts'
import type { Db } from '#db/database.ts'
import { eventsAfter, headOf, type EventRow } from '#db/event-log.ts'

export type PumpOptions = {
  db: Db
  /** Events read at once. */
  max: number
  deliver: (batch: EventBatch) => Promise<void>
  onProblem: (error: unknown) => void
}

export type Pump = {
  /** There may be news of this community. Resolves when what stood in the log has been delivered. */
  wake(communityId: number): Promise<void>
  /** Begins to follow a community where its log stands now; without this the first wake does. */
  begin(communityId: number): Promise<void>
}

export function createPump({ db, max, deliver, onProblem }: PumpOptions): Pump {
  const cursors = new Map<number, Cursor>()
  const running = new Map<number, Promise<void>>()
  const again = new Set<number>()

  const begin = async (communityId: number): Promise<void> => {
    if (!cursors.has(communityId)) cursors.set(communityId, await headOf(db, communityId))
  }

  async function deliverAll(communityId: number): Promise<void> {
    for (;;) {
      const cursor = cursors.get(communityId) ?? { epoch: 1, seq: 0 }
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

  return {
    begin,
    wake: (communityId) => {
      const under = running.get(communityId)
      if (under) {
        again.add(communityId)
        return under
      }
      const started = run(communityId)
      running.set(communityId, started)
      return started
    },
  }
}

export const batchOf = (communityId: number, cursor: Cursor, events: EventRow[]): EventBatch => ({
  communityId,
  epoch: cursor.epoch,
  after: cursor.seq,
  events,
})
