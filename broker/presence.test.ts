import { expect, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { connectDevice, connectPacket, rawClient, rawDevice } from '#testing/broker.ts'
import { as, button, gasSensor, rawAs, recordedBroker } from '#testing/recorded-broker.ts'

const will = {
  topic: topicOf(button, 'state'),
  payload: Buffer.from('{"online":false}'),
  qos: 1,
  retain: true,
} as const

test('the last will of a device that went without a word is accepted like a message, marked as a will', async () => {
  const { broker, offered, presence } = await recordedBroker()
  const device = await rawDevice(broker, { ...rawAs(button), will })
  expect(await presence()).toBe(`${button} online`)
  device.cut()
  expect(await presence()).toBe(`${button} offline`)
  const { message } = await offered()
  expect(message).toMatchObject({
    will: true,
    topic: will.topic,
    retain: true,
    principal: { serial: button },
  })
  expect(message.payload).toEqual(will.payload)
})

test('a will is held and offered again while the database is away, although its device is gone', async () => {
  const limits = { retryDelayMs: 1, retryDelayMsMax: 1 }
  const { broker, offered } = await recordedBroker({ holds: true, limits })
  const device = await rawDevice(broker, { ...rawAs(button), will })
  device.cut()
  for (let attempt = 0; attempt < 3; attempt++) (await offered()).fail()
  const last = await offered()
  expect(last.message.will).toBe(true)
  last.store()
})

test('who says goodbye leaves no will', async () => {
  const { broker, presence, notYetTaken } = await recordedBroker()
  const device = await connectDevice(broker, { ...as(button), will })
  await device.end()
  expect([await presence(), await presence()]).toEqual([`${button} online`, `${button} offline`])
  expect(notYetTaken).toEqual([])
})

test('a will under another identity is refused', async () => {
  const { broker, refusal, notYetTaken } = await recordedBroker()
  const device = await rawDevice(broker, {
    ...rawAs(button),
    will: { ...will, topic: topicOf(gasSensor, 'state') },
  })
  device.cut()
  expect(await refusal()).toMatchObject({ reason: 'forbidden_topic', serial: button })
  expect(notYetTaken).toEqual([])
})

test('a will cannot pose as a message that the gate has put aside', async () => {
  const { broker, refusal, notYetTaken } = await recordedBroker()
  const device = await rawDevice(broker, { ...rawAs(button), will: { ...will, topic: '$gate/2' } })
  device.cut()
  expect(await refusal()).toMatchObject({ reason: 'bad_topic', topic: '$gate/2' })
  expect(notYetTaken).toEqual([])
})

test('a retained message is told as retained, and is kept for nobody', async () => {
  const { broker, offered } = await recordedBroker()
  const device = await connectDevice(broker, as(button))
  await device.publish(topicOf(button, 'checkin'), '{"via":"button"}', { qos: 1, retain: true })
  expect((await offered()).message).toMatchObject({ retain: true, will: false })
  const listener = await rawDevice(broker, rawAs(button))
  const subscriptions = [{ topic: topicOf(button, 'checkin'), qos: 1 as const }]
  listener.send({ cmd: 'subscribe', messageId: 1, subscriptions }, { cmd: 'pingreq' })
  const answers = [await listener.next('suback'), await listener.next('pingresp')]
  expect(answers[0]).toMatchObject({ granted: [128] })
  expect(listener.unread).toEqual([])
})

test('a device that comes back takes its place over, and its old will comes before its first new word', async () => {
  const { broker, offered, presence } = await recordedBroker()
  const lost = await rawDevice(broker, { ...rawAs(button), will })
  const back = await connectDevice(broker, as(button))
  await lost.closed
  await back.publish(topicOf(button, 'state'), '{"online":true}')
  const heard = [await offered(), await offered()].map(({ message }) => [
    message.will,
    message.payload.toString(),
  ])
  expect(heard).toEqual([
    [true, '{"online":false}'],
    [false, '{"online":true}'],
  ])
  const seen = [await presence(), await presence(), await presence()]
  expect(seen).toEqual([`${button} online`, `${button} offline`, `${button} online`])
  expect(broker.isOnline(button)).toBe(true)
  expect(broker.stats()).toMatchObject({ devices: 1, takeOvers: 1 })
})

test('the place is taken over by the serial, whatever client id the device gives itself', async () => {
  const { broker } = await recordedBroker()
  const first = await rawDevice(broker, rawAs(button, 'one'))
  await rawDevice(broker, rawAs(button, 'two'))
  await first.closed
  expect(broker.stats().devices).toBe(1)
})

test('two devices that were given the same client id do not throw each other out', async () => {
  const { broker } = await recordedBroker()
  const first = await rawDevice(broker, rawAs(button, 'esp32'))
  const second = await rawDevice(broker, rawAs(gasSensor, 'esp32'))
  for (const device of [first, second]) {
    device.send({ cmd: 'pingreq' })
    expect((await device.next()).cmd).toBe('pingresp')
  }
  expect([broker.isOnline(button), broker.isOnline(gasSensor)]).toEqual([true, true])
})

test('a stranger who claims a serial without its secret does not take it over', async () => {
  const { broker, refusal } = await recordedBroker()
  const device = await rawDevice(broker, rawAs(button))
  const stranger = rawClient(broker)
  stranger.send(connectPacket({ ...rawAs(button), password: Buffer.from('guess') }))
  expect(await stranger.next()).toMatchObject({ cmd: 'connack', returnCode: 4 })
  expect((await refusal()).reason).toBe('unauthenticated')
  device.send({ cmd: 'pingreq' })
  expect((await device.next()).cmd).toBe('pingresp')
})

test('nothing can be sent to a device that is not here', async () => {
  const { broker } = await recordedBroker()
  expect(await broker.publishTo(button, topicOf(button, 'cmd'), '{}', 1)).toBe('offline')
  expect(broker.isOnline(button)).toBe(false)
})
