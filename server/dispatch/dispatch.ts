// Getting a human to go, then the next one. app.ts joins it with incidents, the broker and the live line.
import { announce } from '#db/event-log.ts'
import { canWake } from './can-wake.ts'
import { sendCommands } from './commands.ts'
import { happenings } from './happenings.ts'
import { confirmRing, sayOnce } from './outbox-store.ts'
import type { DispatchParts } from './parts.ts'
import { createOutbox } from './send.ts'
import { tick } from './tick.ts'

export type Dispatch = ReturnType<typeof createDispatch>

/** Every `now` is epoch ms. The jobs are `tick`, `send` and `sendCommands`, each once a second and when woken. */
export function createDispatch(parts: DispatchParts) {
  const outbox = createOutbox(parts)
  return {
    /** onOpened, onRaised, …: called by incidents, inside its transactions. */
    ...happenings(parts),
    /** Deadlines that have passed. */
    tick: (now: number) => tick(parts, now),
    /** The outbox. A slow channel is not waited for: `settled` says when it has answered. */
    send: outbox.send,
    settled: outbox.settled,
    /** Commands to devices. */
    sendCommands: (now: number) => sendCommands(parts, now),
    /** A page says that it did ring for this telling. */
    confirm: (tellingId: number, personId: number) => confirm(parts, tellingId, personId),
    /** Whether anybody's sleeping phone can be woken here (safety 2). */
    canWake: (communityId: number) => canWake(parts.db, communityId),
  }
}

function confirm({ db, clock }: DispatchParts, id: number, personId: number): Promise<void> {
  const now = clock.now()
  return db.transaction(async (tx) => {
    const telling = await confirmRing(tx, { id, personId, now })
    if (!telling) return
    await sayOnce(tx, { ...telling, personId, at: now, what: 'heard', channel: 'page' })
    announce(tx, { communityId: telling.communityId, kind: 'incident', id: telling.incidentId })
  })
}
