import { parseTopic, topicOf, upKinds } from '#contract/topics.ts'
import { Lanes } from '../lanes.ts'
import { brokerLimits, type BrokerLimits } from '../limits.ts'
import type { AnyPrincipal, BrokerLog, Incoming, Refusal } from '../messages.ts'
import { safeText } from '../text.ts'
import { connectDeferred, type Arrived, type DeferredClient } from './deferred-client.ts'
import { createIdentities } from './identities.ts'

export type ExternalOptions<P extends AnyPrincipal> = {
  url: string
  /** Who has these serials; asked for many at a time. The broker has let them in: identity is the topic. */
  identify: (serials: readonly string[]) => Promise<ReadonlyMap<string, P>>
  /** Resolves after COMMIT, which acknowledges. A rejection means "not now": it is held and offered again. */
  accept: (message: Incoming<P>) => Promise<void>
  onRefused: (refusal: Refusal) => void
  /** Epoch milliseconds. */
  now: () => number
  limits?: Partial<BrokerLimits>
  log: BrokerLog
}

/** The first digit of a shard: sixteen groups, each consumed by one server at a time. */
export const shardGroups = '0123456789abcdef'.split('')

/** Filters that no two groups share, and none of which gives us back what we say ourselves. */
export const filtersOf = (group: string): string[] =>
  shardGroups.flatMap((second) => upKinds.map((kind) => `cp/v1/${group}${second}/+/${kind}`))

/** Sent and not acknowledged, of one group; brokers send 20 (mosquitto) to 1,000 (NATS) ahead. */
const unacknowledgedMax = 2000
/** How long a group that is handed over may take to be stored (ms); the rest is sent again to the next. */
const handOverMs = 2000

type Consumer = { token: number; client: DeferredClient }

/**
 * A standard broker in place of our own: acknowledged means there what the device hears on its `ack` topic after
 * COMMIT. It consumes only the groups that it is told to hold, with one stable client id each, so that whoever holds
 * a group next inherits its queue and what is in flight (shared subscriptions would keep it with the dead).
 */
export function createExternalBroker<P extends AnyPrincipal>(options: ExternalOptions<P>) {
  const { url, now, log } = options
  const limits = { ...brokerLimits, ...options.limits }
  const consumers = new Map<string, Consumer>()
  const refusals = { count: 0 }
  const isHeld = (fence: Fence | undefined) =>
    fence !== undefined && consumers.get(fence.group)?.token === fence.token
  const lanes = new Lanes<P>({
    // What was taken for a group that is not ours any more is another's to store, and to acknowledge.
    accept: (message) => (isHeld(message.fence) ? options.accept(message) : Promise.resolve()),
    limits,
    log,
  })
  const identities = createIdentities({ identify: options.identify, now, log })

  function arrived(message: Arrived, fence: Fence): void {
    const topic = parseTopic(message.topic)
    const isUp = upKinds.some((kind) => kind === topic?.kind)
    if (!topic || !isUp) return refuse(message, 'bad_topic', { detail: 'not a topic of a device' })
    const receivedAt = now()
    identities.of(topic.serial, (principal) => {
      const { serial } = topic
      if (!principal)
        return refuse(message, 'unknown_device', { serial, detail: 'no device has this serial' })
      const acknowledge = () => void (isHeld(fence) && message.acknowledge())
      lanes.add(serial, incoming(message, { principal, fence, receivedAt }), acknowledge)
    })
  }

  function incoming(
    { topic, payload, qos, retain }: Arrived,
    { principal, fence, receivedAt }: Pick<Incoming<P>, 'principal' | 'receivedAt'> & { fence: Fence },
  ): Incoming<P> {
    const isCut = payload.length > limits.packetBytesMax
    return {
      principal,
      clientId: principal.serial,
      topic,
      payload: isCut ? Buffer.from(payload.subarray(0, limits.keptBytesMax)) : payload,
      qos,
      retain,
      will: false,
      fence,
      receivedAt,
      ...(isCut ? { truncatedFromBytes: payload.length } : {}),
    }
  }

  /** Acknowledged all the same: what can never be stored would come again for ever. */
  function refuse(message: Arrived, reason: 'bad_topic' | 'unknown_device', told: Told): void {
    refusals.count += 1
    const { keptBytesMax, saidCharsMax } = limits
    options.onRefused({
      reason,
      clientId: '',
      ...told,
      topic: safeText(message.topic, saidCharsMax),
      at: now(),
      body: Buffer.from(message.payload.subarray(0, keptBytesMax)),
    })
    message.acknowledge()
  }

  async function drop(group: string): Promise<void> {
    const consumer = consumers.get(group)
    if (!consumer) return
    await consumer.client.close(handOverMs)
    if (consumers.get(group) === consumer) consumers.delete(group)
  }

  return {
    /** Consumes this group from now on, under this fencing token. */
    hold(group: string, token: number): void {
      const before = consumers.get(group)
      if (before?.token === token) return
      // Another's in between, while this server stood still: two clients of one id would throw each other out for ever.
      void before?.client.close(0)
      const client = connectDeferred({
        url,
        clientId: `curtain-pact-${group}`,
        filters: filtersOf(group),
        onMessage: (message) => arrived(message, { group, token }),
        log,
        unacknowledgedMax,
        now,
      })
      consumers.set(group, { token, client })
    },
    /** Hands the group over: what was taken is stored and acknowledged first, bounded. */
    drop,
    /** The group is another's already: nothing that was taken for it is stored any more. */
    async lose(group: string): Promise<void> {
      const consumer = consumers.get(group)
      consumers.delete(group)
      await consumer?.client.close(0)
    },
    held: () => [...consumers.keys()],
    /** All that it holds is connected and subscribed. */
    isReady: () => consumers.size > 0 && [...consumers.values()].every(({ client }) => client.isReady()),
    /** `sent`: the broker has it, for a device that listens or whose session it keeps. */
    publishTo(
      serial: string,
      topic: string,
      payload: Buffer | string,
      qos: 0 | 1,
    ): Promise<'sent' | 'offline'> {
      const consumer = consumers.get(groupOf(serial))
      return consumer ? consumer.client.publish(topic, payload, qos) : Promise.resolve('offline')
    },
    oldestPendingAt: () => lanes.oldestPendingAt(),
    /** Up to when we surely heard every device that we hold (epoch ms): a broker that is away is no silence of people. */
    heardUntil: () => Math.min(now(), ...[...consumers.values()].map(({ client }) => client.heardUntil())),
    stats: () => ({
      // Who is connected only the broker knows: these spoke since we began.
      connections: identities.size(),
      sessionsLost: [...consumers.values()].reduce((sum, { client }) => sum + client.stats().sessionsLost, 0),
      ...lanes.totals(),
      refused: { refused: refusals.count },
    }),
    async close(): Promise<void> {
      await Promise.all([...consumers.keys()].map(drop))
      lanes.stop()
      identities.stop()
    },
  }
}

type Fence = { group: string; token: number }
type Told = { serial?: string; detail: string }

const groupOf = (serial: string): string => topicOf(serial, 'ack').charAt('cp/v1/'.length)

export type ExternalBroker = ReturnType<typeof createExternalBroker>
