import type { Duplex } from 'node:stream'
import type { Connection } from './connection.ts'
import { Connections } from './connections.ts'
import { Door } from './door.ts'
import type { Passed } from './gate.ts'
import { createInbound } from './inbound.ts'
import { Lanes } from './lanes.ts'
import { brokerLimits, type BrokerLimits } from './limits.ts'
import { listenTcp, type Listener } from './listen.ts'
import type { AnyPrincipal, BrokerLog, Incoming, Refusal } from './messages.ts'
import { createEmptyStore } from './nothing-kept.ts'
import { keepAlive, openAedes } from './open-aedes.ts'
import { createOutbound } from './outbound.ts'
import type { PaceOptions } from './pace.ts'
import { createRefusals } from './refusals.ts'
import { createRegistry } from './registry.ts'
import { createTroubles } from './troubles.ts'

export type BrokerOptions<P extends AnyPrincipal> = {
  /** Undefined: unknown or wrong secret. A rejection: cannot be asked now, the device hears "unavailable". */
  authenticate: (
    clientId: string,
    username: string | undefined,
    password: string | undefined,
  ) => Promise<P | undefined>
  /** Of devices that have to wait at the door, by user name; left out, they come in the order of arrival. */
  urgencyOf?: PaceOptions['urgencyOf']
  /** Pure. */
  mayPublish: (principal: P, topic: string) => boolean
  /** Pure. Asked for exact topics only; wildcards and $share are refused before. */
  maySubscribe: (principal: P, filter: string) => boolean
  /** Resolves after COMMIT, which acknowledges. A rejection means "not now": it is held and offered again. */
  accept: (message: Incoming<P>) => Promise<void>
  /**
   * Pure, and asked only while too much is waiting: such a message, and what its device said before it, is let in all
   * the same. Left out, nothing is urgent.
   */
  isUrgent?: (topic: string, payload: Buffer) => boolean
  /** Must be quick and bounded: a hostile device causes as many of these as it may publish. */
  onRefused: (refusal: Refusal) => void
  /** `connection` as in the messages that came over it. */
  onPresence: (principal: P, presence: 'online' | 'offline', connection: string) => void
  /**
   * Others serve and we cannot: nobody is let in, and what ends then says nothing about a device. Left out, never.
   */
  isAway?: () => boolean
  /** Epoch milliseconds. */
  now: () => number
  limits?: Partial<BrokerLimits>
  /** Stands before the number of each connection, so that no other process ever calls one of its own so. */
  connectionPrefix?: string
  log: BrokerLog
}

/**
 * An MQTT 3.1.1 broker whose acknowledgement means "stored": devices speak to `accept`, the service speaks to one
 * device by `publishTo`, and devices never hear each other. The MQTT client id need not be the device's serial;
 * identity is what `authenticate` says. Sessions are not kept, nothing is retained, QoS 2 is taken as at least once.
 * Closing it publishes no wills and reports nobody offline: our own going away says nothing about a device.
 */
export async function createBroker<P extends AnyPrincipal>(options: BrokerOptions<P>) {
  const { now, authenticate, mayPublish, maySubscribe, accept } = options
  const limits = { ...brokerLimits, ...options.limits }
  const prefix = options.connectionPrefix ?? ''
  let closing: Promise<void> | undefined
  const isClosing = () => closing !== undefined
  const { isAway = () => false } = options
  const isShut = () => isClosing() || isAway()

  const troubles = createTroubles(options)
  const { onRefused, onPresence, log } = troubles
  const { refuse, counts } = createRefusals({ onRefused, now, limits })
  const store = createEmptyStore()
  const lanes = new Lanes<P>({ accept, limits, log })
  const registry = createRegistry<P>((principal, presence, connection) => {
    if (presence === 'online' || !isAway()) onPresence(principal, presence, connection)
  }, prefix)
  const onPublish = (connection: Connection<P>, passed: Passed): void => {
    if (troubles.ruled(() => inbound.receive(connection, passed))) keepAlive(connection.client)
    else connection.gate.destroy()
  }
  const { isUrgent = () => false } = options
  const pressing = { lanes, refuse, isClosing, isShut, isUrgent, limits }
  const connections = new Connections<P>({ ...pressing, registry, onPublish, prefix })
  const shared = { connectionOf: connections.of, registry, refuse, isClosing: isShut, now, limits, log }
  const door = new Door<P>({ ...shared, authenticate, urgencyOf: options.urgencyOf })
  const inbound = createInbound<P>({ ...shared, mayPublish, isWill: door.isWill, lanes, store })
  const outbound = createOutbound<P>({ ...shared, maySubscribe })
  const parts = { connections, door, inbound, outbound, registry, store, troubles, refuse, limits }
  const aedes = await openAedes<P>(parts)

  const handle = (source: Duplex): void => connections.add(source, aedes)
  const listeners = new Set<Listener>()

  async function shutDown(): Promise<void> {
    await Promise.all([...listeners].map((listener) => listener.close()))
    door.stop()
    await lanes.idle(limits.closeGraceMs)
    lanes.stop()
    // Acknowledgements that were just released leave with the next tick.
    await new Promise(setImmediate)
    await connections.closeAll()
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
  }

  return {
    /** Takes over one connection; any duplex stream of bytes will do. */
    handle,
    /** Rejects with a clear sentence and `code` (EADDRINUSE) when it cannot. Closing it closes no connection. */
    async listen({ host, port }: { host: string; port: number }): Promise<Listener> {
      const listener = await listenTcp({ host, port, handle, log })
      listeners.add(listener)
      return listener
    },
    /** See outbound.ts for what `sent` and `offline` promise. */
    publishTo: (serial: string, topic: string, payload: Buffer | string, qos: 0 | 1) =>
      outbound.send({ serial, topic, payload, qos }),
    /** When the oldest message was received that is not stored yet (epoch ms); undefined where none waits. */
    oldestPendingAt: () => lanes.oldestPendingAt(),
    /** Another server holds this device now, over that connection; its own word about that changes nothing here. */
    yieldTo: (serial: string, connection: string): void => registry.yieldTo(serial, connection),
    /** Ends every connection, for those who held them to come to another server. What waits to be stored stays. */
    sendAway: (): Promise<void> => connections.closeAll(),
    isOnline: (serial: string) => registry.online(serial) !== undefined,
    stats: () => ({
      ...connections.counts(),
      devices: registry.size(),
      takeOvers: registry.takeOvers(),
      connectionErrors: troubles.connectionErrors(),
      ...lanes.totals(),
      refused: counts(),
    }),
    /** Stops listening, lets commits under way be acknowledged, then closes every connection. */
    close: (): Promise<void> => (closing ??= shutDown()),
  }
}

export type Broker = Awaited<ReturnType<typeof createBroker>>
export type { Incoming, Refusal, RefusalReason } from './messages.ts'
