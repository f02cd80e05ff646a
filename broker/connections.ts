import type { Aedes, Client } from 'aedes'
import type { Duplex } from 'node:stream'
import { createConnection, type Connection } from './connection.ts'
import type { Gate, Passed } from './gate.ts'
import type { Lanes } from './lanes.ts'
import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal } from './messages.ts'
import type { Refuse } from './refusals.ts'
import type { Registry } from './registry.ts'

type ConnectionsOptions<P extends AnyPrincipal> = {
  lanes: Lanes<P>
  registry: Registry<P>
  onPublish: (connection: Connection<P>, passed: Passed) => void
  refuse: Refuse
  isClosing: () => boolean
  /** Nobody is let in or heard: it closes, or others serve. */
  isShut: () => boolean
  isUrgent: (topic: string, payload: Buffer) => boolean
  limits: BrokerLimits
  prefix: string
}

/** All open connections, let in or not, and how fast each of them is read. */
export class Connections<P extends AnyPrincipal> {
  readonly of = (client: Client): Connection<P> | undefined => this.#byClient.get(client)
  readonly #options: ConnectionsOptions<P>
  readonly #byClient = new Map<Client, Connection<P>>()
  #ever = 0

  constructor(options: ConnectionsOptions<P>) {
    this.#options = options
  }

  counts() {
    return { connections: this.#byClient.size, connectionsEver: this.#ever }
  }

  add(source: Duplex, aedes: Aedes): void {
    const { refuse, registry, limits, prefix, isClosing, isShut } = this.#options
    const open = this.#byClient.size
    if (isShut() || open >= limits.connectionsMax) {
      if (!isShut()) refuse(undefined, 'too_many_connections', { detail: `${open} connections are open` })
      return void source.on('error', () => {}).destroy()
    }
    this.#ever++
    const connection = createConnection<P>({
      source,
      prefix,
      limits,
      mayPass: (from) => this.#mayPass(from),
      onPublish: this.#options.onPublish,
      onBroken: (from, reason, detail) => refuse(from, reason, { detail }),
      onGone: (gone) => (isClosing() ? undefined : registry.leave(gone)),
    })
    const client = aedes.handle(connection.gate)
    connection.client = client
    this.#byClient.set(client, connection)
    connection.gate.once('close', () => {
      clearTimeout(connection.pause)
      this.#byClient.delete(client)
    })
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#byClient.values()].map(({ gate }) => closed(gate)))
  }

  /** Back-pressure: a device is read no faster than its messages are stored, nor than its share allows. */
  #mayPass(connection: Connection<P>): boolean {
    const { lanes, isShut, isUrgent } = this.#options
    const { principal, gate } = connection
    if (isShut() || connection.pause !== undefined || principal === undefined) return false
    const holdsUrgent = () => gate.holds(({ topic, payload }) => isUrgent(topic.toString(), payload))
    if (!lanes.hasRoom(principal.serial, { wake: gate.advance, isUrgent: holdsUrgent })) return false
    const waitMs = connection.bucket.take()
    if (waitMs > 0) this.#slowDown(connection, waitMs)
    return waitMs === 0
  }

  #slowDown(connection: Connection<P>, waitMs: number): void {
    const { refuse, limits } = this.#options
    connection.pause = setTimeout(() => {
      connection.pause = undefined
      connection.gate.advance()
    }, waitMs)
    if (connection.isToldTooFast) return
    connection.isToldTooFast = true
    const detail = `above ${limits.publishesPerSecond} messages/s: slowed, not lost`
    refuse(connection, 'too_fast', { detail })
  }
}

function closed(gate: Gate): Promise<void> {
  if (gate.closed) return Promise.resolve()
  return new Promise((resolve) => {
    gate.once('close', () => resolve())
    gate.destroy()
  })
}
