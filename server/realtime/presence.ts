// What one open page says of itself, in the order in which it says so.
import { Value } from 'typebox/value'
import { Presence } from '#contract/live.ts'
import type { Db } from '#db/database.ts'
import { dropPresence, proveOnce } from './presence-store.ts'
import type { LiveSocket } from './watching.ts'

export type PresenceOptions = {
  db: Db
  /** It may be rung from now on: what rang a moment ago, while it changed servers, it has not heard. */
  onProved: () => Promise<unknown>
  onProblem: (error: unknown) => void
}

/** A proof that is still being written when the page goes must not outlive it: each waits for the one before. */
export function followPresence(socket: LiveSocket, { db, onProved, onProblem }: PresenceOptions): void {
  let isProved = false
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<unknown>) => (last = last.then(work).catch(onProblem))
  socket.on('presence', (presence) => {
    if (!Value.Check(Presence, presence)) return
    const isFirst = presence.inFront && presence.sound && !isProved
    isProved ||= isFirst
    void inTurn(async () => {
      await proveOnce(db, socket.id, socket.data.personId, presence)
      if (isFirst) await onProved()
    })
  })
  socket.on('disconnect', () => void inTurn(() => dropPresence(db, socket.id)))
}
