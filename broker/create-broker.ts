import { Aedes, type Client } from 'aedes'
import type { Duplex } from 'node:stream'
import { createConnection, type Connection } from './connection.ts'
import { createDoor } from './door.ts'
import { createInbound } from './inbound.ts'
import { createLanes } from './lanes.ts'
import { brokerLimits, type BrokerLimits } from './limits.ts'
import { listenTcp, type Listener } from './listen.ts'
import type { AnyPrincipal, BrokerLog, Incoming, Refusal } from './messages.ts'
import { createEmptyStore, noCrossbar } from './nothing-kept.ts'
import { createOutbound } from './outbound.ts'
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
  /** Pure. */
  mayPublish: (principal: P, topic: string) => boolean
  /** Pure. Asked for exact topics only; wildcards and $share are refused before. */
  maySubscribe: (principal: P, filter: string) => boolean
  /** Resolves after COMMIT, which acknowledges. A rejection means "not now": it is held and offered again. */
  accept: (message: Incoming<P>) => Promise<void>
  /** Must be quick and bounded: a hostile device causes as many of these as it may publish. */
  onRefused: (refusal: Refusal) => void
  onPresence: (principal: P, presence: 'online' | 'offline', clientId: string) => void
  /** Epoch milliseconds. */
  now: () => number
  limits?: Partial<BrokerLimits>
  log: BrokerLog
}

/**
 * An MQTT 3.1.1 broker whose acknowledgement means "stored": devices speak to `accept`, the service speaks to one
 * device by `publishTo`, and devices never hear each other. The MQTT client id need not be the device's serial;
 * identity is what `authenticate` says. Sessions are not kept, nothing is retained, QoS 2 is taken as at least once.
 * Closing it publishes no wills and reports nobody offline: our own going away says nothing about a device.
 */
export async function createBroker<P extends AnyPrincipal>(options: BrokerOptions<P>) {
  const { now } = options
  const limits = { ...brokerLimits, ...options.limits }
  const troubles = createTroubles(options)
  const { onRefused, onPresence, log } = troubles
  const connections = new Map<Client, Connection<P>>()
  const listeners = new Set<Listener>()
  const store = createEmptyStore()
  const { refuse, counts } = createRefusals({ onRefused, now, limits })
  const lanes = createLanes({ accept: options.accept, limits, log })
  const registry = createRegistry<P>(onPresence)
  const connectionOf = (client: Client) => connections.get(client)
  const isClosing = () => closing !== undefined
  let closing: Promise<void> | undefined
  let connectionsEver = 0

  const { authenticate } = options
  const door = createDoor<P>({ authenticate, connectionOf, registry, refuse, isClosing, limits, log })
  const { isWill } = door
  const { mayPublish, maySubscribe } = options
  const outbound = createOutbound<P>({ maySubscribe, connectionOf, registry, refuse, now, limits })
  const inbound = { mayPublish, connectionOf, isWill, isClosing, lanes, store, refuse, now, limits }
  const aedes = await Aedes.createBroker({
    mq: noCrossbar,
    persistence: store,
    connectTimeout: limits.connectMs,
    drainTimeout: limits.drainMs,
    maxInflightInbound: limits.qos2OpenMax,
    preConnect: door.preConnect,
    authenticate: door.authenticate,
    authorizePublish: troubles.contained(createInbound<P>(inbound)),
    authorizeSubscribe: troubles.contained(outbound.authorizeSubscribe),
  })
  aedes.on('unsubscribe', outbound.forget)
  aedes.on('ack', (_packet, client) => outbound.answered(client))
  aedes.on('clientReady', (client) => {
    const connection = connectionOf(client)
    if (connection === undefined) return
    registry.arrive(connection)
    connection.gate.open()
  })
  troubles.watch(aedes, (client, detail) => {
    const connection = connectionOf(client)
    if (connection === undefined || connection.isToldMalformed) return
    connection.isToldMalformed = true
    refuse(connection, 'malformed', { detail })
  })

  /** Takes one connection over any duplex stream. */
  function handle(source: Duplex): void {
    if (isClosing()) return void source.on('error', () => {}).destroy()
    if (connections.size >= limits.connectionsMax) {
      refuse(undefined, 'too_many_connections', { detail: `${connections.size} connections are open` })
      return void source.on('error', () => {}).destroy()
    }
    connectionsEver++
    const connection = createConnection<P>({
      source,
      limits,
      mayPass,
      onBroken: (from, reason, detail) => refuse(from, reason, { detail }),
      onGone: (gone) => (isClosing() ? undefined : registry.leave(gone)),
    })
    const client = aedes.handle(connection.gate)
    connection.client = client
    connections.set(client, connection)
    connection.gate.once('close', () => {
      clearTimeout(connection.pause)
      connections.delete(client)
    })
  }

  /** Back-pressure: a device is read no faster than its messages are stored, nor than its share allows. */
  function mayPass(connection: Connection<P>): boolean {
    const { principal, gate } = connection
    if (isClosing() || connection.pause !== undefined || principal === undefined) return false
    if (!lanes.hasRoom(principal.serial, gate.advance)) return false
    const waitMs = connection.bucket.take()
    if (waitMs === 0) return true
    connection.pause = setTimeout(() => {
      connection.pause = undefined
      gate.advance()
    }, waitMs)
    if (!connection.isToldTooFast) {
      connection.isToldTooFast = true
      refuse(connection, 'too_fast', {
        detail: `above ${limits.publishesPerSecond} messages/s: slowed, not lost`,
      })
    }
    return false
  }

  async function shutDown(): Promise<void> {
    await Promise.all([...listeners].map((listener) => listener.close()))
    door.stop()
    await lanes.idle(limits.closeGraceMs)
    lanes.stop()
    // Acknowledgements that were just released leave with the next tick.
    await new Promise(setImmediate)
    const gone = [...connections.values()].map(({ gate }) => closed(gate))
    await new Promise<void>((resolve) => aedes.close(() => resolve()))
    await Promise.all(gone)
  }

  return {
    handle,
    async listen({ host, port }: { host: string; port: number }): Promise<Listener> {
      const listener = await listenTcp({ host, port, handle, log })
      listeners.add(listener)
      return listener
    },
    publishTo: (serial: string, topic: string, payload: Buffer | string, qos: 0 | 1) =>
      outbound.send({ serial, topic, payload, qos }),
    isOnline: (serial: string) => registry.online(serial) !== undefined,
    stats: () => ({
      connections: connections.size,
      connectionsEver,
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

function closed(gate: Connection<AnyPrincipal>['gate']): Promise<void> {
  if (gate.closed) return Promise.resolve()
  return new Promise((resolve) => {
    gate.once('close', () => resolve())
    gate.destroy()
  })
}

export type Broker = Awaited<ReturnType<typeof createBroker>>
export type { Incoming, Refusal, RefusalReason } from './messages.ts'
