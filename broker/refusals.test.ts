import { expect, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { connectDevice, rawDevice } from '#testing/broker.ts'
import { as, button, gasSensor, otherButton, rawAs, recordedBroker } from '#testing/recorded-broker.ts'
import { safeText, topicProblem } from './text.ts'
import { brokerLimits } from './limits.ts'
import type { Packet } from 'mqtt-packet'

const publish = (topic: string, messageId: number, payload: string | Buffer = '{}'): Packet => ({
  cmd: 'publish',
  topic,
  payload,
  qos: 1,
  retain: false,
  dup: false,
  messageId,
})

test('who gives a wrong secret is not let in, and is told as what it claimed to be', async () => {
  const { broker, refusal, presence } = await recordedBroker()
  await expect(connectDevice(broker, { ...as(button), password: 'guess' })).rejects.toThrow(
    /bad username or password/i,
  )
  const told = await refusal()
  expect(told).toMatchObject({ reason: 'unauthenticated', serial: button, clientId: `client-${button}` })
  expect(JSON.stringify(told)).not.toContain('guess')
  await rawDevice(broker, rawAs(button))
  expect(await presence()).toBe(`${button} online`)
})

test('while identities cannot be asked, the answer is "unavailable" and nobody is blamed', async () => {
  const { broker, refusals } = await recordedBroker({
    authenticate: () => Promise.reject(new Error('the database is away')),
  })
  await expect(connectDevice(broker, as(button))).rejects.toThrow(/unavailable/i)
  expect(refusals).toEqual([])
})

test('an identity that takes too long to ask is "unavailable"', async () => {
  const { broker } = await recordedBroker({
    authenticate: () => new Promise(() => {}),
    limits: { authenticateMs: 10 },
  })
  await expect(connectDevice(broker, as(button))).rejects.toThrow(/unavailable/i)
})

test('a message under another identity is told, acknowledged in its place, and stops nothing around it', async () => {
  const { broker, offered, refusal, notYetTaken } = await recordedBroker({ holds: true })
  const device = await rawDevice(broker, rawAs(button))
  device.send(
    publish(topicOf(button, 'checkin'), 1),
    publish(topicOf(otherButton, 'sos'), 2, '{"not":"mine"}'),
    publish(topicOf(button, 'cmd'), 3),
    publish('$SYS/broker', 4),
    publish(topicOf(button, 'heartbeat'), 5),
    { cmd: 'pingreq' },
  )
  const [first, last] = [await offered(), await offered()]
  last.store()
  expect((await device.next()).cmd).toBe('pingresp')
  expect(device.unread).toEqual([])
  first.store()
  for (const messageId of [1, 2, 3, 4, 5])
    expect(await device.next()).toMatchObject({ cmd: 'puback', messageId })
  expect(notYetTaken).toEqual([])
  const told = [await refusal(), await refusal(), await refusal()]
  expect(told.map(({ reason }) => reason)).toEqual(['forbidden_topic', 'forbidden_topic', 'bad_topic'])
  expect(told[0]).toMatchObject({ serial: button, topic: topicOf(otherButton, 'sos') })
  expect(told[0]?.body?.toString()).toBe('{"not":"mine"}')
  expect(broker.stats().refused).toMatchObject({ forbidden_topic: 2, bad_topic: 1 })
})

test('what one device says never reaches another, not even on a topic that the other listens to', async () => {
  const { broker, refusal } = await recordedBroker()
  const other = await rawDevice(broker, rawAs(otherButton))
  const filter = topicOf(otherButton, 'cmd')
  other.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: filter, qos: 1 }] })
  expect(await other.next()).toMatchObject({ cmd: 'suback', granted: [1] })
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish(filter, 1, '{"mute":true}'))
  expect((await device.next()).cmd).toBe('puback')
  expect((await refusal()).reason).toBe('forbidden_topic')
  other.send({ cmd: 'pingreq' })
  expect((await other.next()).cmd).toBe('pingresp')
  expect(other.unread).toEqual([])
})

test('wildcards, empty, endless and deep topics do not cost the device its connection', async () => {
  const { broker, refusal } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  const topics = ['cp/+/x', 'cp/#', 'x'.repeat(300), '/'.repeat(200)]
  for (const [index, topic] of topics.entries()) {
    // mqtt-packet refuses to write wildcards and so on; a device's firmware does not.
    const name = Buffer.from(topic)
    const body = Buffer.concat([
      Buffer.from([name.length >> 8, name.length & 255]),
      name,
      Buffer.from([0, index + 1]),
    ])
    const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7]
    device.sendBytes(Buffer.concat([Buffer.from([0x32, ...length]), body]))
    expect(await device.next()).toMatchObject({ cmd: 'puback', messageId: index + 1 })
    expect((await refusal()).reason).toBe('bad_topic')
  }
})

