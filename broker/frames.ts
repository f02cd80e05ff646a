import type { BrokerLimits } from './limits.ts'

/** The parts of a PUBLISH. `payload` is cut when the declared size was above the limit. */
export type Publish = {
  topic: Buffer
  qos: 0 | 1 | 2
  retain: boolean
  messageId: number | undefined
  payload: Buffer
  declaredBytes: number
}

export type Frame =
  | { kind: 'connect' | 'ping' | 'other'; bytes: Buffer }
  | { kind: 'publish'; bytes: Buffer; publish: Publish }
  | { kind: 'broken'; bytes: Buffer; reason: 'too_large' | 'malformed'; detail: string }

type FrameLimits = Pick<BrokerLimits, 'packetBytesMax' | 'connectBytesMax' | 'keptBytesMax'>
type Header = { type: number; flags: number; headerBytes: number; bodyBytes: number }

const CONNECT = 1
const PUBLISH = 3
const PINGREQ = 12
const nothing: Buffer = Buffer.alloc(0)

/**
 * Cuts a byte stream into MQTT packets by their declared length, before anything is buffered for them: aedes has
 * no size limit and was seen to buffer 128 MB of an unauthenticated CONNECT. The body of a too large PUBLISH is
 * skipped as it arrives, so that its beginning, and its acknowledgement, survive it.
 */
export function createFrameReader(limits: FrameLimits) {
  let rest = nothing
  let skipBytes = 0
  let connected = false
  let broken = false

  return function read(chunk: Buffer): Frame[] {
    const frames: Frame[] = []
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (!broken) {
      const skipped = Math.min(skipBytes, bytes.length)
      skipBytes -= skipped
      bytes = bytes.subarray(skipped)
      const found = cutOne(bytes, connected, limits)
      if (found === undefined) break
      frames.push(found.frame)
      broken = found.frame.kind === 'broken'
      connected = true
      skipBytes = found.takenBytes
    }
    // An empty end of a chunk would keep the whole chunk, for as long as the connection is idle.
    rest = broken || bytes.length === 0 ? nothing : bytes
    return frames
  }
}

/** The first packet of `bytes`, and how many bytes of the stream it takes; undefined when more must arrive. */
function cutOne(bytes: Buffer, connected: boolean, limits: FrameLimits) {
  const header = readHeader(bytes)
  if (header === undefined) return undefined
  if (header === 'malformed') return brokenFrame('malformed', 'the packet length is malformed')
  if (!connected && header.type !== CONNECT) return brokenFrame('malformed', 'the first packet is no CONNECT')
  const totalBytes = header.headerBytes + header.bodyBytes
  if (totalBytes > (connected ? limits.packetBytesMax : limits.connectBytesMax)) {
    if (header.type === PUBLISH) return cutTooLarge(bytes, header, limits)
    return brokenFrame('too_large', `a packet of type ${header.type} declared ${totalBytes} bytes`)
  }
  if (bytes.length < totalBytes) return undefined
  const frame = frameOf(bytes.subarray(0, totalBytes), header)
  return { frame, takenBytes: totalBytes }
}

function frameOf(bytes: Buffer, header: Header): Frame {
  if (header.type === CONNECT) return { kind: 'connect', bytes }
  if (header.type === PINGREQ) return { kind: 'ping', bytes }
  if (header.type !== PUBLISH) return { kind: 'other', bytes }
  const publish = readPublish(bytes, header)
  if (publish !== undefined) return { kind: 'publish', bytes, publish }
  return { kind: 'broken', bytes: nothing, reason: 'malformed', detail: 'a PUBLISH without a whole topic' }
}

function cutTooLarge(bytes: Buffer, header: Header, limits: FrameLimits) {
  const totalBytes = header.headerBytes + header.bodyBytes
  // The topic is at most 65,535 bytes; a longer wait than for packetBytesMax is not given to find its end.
  const window = bytes.subarray(0, Math.min(totalBytes, limits.packetBytesMax))
  const publish = readPublish(window, header)
  const enough = publish !== undefined && publish.payload.length >= limits.keptBytesMax
  if (!enough && window.length < limits.packetBytesMax) return undefined
  if (publish === undefined) return brokenFrame('too_large', `a PUBLISH declared ${totalBytes} bytes`)
  // Copies, so that what is kept does not keep the whole chunk.
  const payload = Buffer.from(publish.payload.subarray(0, limits.keptBytesMax))
  const topic = Buffer.from(publish.topic)
  const frame: Frame = { kind: 'publish', bytes: nothing, publish: { ...publish, topic, payload } }
  return { frame, takenBytes: totalBytes }
}

function brokenFrame(reason: 'too_large' | 'malformed', detail: string) {
  const frame: Frame = { kind: 'broken', bytes: nothing, reason, detail }
  return { frame, takenBytes: 0 }
}

/** MQTT 3.1.1 section 2.2: one byte of type and flags, then one to four bytes of length. */
function readHeader(bytes: Buffer): Header | 'malformed' | undefined {
  const first = bytes[0]
  if (first === undefined) return undefined
  let bodyBytes = 0
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[i]
    if (byte === undefined) return undefined
    bodyBytes += (byte & 0x7f) * 128 ** (i - 1)
    if (byte < 0x80) return { type: first >> 4, flags: first & 0x0f, headerBytes: i + 1, bodyBytes }
  }
  return 'malformed'
}

function readPublish(bytes: Buffer, header: Header): Publish | undefined {
  const qos = (header.flags >> 1) & 3
  const topicAt = header.headerBytes + 2
  if (qos === 3 || bytes.length < topicAt) return undefined
  const topicEnd = topicAt + bytes.readUInt16BE(header.headerBytes)
  const payloadAt = qos === 0 ? topicEnd : topicEnd + 2
  if (payloadAt > bytes.length || payloadAt > header.headerBytes + header.bodyBytes) return undefined
  return {
    topic: bytes.subarray(topicAt, topicEnd),
    qos: qos as 0 | 1 | 2,
    retain: (header.flags & 1) === 1,
    messageId: qos === 0 ? undefined : bytes.readUInt16BE(topicEnd),
    payload: bytes.subarray(payloadAt),
    declaredBytes: header.headerBytes + header.bodyBytes - payloadAt,
  }
}

/** One PUBACK after the other (section 3.4). */
export function acknowledgements(messageIds: readonly number[]): Buffer {
  const bytes = Buffer.allocUnsafe(messageIds.length * 4)
  messageIds.forEach((messageId, nth) => {
    bytes.writeUInt16BE(0x4002, nth * 4)
    bytes.writeUInt16BE(messageId, nth * 4 + 2)
  })
  return bytes
}

/** A PUBLISH without a body: what aedes gets to acknowledge in place of one that it must not see. */
export function bareFrame(topic: string, { qos, messageId }: Pick<Publish, 'qos' | 'messageId'>): Buffer {
  const name = Buffer.from(topic)
  const bodyBytes = 2 + name.length + (messageId === undefined ? 0 : 2)
  const frame = Buffer.alloc(2 + bodyBytes)
  frame[0] = (PUBLISH << 4) | (qos << 1)
  frame[1] = bodyBytes
  frame.writeUInt16BE(name.length, 2)
  name.copy(frame, 4)
  if (messageId !== undefined) frame.writeUInt16BE(messageId, 4 + name.length)
  return frame
}
