// The hazards of aedes 1.2 that were reproduced before we chose it, each closed.
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { generate, type Packet } from 'mqtt-packet'
import { connectDevice, connectPacket, rawClient, rawDevice } from '#testing/broker.ts'
import { as, button, gasSensor, otherButton, rawAs, recordedBroker } from '#testing/recorded-broker.ts'
import { brokerLimits } from './limits.ts'
import { createTroubles } from './troubles.ts'

const commands = topicOf(button, 'cmd')
const subscribe = (topic: string): Packet => ({
  cmd: 'subscribe',
  messageId: 1,
  subscriptions: [{ topic, qos: 1 }],
})

/** A PUBLISH as bytes, for topics that no encoder would write. */
function publishBytes(topic: Buffer, payload: Buffer, messageId: number): Buffer {
  const body = Buffer.concat([Buffer.from([0, topic.length]), topic, Buffer.from([0, messageId]), payload])
  expect(body.length).toBeLessThan(128)
  return Buffer.concat([Buffer.from([0x32, body.length]), body])
}

test('hazard 1: a QoS 1 and a QoS 0 message sent in one tick both arrive, 100 times of 100', async () => {
  const { broker } = await recordedBroker()
  const device = await connectDevice(broker, as(button))
  await device.subscribe(commands)
  for (let i = 0; i < 100; i++) {
    const sent = [
      broker.publishTo(button, commands, `careful ${i}`, 1),
      broker.publishTo(button, commands, `quick ${i}`, 0),
    ]
    expect(await Promise.all(sent)).toEqual(['sent', 'sent'])
    const heard = [await device.nextMessage(), await device.nextMessage()].map(({ payload }) =>
      payload.toString(),
    )
    expect(heard.sort()).toEqual([`careful ${i}`, `quick ${i}`])
  }
})

test('hazard 2: a frozen device stops nobody else, and is cut', async () => {
  const { broker, presence } = await recordedBroker({ limits: { drainMs: 150 } })
  const frozen = await rawDevice(broker, rawAs(button))
  frozen.send(subscribe(commands))
  await frozen.next('suback')
  const other = await connectDevice(broker, as(otherButton))
  await other.subscribe(topicOf(otherButton, 'cmd'))
  frozen.freeze()
  expect([await presence(), await presence()]).toEqual([`${button} online`, `${otherButton} online`])
  const large = Buffer.alloc(30_000)
  const toFrozen = Array.from({ length: 10 }, () => broker.publishTo(button, commands, large, 1))
  expect(await broker.publishTo(otherButton, topicOf(otherButton, 'cmd'), 'remind', 1)).toBe('sent')
  expect((await other.nextMessage()).payload.toString()).toBe('remind')
  await other.publish(topicOf(otherButton, 'checkin'), '{}')
  expect(await presence()).toBe(`${button} offline`)
  expect(await Promise.all(toFrozen)).toContain('offline')
  expect(broker.isOnline(button)).toBe(false)
})

test('hazard 2: the longest that a frozen device is waited for is 5 s', async () => {
  expect(brokerLimits.drainMs).toBeLessThanOrEqual(5_000)
})

test('hazard 3: a CONNECT that declares 256 MB is cut at its declaration', async () => {
  const { broker, refusal } = await recordedBroker()
  const stranger = rawClient(broker)
  stranger.sendBytes(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]))
  await stranger.closed
  expect(await refusal()).toMatchObject({ reason: 'too_large', detail: expect.stringContaining('268435') })
})

test('hazard 3: nothing but a message may be larger than the limit, and a message is not buffered', async () => {
  const { broker, refusal } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  device.sendBytes(Buffer.from([0x82, 0xff, 0xff, 0xff, 0x7f]))
  await device.closed
  expect(await refusal()).toMatchObject({ reason: 'too_large', serial: button })
})

test('hazard 3: who sends no CONNECT first is cut', async () => {
  const { broker, refusal } = await recordedBroker()
  const stranger = rawClient(broker)
  stranger.sendBytes(Buffer.from('GET / HTTP/1.1\r\n'))
  await stranger.closed
  expect((await refusal()).reason).toBe('malformed')
})

