import * as fc from 'fast-check'
import { generate, type Packet } from 'mqtt-packet'
import { expect, test } from 'vitest'
import { bareFrame, createFrameReader, type Frame } from './frames.ts'

const limits = { packetBytesMax: 2_000, connectBytesMax: 300, keptBytesMax: 50 }
const connect: Packet = { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'a', clean: true }

const publishes = fc.record({
  topic: fc.string({ minLength: 1, maxLength: 40 }).filter((topic) => !/[+#\0]/.test(topic)),
  size: fc.oneof(fc.nat(300), fc.nat(9_000)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  messageId: fc.integer({ min: 1, max: 65_535 }),
})
type Sent = typeof publishes extends fc.Arbitrary<infer T> ? T : never

const packetOf = ({ size, ...rest }: Sent): Packet => ({
  cmd: 'publish',
  dup: false,
  payload: Buffer.alloc(size, 'x'),
  ...rest,
})

const seen = (frame: Frame) => {
  if (frame.kind !== 'publish') return { kind: frame.kind }
  const { topic, payload, declaredBytes, qos, retain, messageId } = frame.publish
  return { topic: topic.toString(), keptBytes: payload.length, declaredBytes, qos, retain, messageId }
}

const expected = (sent: Sent) => {
  const wholeBytes = generate(packetOf(sent)).length
  return {
    topic: sent.topic,
    keptBytes: wholeBytes > limits.packetBytesMax ? limits.keptBytesMax : sent.size,
    declaredBytes: sent.size,
    qos: sent.qos,
    retain: sent.retain,
    messageId: sent.qos === 0 ? undefined : sent.messageId,
  }
}

test('however the network cuts a stream, the same messages come out, the too large ones cut', () => {
  fc.assert(
    fc.property(
      fc.array(publishes, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 700 })),
      (sent, cuts) => {
        const stream = Buffer.concat([
          generate(connect),
          ...sent.map(packetOf).map((packet) => generate(packet)),
        ])
        const read = createFrameReader(limits)
        const frames: Frame[] = []
        let at = 0
        for (const size of [...cuts, stream.length]) {
          frames.push(...read(stream.subarray(at, at + size)))
          at += size
        }
        expect(frames.map(seen)).toEqual([{ kind: 'connect' }, ...sent.map(expected)])
      },
    ),
  )
})

test('no bytes at all can do more than break the one connection that they came on', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (chunks) => {
      const read = createFrameReader(limits)
      read(generate(connect))
      const frames = chunks.flatMap((chunk) => read(Buffer.from(chunk)))
      expect(frames.slice(0, -1).every(({ kind }) => kind !== 'broken')).toBe(true)
    }),
  )
})

test('a length of more than four bytes is malformed', () => {
  const read = createFrameReader(limits)
  expect(read(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff]))).toMatchObject([
    { kind: 'broken', reason: 'malformed' },
  ])
})

test('a PUBLISH whose topic is longer than the packet is malformed', () => {
  const read = createFrameReader(limits)
  read(generate(connect))
  expect(read(Buffer.from([0x30, 0x03, 0x00, 0x09, 0x61]))).toMatchObject([
    { kind: 'broken', reason: 'malformed' },
  ])
})

test('the bare form of a message is what an encoder would write', () => {
  const bare = bareFrame('$gate/12', { qos: 1, messageId: 513 })
  const same: Packet = {
    cmd: 'publish',
    topic: '$gate/12',
    payload: '',
    qos: 1,
    retain: false,
    dup: false,
    messageId: 513,
  }
  expect(bare).toEqual(generate(same))
  expect(bareFrame('$gate/1', { qos: 0, messageId: undefined })).toEqual(
    generate({ ...same, topic: '$gate/1', qos: 0 }),
  )
})
