// The behaviour of aedes 1.2.0 that the broker leans on. If an update breaks one of these, read broker/ again.
import { Aedes, type AedesOptions, type Client } from 'aedes'
import { readFileSync } from 'node:fs'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connectDevice, connectPacket, rawClient, rawDevice } from '#testing/broker.ts'
import { createEmptyStore, noCrossbar } from './nothing-kept.ts'
import { keepAlive } from './open-aedes.ts'

async function openAedes(options: AedesOptions) {
  const aedes = await Aedes.createBroker(options)
  onTestFinished(() => new Promise<void>((resolve) => aedes.close(() => resolve())))
  return { aedes, handle: (stream: Parameters<typeof aedes.handle>[0]) => void aedes.handle(stream) }
}

function signal<T>(): [Promise<T>, (value: T) => void] {
  let give: (value: T) => void = () => {}
  const given = new Promise<T>((resolve) => (give = resolve))
  return [given, give]
}

const message = {
  cmd: 'publish',
  topic: 'a',
  payload: 'b',
  qos: 1,
  retain: true,
  dup: false,
  messageId: 1,
} as const

test('the version is the one that was measured', () => {
  const file = new URL('../node_modules/aedes/package.json', import.meta.url)
  expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe('1.2.0')
})

test('authorizePublish comes first, then PUBACK, and only then its own store and published', async () => {
  const order: string[] = []
  const [acknowledged, acknowledge] = signal<void>()
  const [wasPublished, published] = signal<void>()
  const storeRetained = async () => {
    await acknowledged
    order.push('store')
  }
  const { handle } = await openAedes({
    persistence: { ...createEmptyStore(), storeRetained },
    authorizePublish: (_client, _packet, done) => {
      order.push('authorizePublish')
      done()
    },
    published: (_packet, client, done) => {
      if (client) published(void order.push('published'))
      done()
    },
  })
  const device = await rawDevice({ handle }, { clientId: 'a' })
  device.send(message)
  order.push((await device.next()).cmd)
  acknowledge()
  await wasPublished
  expect(order).toEqual(['authorizePublish', 'puback', 'store', 'published'])
})

test('no PUBACK is written before authorizePublish calls back, and acknowledgements follow its calls', async () => {
  const waiting: (() => void)[] = []
  let all = () => {}
  const arrived = new Promise<void>((resolve) => (all = resolve))
  const { handle } = await openAedes({
    authorizePublish: (_client, _packet, done) => {
      if (waiting.push(() => done()) === 3) all()
    },
  })
  const device = await rawDevice({ handle }, { clientId: 'a' })
  device.send(message, { ...message, messageId: 2 }, { ...message, messageId: 3 })
  await arrived
  expect(device.unread).toEqual([])
  for (const go of waiting.toReversed()) go()
  const ids = [await device.next(), await device.next(), await device.next()].map(
    ({ messageId }) => messageId,
  )
  expect(ids).toEqual([3, 2, 1])
})

test('an error from authorizePublish closes the connection', async () => {
  const { handle } = await openAedes({ authorizePublish: (_client, _packet, done) => done(new Error('no')) })
  const device = await rawDevice({ handle }, { clientId: 'a' })
  device.send(message)
  await device.closed
  expect(device.unread).toEqual([])
})

test('what preConnect writes into the packet is what counts: id, clean session, keep-alive', async () => {
  const { aedes, handle } = await openAedes({
    keepaliveLimit: 0,
    preConnect: (_client, packet, done) => {
      Object.assign(packet, { clientId: 'renamed', clean: true, keepalive: 0.02 })
      done(null, true)
    },
  })
  const ready = new Promise<{ id: string; clean: boolean }>((resolve) => aedes.once('clientReady', resolve))
  const device = await rawDevice({ handle }, { clientId: 'a', clean: false, keepalive: 0 })
  expect(await ready).toMatchObject({ id: 'renamed', clean: true })
  await device.closed
})

test('the will passes authorizePublish as the very object that preConnect saw', async () => {
  let seen: unknown
  const [published, publish] = signal<unknown>()
  const { handle } = await openAedes({
    preConnect: (_client, packet, done) => {
      seen = packet.will
      done(null, true)
    },
    authorizePublish: (_client, packet, done) => {
      publish(packet)
      done()
    },
  })
  const will = { topic: 'gone', payload: Buffer.from('x'), qos: 1, retain: false } as const
  const device = await rawDevice({ handle }, { clientId: 'a', will })
  device.cut()
  expect(await published).toBe(seen)
})

test('a return code on the error of authenticate is what CONNACK says', async () => {
  const { handle } = await openAedes({
    authenticate: (_client, _name, _password, done) =>
      done(Object.assign(new Error('no'), { returnCode: 3 }), false),
  })
  const device = rawClient({ handle })
  device.send(connectPacket({ clientId: 'a' }))
  expect(await device.next()).toMatchObject({ cmd: 'connack', returnCode: 3 })
  await device.closed
})

test('a null subscription is answered with 0x80 and the connection stays', async () => {
  const { handle } = await openAedes({
    authorizeSubscribe: (_client, _subscription, done) => done(null, null),
  })
  const device = await rawDevice({ handle }, { clientId: 'a' })
  device.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: 'x', qos: 1 }] }, { cmd: 'pingreq' })
  expect(await device.next('suback')).toMatchObject({ granted: [128] })
  await device.next('pingresp')
})

test('client.publish reaches the device without any message bus', async () => {
  const { aedes, handle } = await openAedes({ mq: noCrossbar, persistence: createEmptyStore() })
  const [ready, isReady] = signal<Client>()
  aedes.once('clientReady', isReady)
  const device = await connectDevice({ handle }, { clientId: 'a' })
  const client = await ready
  client.publish(
    { cmd: 'publish', topic: 'x', payload: 'hello', qos: 1, retain: false, dup: false },
    () => {},
  )
  expect((await device.nextMessage()).payload.toString()).toBe('hello')
})

test('its timer of keep-alive can be moved for a message that passes beside it', async () => {
  const { aedes, handle } = await openAedes({})
  const [came, come] = signal<Client>()
  aedes.on('clientReady', come)
  const device = await rawDevice({ handle }, { clientId: 'a' })
  const client = (await came) as Client & { _keepaliveTimer: NodeJS.Timeout }
  const refresh = vi.spyOn(client._keepaliveTimer, 'refresh')
  device.send({ cmd: 'pingreq' })
  await device.next('pingresp')
  expect(refresh).toHaveBeenCalledTimes(1)
  keepAlive(client)
  expect(refresh).toHaveBeenCalledTimes(2)
})
