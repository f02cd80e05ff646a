// The devices of a story: real MQTT clients, connected to the broker without a port.
import { randomUUID } from 'node:crypto'
import type { DeviceKind, Origin, PowerClass } from '#contract/primitives.ts'
import type { AckMessage, CommandMessage } from '#contract/messages.ts'
import { topicOf, type UpKind } from '#contract/topics.ts'
import type { Clock } from '#clock/clock.ts'
import type { Broker } from '../../broker/create-broker.ts'
import { connectDevice } from './broker.ts'
import type { CastDevice } from './cast.ts'

type Connection = Awaited<ReturnType<typeof connectDevice>>
type Living = { device: CastDevice; power: PowerClass; connection: Connection; speaksAt: number }
export type HeardCommand = { at: number; serial: string; command: CommandMessage }

export type StoryDevices = ReturnType<typeof createStoryDevices>

export type NewDevice = {
  kind: DeviceKind
  power: PowerClass
  residentId?: number
  origin?: Origin
  indoors?: boolean
}

/** Mains devices send a heartbeat every five minutes (facts 5.3), and so do these, a little sooner. */
const heartbeatEveryMs = 4 * 60_000

export type StoryDevicesOptions = {
  broker: () => Pick<Broker, 'handle'>
  clock: Clock
  /** How often each class of device speaks by itself; without it mains devices alone do. */
  everyMs?: Record<PowerClass, number>
  /** Whether the broker hears a last will of those that are cut. */
  wills?: boolean
}

export function createStoryDevices({ broker, clock, wills = false, ...options }: StoryDevicesOptions) {
  const everyMs = options.everyMs ?? { mains: heartbeatEveryMs, battery: Infinity }
  const living = new Map<string, Living>()
  const commands: HeardCommand[] = []
  const heardIds = new Set<number>()
  const acks: { serial: string; ack: AckMessage }[] = []

  async function connect(device: CastDevice, power: PowerClass): Promise<Living> {
    const { serial, secret } = device
    const identity = { clientId: serial, username: serial, password: secret }
    const connection = await connectDevice(broker(), wills ? { ...identity, will: willOf(serial) } : identity)
    connection.client.on('message', (topic, payload) => {
      const message = JSON.parse(payload.toString()) as CommandMessage & AckMessage
      if (topic !== topicOf(serial, 'cmd')) return void acks.push({ serial, ack: message })
      commands.push({ at: clock.now(), serial, command: message })
      heardIds.add(message.id)
    })
    await connection.subscribe(topicOf(serial, 'cmd'))
    await connection.subscribe(topicOf(serial, 'ack'))
    const own = { device, power, connection, speaksAt: clock.now() + everyMs[power] }
    living.set(serial, own)
    return own
  }

  const connecting = new Map<string, Promise<Living>>()
  async function connectionOf(device: CastDevice): Promise<Connection> {
    const known = living.get(device.serial)
    if (known) return known.connection
    const own = connecting.get(device.serial) ?? connect(device, powerOf(device))
    connecting.set(device.serial, own)
    try {
      return (await own).connection
    } finally {
      connecting.delete(device.serial)
    }
  }

  /** Resolves on the acknowledgement: what it caused is committed. An object gets an id and the time. */
  async function say(
    device: CastDevice,
    kind: UpKind,
    body: object | string | Buffer = {},
    { retain = false }: { retain?: boolean } = {},
  ): Promise<void> {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body)
    const payload = isRaw ? body : JSON.stringify({ id: randomUUID(), time: clock.now(), ...body })
    const connection = await connectionOf(device)
    await connection.publish(topicOf(device.serial, kind), payload, { qos: 1, retain })
  }

  return {
    commands,
    /** Of every command that a device has heard, since the beginning. */
    heardIds,
    acks,
    say,
    press: (device: CastDevice, body: object = {}) => say(device, 'checkin', body),
    /** Under a topic that may not be its own. */
    async publish(device: CastDevice, topic: string, payload: string): Promise<void> {
      await (await connectionOf(device)).publish(topic, payload)
    },
    isListening: (serial: string) => living.has(serial),
    /** Says goodbye, as a button does that sleeps between two presses. */
    async sleep(device: CastDevice): Promise<void> {
      const own = living.get(device.serial)
      living.delete(device.serial)
      await own?.connection.end()
    },
    /** The connection is there, but nothing more comes over it: no heartbeat either. */
    freeze(device: CastDevice): void {
      const own = living.get(device.serial)
      if (own) own.speaksAt = Infinity
    },
    /** Its cable is pulled, or its battery taken out: gone without a word but its last will. */
    async cut({ serial }: CastDevice): Promise<void> {
      const own = living.get(serial)
      living.delete(serial)
      own?.connection.cut()
      await own?.connection.closed
    },
    /** When the next heartbeat is due (epoch ms). */
    nextHeartbeatAt: () => Math.min(...[...living.values()].map((own) => own.speaksAt)),
    async breathe(): Promise<void> {
      const now = clock.now()
      const due = [...living.values()].filter((own) => own.speaksAt <= now)
      for (const own of due) {
        own.speaksAt = now + everyMs[own.power]
        await say(own.device, 'heartbeat')
      }
    },
    /** The broker is gone: everybody has to connect again. */
    async lost(): Promise<void> {
      const all = [...living.values()]
      living.clear()
      for (const { connection } of all) connection.cut()
      await Promise.all(all.map(({ connection }) => connection.closed))
    },
    cutAll(): void {
      for (const { connection } of living.values()) connection.cut()
      living.clear()
    },
  }
}

const willOf = (serial: string) => ({
  topic: topicOf(serial, 'state'),
  payload: Buffer.from('{"online":false}'),
  qos: 1 as const,
  retain: false,
})

const powerOf = ({ serial }: CastDevice): PowerClass =>
  /-(co|gas|tablet|gateway)/.test(serial) ? 'mains' : 'battery'