test('a device listens to its own commands and acknowledgements, and to nothing else', async () => {
  const { broker, refusal } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  const topics = [
    topicOf(button, 'cmd'),
    topicOf(button, 'ack'),
    topicOf(gasSensor, 'cmd'),
    'cp/#',
    '+',
    '$SYS/#',
  ]
  const subscriptions = topics.map((topic) => ({ topic, qos: 1 as const }))
  device.send({ cmd: 'subscribe', messageId: 9, subscriptions })
  expect(await device.next()).toMatchObject({ cmd: 'suback', granted: [1, 1, 128, 128, 128, 128] })
  for (const topic of topics.slice(2))
    expect(await refusal()).toMatchObject({ reason: 'forbidden_filter', topic })
  expect(await broker.publishTo(button, topicOf(button, 'ack'), '{"id":"a"}', 0)).toBe('sent')
  expect(await device.next()).toMatchObject({ cmd: 'publish', topic: topicOf(button, 'ack') })
  device.send({ cmd: 'unsubscribe', messageId: 10, unsubscriptions: [topicOf(button, 'ack')] })
  expect((await device.next()).cmd).toBe('unsuback')
  expect(await broker.publishTo(button, topicOf(button, 'ack'), '{"id":"b"}', 0)).toBe('offline')
})

test('safety 9: a body that is too large still counts as a sign, cut to its beginning, and is acknowledged', async () => {
  const { broker, offered, refusal } = await recordedBroker({ limits: { packetBytesMax: 2_000 } })
  const device = await rawDevice(broker, rawAs(button))
  const huge = Buffer.alloc(3_000_000, 'x')
  device.send(publish(topicOf(button, 'sos'), 1, huge), publish(topicOf(button, 'checkin'), 2))
  const { message } = await offered()
  expect(message).toMatchObject({ topic: topicOf(button, 'sos'), truncatedFromBytes: 3_000_000 })
  expect(message.payload).toEqual(huge.subarray(0, brokerLimits.keptBytesMax))
  expect(await device.next()).toMatchObject({ cmd: 'puback', messageId: 1 })
  expect(await device.next()).toMatchObject({ cmd: 'puback', messageId: 2 })
  expect((await offered()).message.topic).toBe(topicOf(button, 'checkin'))
  expect(await refusal()).toMatchObject({
    reason: 'too_large',
    serial: button,
    topic: topicOf(button, 'sos'),
  })
})

test('a body that is too large on a forbidden topic is refused as forbidden', async () => {
  const { broker, refusal, notYetTaken } = await recordedBroker({ limits: { packetBytesMax: 2_000 } })
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish(topicOf(gasSensor, 'alarm'), 1, Buffer.alloc(9_000)))
  expect((await device.next()).cmd).toBe('puback')
  expect(await refusal()).toMatchObject({ reason: 'forbidden_topic', body: Buffer.alloc(1_024) })
  expect(notYetTaken).toEqual([])
})

test('a device that sends without end is slowed and told of once, and nothing of it is lost', async () => {
  const limits = { publishesPerSecond: 400, publishBurst: 5 }
  const { broker, offered, refusal, refusals } = await recordedBroker({ limits })
  const device = await rawDevice(broker, rawAs(button))
  const ids = Array.from({ length: 60 }, (_, index) => index + 1)
  const begunAt = performance.now()
  device.send(...ids.map((id) => publish(topicOf(button, 'readings'), id, `${id}`)))
  for (const id of ids) expect((await offered()).message.payload.toString()).toBe(`${id}`)
  expect(performance.now() - begunAt).toBeGreaterThan(100)
  expect(await refusal()).toMatchObject({ reason: 'too_fast', serial: button })
  expect(refusals).toEqual([])
})

test('a packet that is no MQTT closes that connection, is told, and what came before it is heard', async () => {
  const { broker, offered, refusal } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish(topicOf(button, 'sos'), 1))
  device.sendBytes(Buffer.from([0x36, 0x02, 0x00, 0x00]))
  await device.closed
  expect((await offered()).message.topic).toBe(topicOf(button, 'sos'))
  expect(await refusal()).toMatchObject({ reason: 'malformed', serial: button })
})

test('a second CONNECT closes the connection and is told once', async () => {
  const { broker, refusal, refusals } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  device.send({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: 'again', clean: true })
  await device.closed
  expect(await refusal()).toMatchObject({ reason: 'malformed', serial: button })
  expect(refusals).toEqual([])
})

test('what a stranger says is made safe to store: no control characters, no endless text', () => {
  expect(safeText('a\0b\nc\u007f', 10)).toBe('a\uFFFDb\uFFFDc\uFFFD')
  expect(safeText('x'.repeat(500), 200)).toHaveLength(200)
  expect(safeText('李奶奶', 10)).toBe('李奶奶')
})

test('ordinary topics have no problem, in any language', () => {
  for (const topic of [topicOf(button, 'sos'), '家/厨房/燃气', 'zigbee2mqtt/door 3']) {
    expect(topicProblem(Buffer.from(topic), brokerLimits)).toBeUndefined()
  }
})
