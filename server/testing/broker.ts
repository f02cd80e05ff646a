import { MqttClient, type IClientOptions, type IClientPublishOptions } from 'mqtt'
import { generate, parser, type Packet, type PacketCmd } from 'mqtt-packet'
import { once } from 'node:events'
import { duplexPair, type Duplex } from 'node:stream'

type TakesDuplex = { handle(duplex: Duplex): void }
type Received = { topic: string; payload: Buffer; qos: number }

/** The device's end of a connection to a broker, without a port. A cut on one end is felt on the other. */
export function connectDuplex(broker: TakesDuplex): Duplex {
  const [near, far] = duplexPair()
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => {})
    one.on('close', () => other.destroy())
  }
  broker.handle(far)
  return near
}

export type DeviceOptions = { clientId: string; username?: string; password?: string } & Omit<
  IClientOptions,
  'clientId' | 'username' | 'password'
>

/** A real MQTT client (mqtt.js) connected to the broker without a port; rejects when it is not let in. */
export async function connectDevice(broker: TakesDuplex, options: DeviceOptions) {
  const stream = connectDuplex(broker)
  const client = new MqttClient(() => stream, { protocolVersion: 4, reconnectPeriod: 0, ...options })
  const messages = createMailbox<Received>()
  client.on('message', (topic, payload, { qos }) => messages.put({ topic, payload, qos }))
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  await connected(client)
  client.on('error', () => {})
  return {
    client,
    closed,
    /** Resolves on the acknowledgement (QoS 1), or when it was written (QoS 0). */
    publish: async (topic: string, payload: string | Buffer, sent: IClientPublishOptions = { qos: 1 }) => {
      await client.publishAsync(topic, payload, sent)
    },
    subscribe: async (filter: string, qos: 0 | 1 = 1) => {
      await client.subscribeAsync(filter, { qos })
    },
    /** The next message that was sent to this device. */
    nextMessage: () => messages.take(() => true),
    /** Says goodbye: no last will. */
    end: () => client.endAsync(),
    /** Goes without a word, as when the battery is taken out. */
    cut: () => void stream.destroy(),
  }
}

async function connected(client: MqttClient): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', reject)
    client.once('close', () => reject(new Error('the broker closed the connection')))
  })
}

/** A client that speaks in packets and bytes, for what no well-behaved client does. */
export function rawClient(broker: TakesDuplex) {
  const stream = connectDuplex(broker)
  const packets = createMailbox<Packet>()
  const reader = parser()
  reader.on('packet', (packet) => packets.put(packet))
  stream.on('data', (bytes: Buffer) => reader.parse(bytes))
  const closed = once(stream, 'close').then(() => undefined)
  return {
    stream,
    closed,
    /** All packets that arrived and were not asked for yet. */
    unread: packets.unread,
    send: (...sent: Packet[]) => void stream.write(Buffer.concat(sent.map((packet) => generate(packet)))),
    sendBytes: (bytes: Buffer) => void stream.write(bytes),
    /** The next packet, or the next one of a kind (others stay unread). */
    next: (cmd?: PacketCmd) => packets.take((packet) => cmd === undefined || packet.cmd === cmd),
    /** The device stops reading, as a frozen one does. */
    freeze: () => void stream.removeAllListeners('data').pause(),
    cut: () => void stream.destroy(),
  }
}

/** `rawClient`, let in. */
export async function rawDevice(broker: TakesDuplex, options: { clientId: string } & Partial<ConnectFields>) {
  const raw = rawClient(broker)
  raw.send(connectPacket(options))
  const connack = await raw.next('connack')
  if (connack.cmd !== 'connack' || connack.returnCode !== 0) throw new Error('not let in')
  return raw
}

type ConnectFields = Extract<Packet, { cmd: 'connect' }>

export const connectPacket = (fields: { clientId: string } & Partial<ConnectFields>): Packet => ({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
  ...fields,
})

/** Things that arrive, and those who wait for them. */
export function createMailbox<T>() {
  let waiting: { wanted: (thing: T) => boolean; give: (thing: T) => void }[] = []
  const unread: T[] = []
  return {
    unread,
    put(thing: T): void {
      const first = waiting.find(({ wanted }) => wanted(thing))
      if (first === undefined) return void unread.push(thing)
      waiting = waiting.filter((other) => other !== first)
      first.give(thing)
    },
    take(wanted: (thing: T) => boolean): Promise<T> {
      const at = unread.findIndex(wanted)
      const [thing] = at < 0 ? [] : unread.splice(at, 1)
      if (thing !== undefined) return Promise.resolve(thing)
      return new Promise((give) => void waiting.push({ wanted, give }))
    },
  }
}
