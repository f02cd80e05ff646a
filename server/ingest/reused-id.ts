// An id that a device uses twice: a counter that starts again at 1 with each boot would else make its second SOS a copy
// of its first, acknowledged and told to nobody.
import { createHash } from 'node:crypto'
import type { Tx } from '#db/database.ts'
import type { PendingMessage } from './gather.ts'
import type { Parsed } from './parse.ts'
import { firstSaid, insertMessages, messageKey } from './store.ts'

type Marks = Pick<Parsed, 'kind' | 'boot' | 'seq' | 'deviceTime'>

/**
 * Whether this is another message under the id of the first, and no copy of it. A copy is told with the same counter,
 * or of the same moment; some firmware counts, or stamps, each time that it sends.
 */
export function isAnother(first: { [mark in keyof Marks]: Marks[mark] | string }, said: Marks): boolean {
  if (first.kind !== said.kind) return true
  const differ = (mark: 'boot' | 'seq' | 'deviceTime') =>
    first[mark] === null || said[mark] === null ? undefined : first[mark] !== said[mark]
  if (differ('boot') === false && differ('seq') === false) return false
  return differ('deviceTime') ?? (differ('boot') === true || differ('seq') === true)
}

/** A name of its own, the same whenever it comes again; no device can say it (`~`). */
function ownId({ storeId, parsed: { kind, boot, seq, deviceTime } }: PendingMessage): string {
  const marks = JSON.stringify([storeId, kind, boot, seq, deviceTime])
  return `~${createHash('sha256').update(marks).digest('hex').slice(0, 32)}`
}

/** Stores those of these that are no copies, under names of their own, and gives them as what they are by now. */
export async function storeReused(
  tx: Tx,
  again: readonly PendingMessage[],
): Promise<Map<PendingMessage, PendingMessage>> {
  const stored = new Map<PendingMessage, PendingMessage>()
  if (again.length === 0) return stored
  const known = await firstSaid(tx, again)
  const firsts = new Map(known.map((first) => [messageKey(first.deviceId, first.id), first]))
  const keyOf = ({ principal, storeId }: PendingMessage) => messageKey(principal.deviceId, storeId)
  const others = again.filter((one) => {
    const first = firsts.get(keyOf(one))
    return first !== undefined && isAnother(first, one.parsed)
  })
  const named = others.map((one) => ({ one, own: { ...one, storeId: ownId(one) } }))
  const fresh = await insertMessages(
    tx,
    named.map(({ own }) => own),
  )
  for (const { one, own } of named) if (fresh.delete(keyOf(own))) stored.set(one, own)
  return stored
}
