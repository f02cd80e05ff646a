import type { Ring } from '#contract/live.ts'
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

/** Devices by their connection (which begins so), or by the first digit of their shard on an external broker. */
export type Reach = { connections: string } | { shardGroups: readonly string[] }

/** Open pages, rung with the commit of a danger itself: the outbox would be five ways to the database more. */
export type Rings = {
  /** The NOTIFY channel on which every server hears `{ by, personId, ring }`. */
  channel: string
  /** How this server calls itself there. */
  by: string
  /** Sounds at the pages that this server holds. */
  sound: (personId: number, ring: Ring) => unknown
}

export type DispatchParts = {
  db: Database
  clock: Clock
  log: Log
  limits: DispatchLimits
  /** One of each kind of contact point. */
  channels: Readonly<Record<'page' | 'webhook', Channel>>
  /** Left out, pages are rung from the outbox like every other contact point. */
  rings?: Rings
  /** To whoever holds the connection of this device; `offline` is tried again until the command expires. */
  sendCommand: (serial: string, command: CommandMessage) => Promise<'sent' | 'offline'> | 'sent' | 'offline'
  /** Of this process: when it dies, what it was sending is free for the others at once (server/lease). */
  serverId?: number
  /** Whose devices this process can speak to; undefined: it tries them all. */
  reach?: () => Reach
  /** Called after a commit that left something to send, so that nobody waits for the next tick. */
  wake?: () => void
}
