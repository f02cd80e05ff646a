import type { Connection } from './connection.ts'
import type { BrokerLimits } from './limits.ts'
import { refusalReasons, type AnyPrincipal, type Refusal, type RefusalReason } from './messages.ts'
import { safeText } from './text.ts'

type Told = { detail: string; topic?: string; body?: Buffer; claimedSerial?: string | undefined }
type RefusalOptions = {
  onRefused: (refusal: Refusal) => void
  now: () => number
  limits: Pick<BrokerLimits, 'saidCharsMax' | 'keptBytesMax'>
}

/** Counts every refusal by its reason and tells it, made safe to store. */
export function createRefusals({ onRefused, now, limits }: RefusalOptions) {
  const counts = Object.fromEntries(refusalReasons.map((reason) => [reason, 0])) as Record<
    RefusalReason,
    number
  >
  const safe = (text: string) => safeText(text, limits.saidCharsMax)

  function refuse<P extends AnyPrincipal>(
    connection: Connection<P> | undefined,
    reason: RefusalReason,
    told: Told,
  ): void {
    counts[reason]++
    const serial = connection?.principal?.serial ?? told.claimedSerial
    onRefused({
      reason,
      clientId: safe(connection?.clientId ?? ''),
      ...(serial === undefined ? {} : { serial: safe(serial) }),
      ...(told.topic === undefined ? {} : { topic: safe(told.topic) }),
      // A copy: a slice would keep the whole chunk that was read from the socket.
      ...(told.body === undefined ? {} : { body: Buffer.from(told.body.subarray(0, limits.keptBytesMax)) }),
      detail: safe(told.detail),
      at: now(),
    })
  }

  return { refuse, counts: () => ({ ...counts }) }
}

export type Refuse = ReturnType<typeof createRefusals>['refuse']
