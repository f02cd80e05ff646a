// A device as the protocol asks for it: it keeps what it has to say until it was acknowledged, and comes back by itself.
import { connect, type Socket } from 'node:net'
import { topicOf, type UpKind } from '../../server/contract/topics.ts'
import { connectPacket, pingPacket, publishPacket, subscribePacket } from '../harness/load/packets.ts'
import { secretOf } from '../harness/world.ts'
import { createPacketReader } from './packet-reader.ts'

export type Said = { id: string; kind: UpKind; serial: string; at: number; values: number }

/** As an acknowledgement: the PUBACK of our own broker as well as the message on `ack`, or that message alone. */
export type Counts = 'puback' | 'ack'

export type Device = {
  say(kind: UpKind, body: object, values: number): void
  isConnected(): boolean
  unacknowledged(): number
  close(): void
}

type Options = {
  port: number
  serial: string
  /** The random part of a pause, 0 to 1: devices of one batch must not come back in one instant. */
  chance: () => number
  onAcknowledged: (said: Said) => void
  counts: Counts
}

/** Messages under way at once. */
const windowMax = 8
/** A line that gives no acknowledgement for so long is given up (ms). */
const patienceMs = 6000
/**
 * Where a PUBACK says nothing, a message that was not acknowledged is said again after this (ms), and each time after
 * twice as long: devices that all ask again every few seconds keep a server that is behind from ever catching up.
 */
const againMs = { least: 3000, most: 48_000 }
const returnMs = { least: 300, most: 3000 }
const pingEveryMs = 10_000
const keepAliveSeconds = 15

export function createDevice(options: Options): Device {
  const { serial, chance } = options
  const waiting: { said: Said; payload: string; sentAt: number | undefined; againMs: number }[] = []
  let socket: Socket | undefined
  let isIn = false
  let heardAt = 0
  let count = 0
  let isClosed = false
  const timer = setInterval(look, 1000)
  setTimeout(open, chance() * 2000)

  function open(): void {
    if (isClosed) return
    heardAt = performance.now()
    const opened = connect({ host: '127.0.0.1', port: options.port, noDelay: true })
    socket = opened
    opened.once('connect', () => {
      const named = { id: serial, username: serial, password: secretOf(serial), keepAlive: keepAliveSeconds }
      opened.write(connectPacket(named))
    })
    opened.on('error', () => {})
    opened.once('close', () => {
      if (socket !== opened) return
      socket = undefined
      isIn = false
      for (const one of waiting) one.sentAt = undefined
      if (!isClosed) setTimeout(open, returnMs.least + chance() * (returnMs.most - returnMs.least))
    })
    opened.on('data', createPacketReader(hear))
  }

  function hear(type: number, body: Buffer): void {
    heardAt = performance.now()
    if (type === 2) {
      if (body[1] !== 0) return void socket?.destroy()
      isIn = true
      socket?.write(subscribePacket(topicOf(serial, 'ack')))
      return send()
    }
    if (type === 4 && options.counts === 'puback')
      acknowledge(({ said }) => numberOf(said) === body.readUInt16BE(0))
    if (type === 3) hearMessage(body)
  }

  /** The application acknowledgement: QoS 1, so it is acknowledged in turn. */
  function hearMessage(body: Buffer): void {
    const topicBytes = body.readUInt16BE(0)
    const messageId = body.subarray(2 + topicBytes, 4 + topicBytes)
    socket?.write(Buffer.concat([Buffer.from([0x40, 2]), messageId]))
    const { id } = JSON.parse(body.subarray(4 + topicBytes).toString()) as { id?: string }
    acknowledge(({ said }) => said.id === id)
  }

  function acknowledge(isMeant: (one: { said: Said }) => boolean): void {
    const at = waiting.findIndex(isMeant)
    if (at < 0) return
    for (const { said } of waiting.splice(at, 1)) options.onAcknowledged(said)
    send()
  }

  function send(): void {
    if (!isIn) return
    for (const one of waiting.slice(0, windowMax)) {
      if (one.sentAt !== undefined) continue
      one.sentAt = performance.now()
      const { kind } = one.said
      socket?.write(publishPacket(topicOf(serial, kind), numberOf(one.said), one.payload))
    }
  }

  function look(): void {
    const quietMs = performance.now() - heardAt
    if (socket && quietMs > patienceMs && (!isIn || waiting.length > 0)) socket.destroy()
    else if (isIn && quietMs > pingEveryMs) socket?.write(pingPacket)
    if (options.counts === 'ack') sayAgain()
  }

  function sayAgain(): void {
    const now = performance.now()
    for (const one of waiting) {
      if (one.sentAt === undefined || now - one.sentAt < one.againMs) continue
      one.sentAt = undefined
      one.againMs = Math.min(againMs.most, one.againMs * 2)
    }
    send()
  }

  return {
    say(kind, body, values) {
      const id = `${serial}-${(count += 1)}`
      const at = Date.now()
      waiting.push({
        said: { id, kind, serial, at, values },
        payload: JSON.stringify({ id, time: at, ...body }),
        sentAt: undefined,
        againMs: againMs.least,
      })
      send()
    },
    isConnected: () => isIn,
    unacknowledged: () => waiting.length,
    close() {
      isClosed = true
      clearInterval(timer)
      socket?.destroy()
    },
  }
}

/** The packet id of a message: its number in the life of the device, so that it stays the same when sent again. */
const numberOf = ({ id }: Said): number => (Number(id.slice(id.lastIndexOf('-') + 1)) % 65_535) + 1
