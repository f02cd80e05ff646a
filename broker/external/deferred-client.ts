import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { BrokerLog } from '../messages.ts'

export type Arrived = {
  topic: string
  payload: Buffer
  qos: 0 | 1
  retain: boolean
  /** Sends the PUBACK, in its turn; it does nothing any more when the connection it came over is gone. */
  acknowledge: () => void
}

export type DeferredOptions = {
  url: string
  /** Stable: whoever connects with it inherits what the last holder of it was sent and did not acknowledge. */
  clientId: string
  filters: readonly string[]
  onMessage: (arrived: Arrived) => void
  log: BrokerLog
  /** Beyond it nothing more is read, until the half is acknowledged. */
  unacknowledgedMax: number
  /** Epoch milliseconds. */
  now: () => number
}

/** Milliseconds. A broker that restarts is back in a second or two. */
const limits = {
  reconnectMs: 500,
  connectMs: 5000,
  keepaliveSeconds: 15,
  /** How often the broker is asked whether it is there: what it was given before its answer, we have. */
  askEveryMs: 1000,
  /** A broker that was away lost its devices too, and they need a moment: longer than what counts as no gap at all. */
  returnMs: 6000,
  publishMs: 5000,
  publishesMax: 5000,
  leaveMs: 1000,
}

type Held = {
  messageId: number
  topic: string
  payload: Buffer
  /** Of which connection: a PUBACK over a later one would acknowledge another message. */
  epoch: number
  isStored: boolean
}

/** mqtt.js without its types' modesty: what is used of its inside is pinned by deferred-client.test.ts. */
type Inside = { _sendPacket: (packet: { cmd: 'puback'; messageId: number }) => void }

const notYet = new Error('acknowledged after COMMIT')

/**
 * A client with a persistent session that sends each PUBACK when it is told to. mqtt.js has no such thing: answering
 * its `handleMessage` with an error sends none and reads on (holding the answer back would be serial, 400 messages/s,
 * and starve pings), and the PUBACK is sent by hand as long as the connection is still the same.
 */
export function connectDeferred(options: DeferredOptions) {
  const { url, clientId, filters, onMessage, log } = options
  const client = mqtt.connect(url, connectOptions(clientId))
  let epoch = 0
  let order: Held[] = []
  /** By packet id, over connections: a broker sends again under the same id what it has no PUBACK for. */
  const unacknowledged = new Map<number, Held>()
  /** Without acknowledgement (QoS 0), and not yet stored. */
  let loose = 0
  let resume: (() => void) | undefined
  let isLeaving = false
  let isSubscribed = false
  let sessionsLost = 0
  let heardUntil = options.now()
  /** Asked then and not yet answered. */
  let askedAt: number | undefined
  let returnedAt = -Infinity

  const asking = setInterval(() => {
    if (!client.connected || !isSubscribed || askedAt !== undefined) return
    askedAt = options.now()
    client.sendPing()
  }, limits.askEveryMs)
  client.on('packetreceive', ({ cmd }) => {
    if (cmd !== 'pingresp' || askedAt === undefined) return
    if (askedAt - returnedAt >= limits.returnMs) heardUntil = askedAt
    askedAt = undefined
  })
  client.on('connect', ({ sessionPresent }) => {
    if (epoch > 0) returnedAt = options.now()
    epoch += 1
    order = []
    if (!sessionPresent) {
      // what was in flight is not sent again under its old number
      unacknowledged.clear()
      if (epoch > 1) sessionsLost += 1
    }
    void subscribe(client, filters).then(
      () => void (isSubscribed = true),
      (error: unknown) => log.error({ error, clientId }, 'the external broker refuses our subscription'),
    )
  })
  client.on('close', () => {
    epoch += 1
    isSubscribed = false
    askedAt = undefined
    letOn()
  })
  client.on('error', (error) => log.warn({ error, clientId }, 'the external broker reports trouble'))

  client.handleMessage = (packet, done) => {
    const { topic, qos, retain, messageId } = packet
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    if (isLeaving) return done(notYet)
    const goOn = qos === 0 || messageId === undefined ? () => done() : () => done(notYet)
    if (qos === 0 || messageId === undefined) takeLoose({ topic, payload, retain })
    else take({ topic, payload, messageId, retain })
    if (order.length + loose < options.unacknowledgedMax) return goOn()
    resume = goOn
  }

  /** Nobody waits for its acknowledgement, but our memory does. */
  function takeLoose(said: Pick<Held, 'topic' | 'payload'> & { retain: boolean }): void {
    loose += 1
    const acknowledge = () => {
      loose -= 1
      release()
    }
    onMessage({ ...said, qos: 0, acknowledge })
  }

  function take({
    topic,
    payload,
    messageId,
    retain,
  }: Omit<Held, 'epoch' | 'isStored'> & { retain: boolean }) {
    const known = unacknowledged.get(messageId)
    if (known && known.epoch !== epoch && known.topic === topic && known.payload.equals(payload)) {
      // sent again while the first copy is still being stored, or was stored a moment ago: one message
      known.epoch = epoch
      order.push(known)
      return release()
    }
    const held: Held = { messageId, topic, payload, epoch, isStored: false }
    unacknowledged.set(messageId, held)
    order.push(held)
    onMessage({ topic, payload, qos: 1, retain, acknowledge: () => stored(held) })
  }

  function stored(held: Held): void {
    held.isStored = true
    release()
  }

  /** In the order of arrival (MQTT-4.6.0-2). */
  function release(): void {
    while (order[0]?.isStored && client.connected) {
      const held = order.shift()
      if (!held || held.epoch !== epoch) continue
      if (unacknowledged.get(held.messageId) === held) unacknowledged.delete(held.messageId)
      ;(client as unknown as Inside)._sendPacket({ cmd: 'puback', messageId: held.messageId })
    }
    if (order.length + loose <= options.unacknowledgedMax / 2) letOn()
  }

  function letOn(): void {
    const go = resume
    resume = undefined
    go?.()
  }

  return {
    isReady: () => client.connected && isSubscribed,
    stats: () => ({ unacknowledged: order.length, sessionsLost }),
    /** Up to when the broker surely gave us what it had (epoch ms): it answered, and we read on. */
    heardUntil: () => heardUntil,
    /** `sent`: the broker has it. */
    publish: (topic: string, payload: Buffer | string, qos: 0 | 1) =>
      publish(client, { topic, payload, qos }),
    /**
     * Takes nothing more, waits (bounded) until what it took is stored and acknowledged, and leaves the session.
     * 0: cuts the line, as one does who has lost it to another.
     */
    async close(graceMs: number): Promise<void> {
      isLeaving = true
      clearInterval(asking)
      await untilEmpty(() => order.length + loose === 0 || !client.connected, graceMs)
      await leave(client, graceMs)
    },
  }
}

