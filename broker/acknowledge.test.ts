import { expect, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { connectDevice, connectPacket, rawClient, rawDevice } from '#testing/broker.ts'
import { as, button, gasSensor, otherButton, rawAs, recordedBroker } from '#testing/recorded-broker.ts'
import type { Packet } from 'mqtt-packet'

const publish = (
  messageId: number,
  payload = `{"seq":${messageId}}`,
  kind: 'sos' | 'readings' = 'readings',
) =>
  ({
    cmd: 'publish',
    topic: topicOf(button, kind),
    payload,
    qos: 1,
    retain: false,
    dup: false,
    messageId,
  }) satisfies Packet

const ping: Packet = { cmd: 'pingreq' }

test('a message is acknowledged only after it was stored', async () => {
  const { broker, offered } = await recordedBroker({ holds: true })
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish(1), ping)
  const { message, store } = await offered()
  expect(message).toMatchObject({
    principal: { serial: button, deviceId: 1 },
    qos: 1,
    retain: false,
    will: false,
  })
  expect(message.payload.toString()).toBe('{"seq":1}')
  expect((await device.next()).cmd).toBe('pingresp')
  expect(device.unread).toEqual([])
  store()
  expect(await device.next()).toMatchObject({ cmd: 'puback', messageId: 1 })
})

test('acknowledgements keep the order of the messages (MQTT-4.6.0-2)', async () => {
  const { broker, offered } = await recordedBroker({ holds: true })
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish(1), publish(2), publish(3))
  const [first, second, third] = [await offered(), await offered(), await offered()]
  third.store()
  second.store()
  device.send(ping)
  expect((await device.next()).cmd).toBe('pingresp')
  first.store()
  const acknowledged = [await device.next(), await device.next(), await device.next()]
  expect(acknowledged.map(({ messageId }) => messageId)).toEqual([1, 2, 3])
})

test('many messages of one device are offered together, so that they can share a commit', async () => {
  const { broker, offered } = await recordedBroker({ holds: true })
  const device = await rawDevice(broker, rawAs(button))
  const ids = Array.from({ length: 50 }, (_, index) => index + 1)
  device.send(...ids.map((id) => publish(id)))
  const offers = []
  for (const id of ids) {
    const offer = await offered()
    expect(offer.message.payload.toString()).toBe(`{"seq":${id}}`)
    offers.push(offer)
  }
  for (const { store } of offers.toReversed()) store()
  for (const id of ids) expect(await device.next('puback')).toMatchObject({ messageId: id })
})

test('a device whose message waits disturbs no other device and is still answered when it pings', async () => {
  const { broker, offered } = await recordedBroker({ holds: true })
  const slow = await rawDevice(broker, rawAs(button))
  slow.send(publish(1), publish(2), publish(3))
  await offered()
  const other = await connectDevice(broker, as(otherButton))
  const sent = other.publish(topicOf(otherButton, 'checkin'), '{}')
  await offered()
  await offered()
  const fromOther = await offered()
  expect(fromOther.message.principal.serial).toBe(otherButton)
  fromOther.store()
  await sent
  for (let i = 0; i < 20; i++) {
    slow.send(ping)
    expect((await slow.next()).cmd).toBe('pingresp')
  }
})

test('a QoS 0 message is accepted in the same way', async () => {
  const { broker, offered } = await recordedBroker()
  const device = await connectDevice(broker, as(button))
  await device.publish(topicOf(button, 'checkin'), '{"via":"button"}', { qos: 0 })
  expect((await offered()).message).toMatchObject({ qos: 0, topic: topicOf(button, 'checkin') })
})

test('a QoS 2 message is stored before PUBREC, once for each handshake', async () => {
  const { broker, offered, notYetTaken } = await recordedBroker({ holds: true })
  const device = await rawDevice(broker, rawAs(button))
  device.send({ ...publish(7), qos: 2 })
  const { message, store } = await offered()
  expect(message.qos).toBe(1)
  device.send(ping)
  expect((await device.next()).cmd).toBe('pingresp')
  store()
  expect(await device.next()).toMatchObject({ cmd: 'pubrec', messageId: 7 })
  device.send({ ...publish(7), qos: 2, dup: true })
  expect(await device.next()).toMatchObject({ cmd: 'pubrec', messageId: 7 })
  device.send({ cmd: 'pubrel', messageId: 7 })
  expect(await device.next()).toMatchObject({ cmd: 'pubcomp', messageId: 7 })
  expect(notYetTaken).toEqual([])
})

test('a device that leaves while its message is being stored has still been heard', async () => {
  const { broker, offered, presence } = await recordedBroker({ holds: true })
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish(1, '{}', 'sos'), publish(2))
  const first = await offered()
  device.cut()
  expect([await presence(), await presence()]).toEqual([`${button} online`, `${button} offline`])
  first.store()
  expect((await offered()).message.payload.toString()).toBe('{"seq":2}')
})

test('what a device sent together with its CONNECT is heard, although it hung up at once', async () => {
  let letIn = () => {}
  const asked = new Promise<void>((resolve) => (letIn = resolve))
  const authenticate = async () => {
    await asked
    return { serial: button, deviceId: 1 }
  }
  const { broker, offered, presence } = await recordedBroker({ authenticate })
  const device = rawClient(broker)
  device.send(connectPacket(rawAs(button)), publish(1, '{}', 'sos'), { cmd: 'disconnect' })
  device.stream.end()
  letIn()
  expect((await offered()).message.topic).toBe(topicOf(button, 'sos'))
  expect(await Promise.race([presence(), device.closed])).not.toBe(`${button} offline`)
})

