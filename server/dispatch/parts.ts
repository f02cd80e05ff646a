import type { CommandMessage } from '#contract/messages.ts'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import type { Log } from '#db/log.ts'
import type { Channel } from './channels/channel.ts'

/** Delays in ms and counts, from limits.ts, which gives the reasons. */
export type DispatchLimits = Record<
  | 'acknowledgeDueMs'
  | 'departDueMs'
  | 'arriveDueMs'
  | 'findingDueMs'
  | 'emergencyCallDueMs'
  | 'checkBackDueMs'
  | 'tellingAttemptsMax'
  | 'tellingLeaseMs'
  | 'tellingRetryMs'
  | 'tellingRetryMsMax'
  | 'ringConfirmMs'
  | 'presenceProofMsMax',
  number
>

export type DispatchParts = {
  db: Database
  clock: Clock
  log: Log
  limits: DispatchLimits
  /** One of each kind of contact point. */
  channels: Readonly<Record<'page' | 'webhook', Channel>>
  /** To whoever holds the connection of this device; `offline` is tried again until the command expires. */
  sendCommand: (serial: string, command: CommandMessage) => Promise<'sent' | 'offline'> | 'sent' | 'offline'
  /** Called after a commit that left something to send, so that nobody waits for the next tick. */
  wake?: () => void
}