export type DeferredClient = ReturnType<typeof connectDeferred>

const connectOptions = (clientId: string): IClientOptions => ({
  clientId,
  protocolVersion: 4,
  clean: false,
  // our subscriptions are renewed with every connection, by us
  resubscribe: false,
  reconnectPeriod: limits.reconnectMs,
  connectTimeout: limits.connectMs,
  keepalive: limits.keepaliveSeconds,
  queueQoSZero: false,
})

async function subscribe(client: MqttClient, filters: readonly string[]): Promise<void> {
  const granted = await client.subscribeAsync([...filters], { qos: 1 })
  const refused = granted.filter(({ qos }) => qos !== 1)
  if (refused.length > 0) throw new Error(`${refused.length} filters are not granted with QoS 1`)
}

type Publishing = { topic: string; payload: Buffer | string; qos: 0 | 1 }

/** Nothing is kept for a broker that is away: its row is sent later, or the device asks again. */
async function publish(client: MqttClient, { topic, payload, qos }: Publishing): Promise<'sent' | 'offline'> {
  if (!client.connected || Object.keys(client.outgoing).length >= limits.publishesMax) return 'offline'
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'offline'>((resolve) => {
    timer = setTimeout(() => resolve('offline'), limits.publishMs)
  })
  const sent = client.publishAsync(topic, payload, { qos }).then(
    () => 'sent' as const,
    () => 'offline' as const,
  )
  return Promise.race([sent, late]).finally(() => clearTimeout(timer))
}

/** A line that is cut takes the last acknowledgements with it; a broker that does not answer is not waited for. */
async function leave(client: MqttClient, graceMs: number): Promise<void> {
  if (graceMs === 0 || !client.connected) return client.endAsync(true)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limits.leaveMs)
  })
  // mqtt.js waits for the answers to what it published, and once it waits nothing ends that but a race
  await Promise.race([client.endAsync(false), late])
  clearTimeout(timer)
  client.stream.destroy()
}

async function untilEmpty(isEmpty: () => boolean, graceMs: number): Promise<void> {
  const giveUpAt = performance.now() + graceMs
  while (!isEmpty() && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 10))
}
