/** Who is connected: the device by its public serial, and whatever `authenticate` adds. */
export type AnyPrincipal = { serial: string }

/** One message of a device as it arrived. The payload is passed byte by byte, whatever it holds. */
export type Incoming<P extends AnyPrincipal> = {
  principal: P
  clientId: string
  /** The connection that it came over: one that ends late says nothing about a device that lives elsewhere by now. */
  connection?: string
  /** From an external broker: stored only while this group of shards is ours under this token. */
  fence?: { group: string; token: number }
  topic: string
  payload: Buffer
  /** 1 when the sender waits for an acknowledgement; a QoS 2 message arrives as 1. */
  qos: 0 | 1
  /** Asked to be retained. It never is; and an old message sent again is no fresh sign of life. */
  retain: boolean
  /** The last will, which the broker publishes for a device that went without a word. */
  will: boolean
  /** Present when the body was larger than allowed: its size in bytes. `payload` is then only its beginning. */
  truncatedFromBytes?: number
  receivedAt: number
}

export const refusalReasons = [
  'unauthenticated',
  'empty_client_id',
  'bad_utf8',
  'bad_topic',
  'forbidden_topic',
  'forbidden_filter',
  'shared_subscription',
  'too_large',
  'too_fast',
  'too_many_connections',
  'malformed',
  'unknown_device',
  'overloaded',
] as const
export type RefusalReason = (typeof refusalReasons)[number]

/**
 * What the broker did not let through (or, for `too_large`, cut; for `too_fast`, slowed). Texts hold no control
 * characters and are bounded, so they can be stored as they are.
 */
export type Refusal = {
  reason: RefusalReason
  clientId: string
  /** The device; for `unauthenticated` only what somebody claimed to be. */
  serial?: string
  topic?: string
  detail: string
  at: number
  /** The beginning of the body. */
  body?: Buffer
}

export type BrokerLog = {
  info(fields: object, text: string): void
  warn(fields: object, text: string): void
  error(fields: object, text: string): void
}