test('hazard 3: who never finishes a CONNECT is cut', async () => {
  const { broker } = await recordedBroker({ limits: { connectMs: 20 } })
  const stranger = rawClient(broker)
  stranger.sendBytes(Buffer.from([0x10]))
  await stranger.closed
  expect(broker.stats().connections).toBe(0)
})

test('hazard 4: an error of the broker itself, or of whoever listens to it, does not end the process', async () => {
  const { broker, logged } = await recordedBroker({
    onPresence: () => {
      throw new Error('a listener that throws')
    },
    mayPublish: () => {
      throw new Error('a rule that throws')
    },
  })
  const device = await rawDevice(broker, rawAs(button))
  device.send({
    cmd: 'publish',
    topic: topicOf(button, 'sos'),
    payload: '{}',
    qos: 0,
    retain: false,
    dup: false,
  })
  await device.closed
  expect(logged.filter((line) => /onPresence failed|a rule of the broker failed/.test(line))).toHaveLength(3)
  await rawDevice(broker, rawAs(otherButton))
})

test('hazard 4: an error event of aedes has a listener', async () => {
  const logged: string[] = []
  const log = (_fields: object, text: string) => void logged.push(text)
  const troubles = createTroubles({
    onRefused: () => {},
    onPresence: () => {},
    log: { info: log, warn: log, error: log },
  })
  const aedes = new EventEmitter()
  troubles.watch(aedes as never, () => {})
  aedes.emit('error', new Error('persistence'))
  expect(logged).toEqual(['the broker reports an error'])
})

test('hazard 5: a device that acknowledges nothing is not sent more than its window', async () => {
  let now = 0
  const limits = { outboundInFlightMax: 3, outboundAnswerMs: 1_000 }
  const { broker } = await recordedBroker({ limits, now: () => now })
  const device = await rawDevice(broker, rawAs(button))
  device.send(subscribe(commands))
  await device.next('suback')
  for (let i = 0; i < 3; i++) expect(await broker.publishTo(button, commands, 'remind', 1)).toBe('sent')
  expect(await broker.publishTo(button, commands, 'remind', 1)).toBe('offline')
  const { messageId } = await device.next('publish')
  device.send({ cmd: 'puback', messageId: messageId ?? 0 }, { cmd: 'pingreq' })
  await device.next('pingresp')
  expect(await broker.publishTo(button, commands, 'remind', 1)).toBe('sent')
  expect(await broker.publishTo(button, commands, 'remind', 1)).toBe('offline')
  now += 1_001
  expect(await broker.publishTo(button, commands, 'remind', 1)).toBe('sent')
})

test('hazard 6: NUL and bad UTF-8 in a topic are refused and acknowledged, and stop nothing around them', async () => {
  const { broker, offered, refusal, notYetTaken } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  const good = Buffer.from(topicOf(button, 'checkin'))
  const body = Buffer.from('{"via":"button"}')
  device.sendBytes(
    Buffer.concat([
      publishBytes(good, body, 1),
      publishBytes(Buffer.from('cp/v1/\0/x'), body, 2),
      publishBytes(Buffer.from([0x63, 0x70, 0xc3, 0x28]), body, 3),
      publishBytes(good, body, 4),
    ]),
  )
  for (const messageId of [1, 2, 3, 4])
    expect(await device.next()).toMatchObject({ cmd: 'puback', messageId })
  expect([await offered(), await offered()].map(({ message }) => message.payload.toString())).toEqual([
    body.toString(),
    body.toString(),
  ])
  expect(notYetTaken).toEqual([])
  const [first, second] = [await refusal(), await refusal()]
  expect(first).toMatchObject({ reason: 'bad_utf8', serial: button, topic: 'cp/v1/\uFFFD/x', body })
  expect(second.reason).toBe('bad_utf8')
})

test('hazard 6: payload bytes are passed on as they are', async () => {
  const { broker, offered } = await recordedBroker()
  const device = await connectDevice(broker, as(button))
  const payload = Buffer.from([0, 0xc3, 0x28, 0xff, 0])
  await device.publish(topicOf(button, 'sos'), payload)
  expect((await offered()).message.payload).toEqual(payload)
})

