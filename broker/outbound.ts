import type { Client, Subscription } from 'aedes'
import type { Connection } from './connection.ts'
import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal } from './messages.ts'
import type { Refuse } from './refusals.ts'
import type { Registry } from './registry.ts'

type OutboundOptions<P extends AnyPrincipal> = {
  maySubscribe: (principal: P, filter: string) => boolean
  connectionOf: (client: Client) => Connection<P> | undefined
  registry: Registry<P>
  refuse: Refuse
  now: () => number
  limits: BrokerLimits
}

export type Sending = { serial: string; topic: string; payload: Buffer | string; qos: 0 | 1 }
type Granted = (error: Error | null, subscription?: Subscription | null) => void

/** What goes to a device: its subscriptions, and messages sent to it and to nobody else. */
export function createOutbound<P extends AnyPrincipal>(options: OutboundOptions<P>) {
  const { connectionOf, registry, refuse, limits } = options

  /** A refused filter is answered with 0x80 in SUBACK; the connection stays. */
  function authorizeSubscribe(client: Client, subscription: Subscription, done: Granted): void {
    const connection = connectionOf(client)
    const { topic } = subscription
    const reason = refusedAs(connection, topic)
    if (connection === undefined || reason !== undefined) {
      refuse(connection, reason ?? 'forbidden_filter', {
        topic,
        detail: 'this device may not listen to this',
      })
      return done(null, null)
    }
    connection.filters.add(topic)
    done(null, subscription)
  }

  function refusedAs(connection: Connection<P> | undefined, filter: string) {
    // aedes grants $share and then delivers nothing.
    if (filter.startsWith('$share/')) return 'shared_subscription'
    const principal = connection?.principal
    // Messages are sent by exact topic, so a wildcard would be a promise that is not kept.
    if (principal === undefined || /[+#\0]/.test(filter)) return 'forbidden_filter'
    return options.maySubscribe(principal, filter) ? undefined : 'forbidden_filter'
  }

  function forget(filters: string[], client: Client): void {
    for (const filter of filters) connectionOf(client)?.filters.delete(filter)
  }

  /**
   * Sends one message to the device that holds `serial`. `sent`: written to its connection (it may still be lost
   * on the way). `offline`: it is not connected here, does not listen to this topic, or does not keep up with what
   * was sent before: keep the row and try again.
   */
  async function send({ serial, topic, payload, qos }: Sending): Promise<'sent' | 'offline'> {
    const connection = registry.online(serial)
    const client = connection?.client
    if (connection === undefined || client === undefined) return 'offline'
    if (!connection.filters.has(topic) || !keepsUp(connection, options.now(), limits)) return 'offline'
    // Straight to the client: aedes' filter for duplicates then sees rising numbers only (on its message bus,
    // QoS 1 followed by QoS 0 in one tick lost 100 of 100, aedes issues 955 and 994).
    if (qos === 1) connection.unansweredSince.push(options.now())
    await new Promise<void>((resolve) => {
      client.publish({ cmd: 'publish', topic, payload, qos, retain: false, dup: false }, () => resolve())
    })
    return registry.online(serial) === connection ? 'sent' : 'offline'
  }

  function answered(client: Client): void {
    connectionOf(client)?.unansweredSince.shift()
  }

  return { authorizeSubscribe, forget, send, answered }
}

function keepsUp<P extends AnyPrincipal>(connection: Connection<P>, now: number, limits: BrokerLimits) {
  const forgottenAt = now - limits.outboundAnswerMs
  const open = connection.unansweredSince.filter((sentAt) => sentAt > forgottenAt)
  connection.unansweredSince = open
  return open.length < limits.outboundInFlightMax && connection.gate.unsentBytes < limits.outboundBytesMax
}

export type Outbound = ReturnType<typeof createOutbound>
