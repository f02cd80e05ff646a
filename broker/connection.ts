import type { Client } from 'aedes'
import type { Duplex } from 'node:stream'
import type { Bucket } from './bucket.ts'
import { Gate, type Passed } from './gate.ts'
import { createBucket } from './bucket.ts'
import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal, RefusalReason } from './messages.ts'

/** One connection, from the first byte to the last. */
export type Connection<P extends AnyPrincipal> = {
  /**
   * The id under which aedes knows it; no other connection ever has it. A device is its serial and secret: two
   * devices that an installer gave the same MQTT client id must not throw each other out for ever.
   */
  key: string
  gate: Gate
  client: Client | undefined
  /** As the device calls itself. */
  clientId: string
  /** Found at CONNECT, told after it, because only then can it be answered. */
  problem: RefusalReason | undefined
  principal: P | undefined
  /** Topics that it was found to be allowed to publish on. */
  topics: string[]
  /** Topics that the device listens to. */
  filters: Set<string>
  /** When each message was sent that the device has not acknowledged. */
  unansweredSince: number[]
  bucket: Bucket
  pause: NodeJS.Timeout | undefined
  /** `gone`: nothing can be sent any more, though what it sent before may still be on its way in. */
  presence: 'arriving' | 'online' | 'gone'
  isToldMalformed: boolean
  isToldTooFast: boolean
}

type ConnectionOptions<P extends AnyPrincipal> = {
  source: Duplex
  /** Of the process, so that the key is known nowhere else either. */
  prefix: string
  limits: BrokerLimits
  mayPass: (connection: Connection<P>) => boolean
  onPublish: (connection: Connection<P>, passed: Passed) => void
  onBroken: (connection: Connection<P>, reason: 'too_large' | 'malformed', detail: string) => void
  onGone: (connection: Connection<P>) => void
}

export function createConnection<P extends AnyPrincipal>(options: ConnectionOptions<P>): Connection<P> {
  const { source, limits } = options
  const gate: Gate = new Gate({
    source,
    limits,
    mayPass: () => options.mayPass(connection),
    onPublish: (passed) => options.onPublish(connection, passed),
    onBroken: ({ reason, detail }) => options.onBroken(connection, reason, detail),
    onGone: () => options.onGone(connection),
  })
  const connection: Connection<P> = {
    key: options.prefix + nextKey(),
    gate,
    client: undefined,
    clientId: '',
    problem: undefined,
    principal: undefined,
    topics: [],
    filters: new Set(),
    unansweredSince: [],
    bucket: createBucket({ perSecond: limits.publishesPerSecond, burst: limits.publishBurst }),
    pause: undefined,
    presence: 'arriving',
    isToldMalformed: false,
    isToldTooFast: false,
  }
  return connection
}

// MQTT 3.1 allows 23 characters with the prefix, and aedes checks.
let lastKey = 0
const nextKey = () => `c${(++lastKey).toString(36)}`
