// One simulated device: a TCP connection, a window of messages under way, and what came back for them.
import { connect, type Socket } from 'node:net'
import { topicOf } from '../../../server/contract/topics.ts'
import {
  connectPacket,
  encodeMessage,
  pingPacket,
  subscribePacket,
  type Message,
  type Shape,
} from './packets.ts'

export type DeviceOptions = {
  port: number
  serial: string
  secret: string
  /** Messages under way at once; 0 for a connection that says nothing. */
  window: number
  shape: Shape
  /** Makes ids unique over all processes that ever speak for this device. */
  idStart: string
  /** Also listens to its own commands, as a real device does. */
  subscribes?: boolean
  onAcknowledged: (device: Device, slot: number) => void
  onLost: (device: Device, reason: string) => void
}

export type Device = {
  serial: string
  /** When the message in each slot was sent, or ought to have been sent (ms of performance.now); 0 is a free slot. */
  sentAt: Float64Array
  values: number
  isOpen: boolean
  send(slot: number, dueAt: number): void
  ping(): void
  close(): void
}

/** Bytes of one socket are read into the one buffer of the process: nothing is allocated for an acknowledgement. */
const shared = Buffer.alloc(65_536)

const connackBytes = 4
/** Buffered data begins this far in the past, and each value is a second after the one before. */
const bufferedFromMs = 71 * 3_600_000

/** Resolves when the broker has let it in (and, where it subscribes, granted that). */
export function openDevice(options: DeviceOptions): Promise<Device> {
  return new Promise((resolve, reject) => {
    const { serial, window, shape, port } = options
    const kind = shape === 'alarm' || shape === 'sos' ? shape : 'readings'
    const messages: Message[] = Array.from({ length: window }, (_, slot) =>
      encodeMessage({ topic: topicOf(serial, kind), messageId: slot + 1, idStart: options.idStart, shape }),
    )
    let count = 0
    let lastAt = shape === 'buffered' ? Date.now() - bufferedFromMs : 0
    const parse = createReader({
      onConnack: (code) => {
        if (code !== 0) return fail(`refused with code ${code}`)
        if (options.subscribes) socket.write(subscribePacket(topicOf(serial, 'cmd')))
        else opened()
      },
      onSuback: () => opened(),
      onPuback: (messageId) => options.onAcknowledged(device, messageId - 1),
    })
    const socket: Socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: { buffer: shared, callback: (length, bytes) => (parse(bytes as Buffer, length), true) },
    })
    const device: Device = {
      serial,
      sentAt: new Float64Array(window),
      values: messages[0]?.values ?? 0,
      isOpen: false,
      send(slot, dueAt) {
        const message = messages[slot]
        if (!message) return
        // Never the same moment twice: two values of one kind for one moment are one reading.
        lastAt = shape === 'buffered' ? lastAt + 60_000 : Math.max(Date.now(), lastAt + 1)
        device.sentAt[slot] = dueAt
        socket.write(message.next((count += 1), lastAt))
      },
      ping: () => void socket.write(pingPacket),
      close: () => socket.destroy(),
    }
    const opened = () => {
      device.isOpen = true
      resolve(device)
    }
    const fail = (reason: string) => {
      const wasOpen = device.isOpen
      device.isOpen = false
      socket.destroy()
      if (wasOpen) options.onLost(device, reason)
      else reject(new Error(`${serial}: ${reason}`))
    }
    socket.once('connect', () =>
      socket.write(
        connectPacket({ id: serial, username: serial, password: options.secret, keepAlive: 1200 }),
      ),
    )
    socket.once('error', (error) => fail(error.message))
    socket.once('end', () => fail('the broker hung up'))
  })
}

type Heard = {
  onConnack: (code: number) => void
  onSuback: () => void
  onPuback: (messageId: number) => void
}

/** All that a broker says to these devices is short: a packet of more than 127 bytes is skipped by its length. */
function createReader({ onConnack, onSuback, onPuback }: Heard) {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk: Buffer, length: number): void => {
    const now = chunk.subarray(0, length)
    const bytes = rest.length === 0 ? now : Buffer.concat([rest, now])
    let at = 0
    while (bytes.length - at >= 2) {
      const body = bytes[at + 1] ?? 0
      if (body > 127) throw new Error('a longer packet than these devices ask for')
      if (bytes.length - at < 2 + body) break
      const type = (bytes[at] ?? 0) >> 4
      if (type === 4) onPuback(bytes.readUInt16BE(at + 2))
      else if (type === 2 && body + 2 === connackBytes) onConnack(bytes[at + 3] ?? 255)
      else if (type === 9) onSuback()
      at += 2 + body
    }
    rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : nothing
  }
}

const nothing: Buffer = Buffer.alloc(0)