test('hazard 6: an id or name with NUL or bad UTF-8 is not let in', async () => {
  const { broker, refusal } = await recordedBroker()
  for (const bad of [{ clientId: 'a\0b' }, { clientId: 'a', username: 'x\0' }, { clientId: 'a\uFFFD' }]) {
    const stranger = rawClient(broker)
    stranger.send(connectPacket({ ...rawAs(button), ...bad }))
    expect(await stranger.next()).toMatchObject({ cmd: 'connack', returnCode: 2 })
    await stranger.closed
    const told = await refusal()
    expect(told.reason).toBe('bad_utf8')
    expect(told.clientId).not.toContain('\0')
  }
})

test('hazard 7: an empty client id must ask for a clean session (MQTT-3.1.3-8)', async () => {
  const { broker, refusal } = await recordedBroker()
  const stranger = rawClient(broker)
  // No encoder writes this: the flag for a clean session is the second bit of the tenth byte.
  const bytes = generate(connectPacket({ ...rawAs(button, ''), clean: true }))
  bytes[9] = (bytes[9] ?? 0) & ~2
  stranger.sendBytes(bytes)
  expect(await stranger.next()).toMatchObject({ cmd: 'connack', returnCode: 2 })
  await stranger.closed
  expect((await refusal()).reason).toBe('empty_client_id')
  await rawDevice(broker, { ...rawAs(button, ''), clean: true })
})

test('hazard 7: nothing is ever redelivered without its DUP flag, because the broker keeps no session', async () => {
  const { broker } = await recordedBroker()
  const before = await rawDevice(broker, { ...rawAs(button), clean: false })
  before.send(subscribe(commands))
  await before.next('suback')
  await broker.publishTo(button, commands, 'unanswered', 1)
  await before.next('publish')
  before.cut()
  await before.closed
  const after = rawClient(broker)
  after.send(connectPacket({ ...rawAs(button), clean: false }))
  expect(await after.next()).toMatchObject({ cmd: 'connack', returnCode: 0, sessionPresent: false })
  after.send({ cmd: 'pingreq' })
  expect((await after.next()).cmd).toBe('pingresp')
  expect(await broker.publishTo(button, commands, 'not subscribed again', 1)).toBe('offline')
})

test('hazard 8: connections are let in at a bounded rate, and too many waiting are cut', async () => {
  const limits = { connectsPerSecond: 20, connectsWaitingMax: 2 }
  const { broker, refusal, presence } = await recordedBroker({ limits })
  const all = [button, gasSensor, otherButton, 'unknown-1', 'unknown-2', 'unknown-3'].map((serial) => {
    const client = rawClient(broker)
    client.send(connectPacket(rawAs(serial)))
    return client
  })
  const [first, second, third, fourth, ...late] = all
  await Promise.all(late.map(({ closed }) => closed))
  expect([(await refusal()).reason, (await refusal()).reason]).toEqual(['too_fast', 'too_fast'])
  for (const client of [first, second, third, fourth]) expect((await client?.next())?.cmd).toBe('connack')
  expect([await presence(), await presence(), await presence()]).toHaveLength(3)
})

test('hazard 8: the number of connections is bounded', async () => {
  const { broker, refusal } = await recordedBroker({ limits: { connectionsMax: 1 } })
  await rawDevice(broker, rawAs(button))
  const second = rawClient(broker)
  await second.closed
  expect((await refusal()).reason).toBe('too_many_connections')
})

test('hazard 8: a keep-alive of "never" is bounded: who falls silent is noticed', async () => {
  const { broker, presence } = await recordedBroker({ limits: { keepaliveSecondsMax: 0.02 } })
  const device = await rawDevice(broker, { ...rawAs(button), keepalive: 0 })
  await device.closed
  expect([await presence(), await presence()]).toEqual([`${button} online`, `${button} offline`])
})

test('a shared subscription is refused: aedes would grant it and deliver nothing', async () => {
  const { broker, refusal } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  device.send(subscribe(`$share/group/${commands}`))
  expect(await device.next()).toMatchObject({ cmd: 'suback', granted: [128] })
  expect((await refusal()).reason).toBe('shared_subscription')
})