test('while the database is away a message is held, not acknowledged, and offered again in order', async () => {
  const limits = { retryDelayMs: 1, retryDelayMsMax: 4 }
  const { broker, offered, logged } = await recordedBroker({ holds: true, limits })
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish(1), publish(2))
  const [first, second] = [await offered(), await offered()]
  first.fail()
  second.fail()
  for (let attempt = 0; attempt < 5; attempt++) {
    const again = await offered()
    expect(again.message.payload.toString()).toBe('{"seq":1}')
    device.send(ping)
    expect((await device.next()).cmd).toBe('pingresp')
    again.fail()
  }
  const restored = await offered()
  restored.store()
  expect(await device.next()).toMatchObject({ cmd: 'puback', messageId: 1 })
  const last = await offered()
  expect(last.message.payload.toString()).toBe('{"seq":2}')
  last.store()
  expect(await device.next()).toMatchObject({ cmd: 'puback', messageId: 2 })
  expect(logged.filter((line) => line.includes('held'))).toHaveLength(1)
  expect(logged.filter((line) => line.includes('stored again'))).toHaveLength(1)
})

test('the order also holds over a reconnection: the old connection is stored first', async () => {
  const { broker, offered } = await recordedBroker({
    holds: true,
    limits: { retryDelayMs: 1, retryDelayMsMax: 1 },
  })
  const before = await rawDevice(broker, rawAs(button))
  before.send(publish(1))
  const first = await offered()
  before.cut()
  await before.closed
  first.fail()
  const after = await rawDevice(broker, rawAs(button))
  after.send(publish(2))
  const again = await offered()
  expect(again.message.payload.toString()).toBe('{"seq":1}')
  again.store()
  const second = await offered()
  expect(second.message.payload.toString()).toBe('{"seq":2}')
  second.store()
  expect(await after.next()).toMatchObject({ cmd: 'puback', messageId: 2 })
})

test('a device is read no further than its share, pings are answered meanwhile, and all of it arrives', async () => {
  const { broker, offered } = await recordedBroker({ holds: true, limits: { pendingPerDeviceMax: 4 } })
  const device = await rawDevice(broker, rawAs(button))
  const ids = Array.from({ length: 30 }, (_, index) => index + 1)
  device.send(...ids.map((id) => publish(id)), ping)
  expect((await device.next()).cmd).toBe('pingresp')
  expect(broker.stats().pending).toBe(4)
  for (const id of ids) {
    const { message, store } = await offered()
    expect(message.payload.toString()).toBe(`{"seq":${id}}`)
    store()
    expect(await device.next()).toMatchObject({ cmd: 'puback', messageId: id })
  }
})

test('all devices together stay below the bound, and those held back are let on when room is made', async () => {
  const { broker, offered } = await recordedBroker({ holds: true, limits: { pendingMax: 2 } })
  const devices = [button, gasSensor, otherButton].map(async (serial) => {
    const device = await connectDevice(broker, as(serial))
    return device.publish(topicOf(serial, 'heartbeat'), '{}')
  })
  const [first, second] = [await offered(), await offered()]
  expect(broker.stats().pending).toBe(2)
  first.store()
  const third = await offered()
  second.store()
  third.store()
  await Promise.all(devices)
})

test('an alarm is let in while too much of others is waiting, behind what its own device said before it', async () => {
  const { broker, offered, notYetTaken } = await recordedBroker({
    holds: true,
    limits: { pendingMax: 1 },
    isUrgent: (topic) => topic.endsWith('/sos'),
  })
  const crowding = await connectDevice(broker, as(gasSensor))
  const other = await connectDevice(broker, as(otherButton))
  const device = await connectDevice(broker, as(button))
  const published = [crowding.publish(topicOf(gasSensor, 'heartbeat'), '{}')]
  const first = await offered()
  published.push(other.publish(topicOf(otherButton, 'heartbeat'), '{}'))
  published.push(
    device.publish(topicOf(button, 'heartbeat'), '{}'),
    device.publish(topicOf(button, 'sos'), '{}'),
  )
  const [before, sos] = [await offered(), await offered()]
  expect([before, sos].map(({ message }) => message.topic)).toEqual([
    topicOf(button, 'heartbeat'),
    topicOf(button, 'sos'),
  ])
  expect(notYetTaken).toEqual([])
  for (const one of [first, before, sos]) one.store()
  const last = await offered()
  expect(last.message.topic).toBe(topicOf(otherButton, 'heartbeat'))
  last.store()
  await Promise.all(published)
})

test('messages of every quality keep their order, although those of QoS 2 take another way', async () => {
  const { broker, offered } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  const sent = ([2, 0, 1, 2, 1] as const).map((qos, nth) => {
    const { messageId, ...message } = publish(nth + 1)
    return { ...message, qos, ...(qos === 0 ? {} : { messageId }) }
  })
  device.send(...sent)
  const heard = []
  for (const _ of sent) heard.push((await offered()).message.payload.toString())
  expect(heard).toEqual(sent.map(({ payload }) => payload))
})

test('a device that sends and never reads its acknowledgements is cut, and disturbs nobody', async () => {
  const limits = { drainMs: 20, publishesPerSecond: 1_000_000, publishBurst: 100_000 }
  const { broker, offered } = await recordedBroker({ limits })
  const frozen = await rawDevice(broker, rawAs(button))
  frozen.freeze()
  for (let id = 1; id <= 30_000; id += 1) frozen.send(publish(id, '', 'readings'))
  await frozen.closed
  const other = await connectDevice(broker, as(otherButton))
  await other.publish(topicOf(otherButton, 'sos'), '{"still":"heard"}')
  for (;;) if ((await offered()).message.payload.toString() === '{"still":"heard"}') break
})
