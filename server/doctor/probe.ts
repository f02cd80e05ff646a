// MQTT clients that the doctor measures with: one that does not acknowledge, and one that says what came of it.
import { randomBytes } from 'node:crypto'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'

export type Seen = { text: string; retain: boolean; at: number }

/** Milliseconds that the doctor waits for an answer before it says that there was none. */
export const patienceMs = 5000

/** Names of this examination, so that two of them, and what a broker still keeps of an older one, stay apart. */
export const createNames = () => {
  const run = randomBytes(4).toString('hex')
  return {
    clientId: (who: string) => `cp-doctor-${run}-${who}`,
    topic: (what: string) => `cp/doctor/${run}/${what}`,
  }
}
export type Names = ReturnType<typeof createNames>

/** Rejects with the broker's own words, or when it does not answer. */
export async function open(url: string, options: IClientOptions): Promise<MqttClient> {
  const client = mqtt.connect(url, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    connectTimeout: patienceMs,
    resubscribe: false,
    ...options,
  })
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', reject)
    client.once('close', () => reject(new Error('the broker closed the connection')))
  })
  client.on('error', () => {})
  return client
}

export type Listener = {
  client: MqttClient
  seen: Seen[]
  sessionPresent: boolean
  /** Resolves when so many have come, or when the patience is at its end. */
  heard(count: number, waitMs?: number): Promise<Seen[]>
  leave(): Promise<void>
}

/** Listens with QoS 1. @param how whether it acknowledges what comes */
export async function listener(
  url: string,
  about: { clientId: string; filter?: string; clean: boolean; how: 'acknowledges' | 'keeps silent' },
): Promise<Listener> {
  const { clientId, filter, clean, how } = about
  const seen: Seen[] = []
  let sessionPresent = false
  const client = mqtt.connect(url, {
    protocolVersion: 4,
    clientId,
    clean,
    reconnectPeriod: 0,
    connectTimeout: patienceMs,
    resubscribe: false,
  })
  client.handleMessage = ({ payload, retain }, done) => {
    seen.push({ text: payload.toString(), retain, at: performance.now() })
    // an error sends no PUBACK and reads on (broker/external pins this behaviour of mqtt.js)
    done(how === 'acknowledges' ? undefined : new Error('kept'))
  }
  await new Promise<void>((resolve, reject) => {
    client.once('connect', (connack) => {
      sessionPresent = connack.sessionPresent
      resolve()
    })
    client.once('error', reject)
    client.once('close', () => reject(new Error('the broker closed the connection')))
  })
  client.on('error', () => {})
  if (filter !== undefined) await client.subscribeAsync(filter, { qos: 1 })
  return {
    client,
    seen,
    sessionPresent,
    async heard(count, waitMs = patienceMs) {
      const giveUpAt = performance.now() + waitMs
      while (seen.length < count && performance.now() < giveUpAt) await pause(5)
      return seen
    },
    leave: () => client.endAsync(true),
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Publishes so many numbered messages with QoS 1, a bounded number on their way at a time. */
export async function publishMany(client: MqttClient, topic: string, count: number): Promise<void> {
  const inFlightMax = 100
  for (let first = 0; first < count; first += inFlightMax) {
    const numbers = Array.from({ length: Math.min(inFlightMax, count - first) }, (_, nth) => first + nth)
    await Promise.all(numbers.map((number) => client.publishAsync(topic, String(number), { qos: 1 })))
  }
}
