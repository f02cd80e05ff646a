// What the broker hands over, and who said it.
import type { DeviceKind, Origin, PowerClass } from '#contract/primitives.ts'

/** A device that proved its secret. What may change while it is connected (its home) is read again at storing. */
export type DevicePrincipal = {
  serial: string
  deviceId: number
  communityId: number
  homeId: number
  residentId: number | null
  kind: DeviceKind
  power: PowerClass
  origin: Origin
  indoors: boolean
}

/** One message as it arrived; `receivedAt` in epoch ms. */
export type Incoming = {
  principal: DevicePrincipal
  clientId: string
  /** The connection that it came over, known by this name nowhere else; undefined where there is none (a page). */
  connection?: string
  /** From an external broker: stored only while this group of shards is ours under this token. */
  fence?: { group: string; token: number }
  topic: string
  payload: Buffer
  qos: 0 | 1 | 2
  /** Asked to be retained: perhaps an old message, told again. */
  retain: boolean
  /** Published by the broker for a device that went without a word. */
  will?: boolean
  /** Set when the broker cut the body, which it has reported by itself: its size in bytes. */
  truncatedFromBytes?: number
  receivedAt: number
}

/** What was not let through, for staff to see. `at` in epoch ms. */
export type Refusal = {
  reason: string
  clientId: string
  serial?: string
  topic?: string
  detail: string
  at: number
  body?: Buffer
}

/** Part of a message that could not be used, and why. The rest of it is. */
export type Problem = { reason: string; detail: string }

/** pino's logger fits. One line an event, with fields. */
export type IngestLog = {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}
