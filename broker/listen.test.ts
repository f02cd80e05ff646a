import { execFile } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { expect, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { rawClient, rawDevice } from '#testing/broker.ts'
import { as, button, rawAs, recordedBroker } from '#testing/recorded-broker.ts'

const host = '127.0.0.1'
const publish = {
  cmd: 'publish',
  topic: topicOf(button, 'checkin'),
  payload: '{}',
  qos: 1,
  retain: false,
  dup: false,
  messageId: 1,
} as const

test('devices come over TCP to a port of its own choice', async () => {
  const { broker, offered } = await recordedBroker()
  const { port } = await broker.listen({ host, port: 0 })
  const device = await connectAsync(`mqtt://${host}:${port}`, { ...as(button), reconnectPeriod: 0 })
  await device.publishAsync(publish.topic, '{"via":"button"}', { qos: 1 })
  expect((await offered()).message.payload.toString()).toBe('{"via":"button"}')
  await device.endAsync()
})

test('a refused device hears the reason over TCP before the connection closes', async () => {
  const { broker } = await recordedBroker()
  const { port } = await broker.listen({ host, port: 0 })
  const wrong = { ...as(button), password: 'guess', reconnectPeriod: 0 }
  await expect(connectAsync(`mqtt://${host}:${port}`, wrong, false)).rejects.toThrow(
    /bad username or password/i,
  )
})

test('a port that is taken is said clearly, and by its code', async () => {
  const { broker } = await recordedBroker()
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, host, resolve))
  const { port } = other.address() as AddressInfo
  await expect(broker.listen({ host, port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: `MQTT cannot listen on ${host}:${port}: another process is listening on it`,
  })
  await new Promise((resolve) => other.close(resolve))
  const listener = await broker.listen({ host, port })
  await listener.close()
  await (await broker.listen({ host, port })).close()
})

test('closing acknowledges what is being stored, and blames nobody', async () => {
  const { broker, offered, presence, notYetTaken } = await recordedBroker({
    holds: true,
    limits: { closeGraceMs: 5_000 },
  })
  const { port } = await broker.listen({ host, port: 0 })
  const overTcp = await connectAsync(`mqtt://${host}:${port}`, {
    ...as(button, 'tcp'),
    reconnectPeriod: 0,
    will: {
      topic: topicOf(button, 'state'),
      payload: Buffer.from('{"online":false}'),
      qos: 1,
      retain: false,
    },
  })
  expect(await presence()).toBe(`${button} online`)
  const sent = overTcp.publishAsync(publish.topic, '{}', { qos: 1 })
  const { store } = await offered()
  const hungUp = new Promise<void>((resolve) => overTcp.once('close', () => resolve()))
  const closing = broker.close()
  store()
  await sent
  await closing
  await hungUp
  await overTcp.endAsync(true)
  expect(notYetTaken).toEqual([])
  expect(broker.stats()).toMatchObject({ connections: 0, pending: 0 })
})

test('after closing nothing keeps the process: no port, no socket, no timer', async () => {
  const script = `
    import { createBroker } from './broker/create-broker.ts'
    import { connectAsync } from 'mqtt'
    const quiet = () => {}
    const broker = await createBroker({
      authenticate: async () => ({ serial: 'a' }),
      mayPublish: () => true,
      maySubscribe: () => true,
      accept: () => Promise.reject(new Error('the database is away')),
      onRefused: quiet,
      onPresence: quiet,
      now: () => 0,
      limits: { publishBurst: 1, publishesPerSecond: 0.01, closeGraceMs: 60_000 },
      log: { info: quiet, warn: quiet, error: quiet },
    })
    const { port } = await broker.listen({ host: '127.0.0.1', port: 0 })
    const device = await connectAsync('mqtt://127.0.0.1:' + port, { reconnectPeriod: 0, keepalive: 1_000 })
    for (let i = 0; i < 3; i++) device.publish('up', 'never stored', { qos: 1 }, quiet)
    await device.publishAsync('up', 'the last', { qos: 0 })
    await broker.close()
    device.end(true)
    console.log('closed')
  `
  const root = new URL('..', import.meta.url)
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 15_000 })
  expect(stdout).toBe('closed\n')
})

test('closing does not wait for a frozen device or for a database that is away', async () => {
  const limits = { lingerMs: 20, closeGraceMs: 20 }
  const { broker, offered } = await recordedBroker({ holds: true, limits })
  const device = await rawDevice(broker, rawAs(button))
  device.send(publish, { ...publish, messageId: 2 })
  const first = await offered()
  first.fail()
  device.freeze()
  await broker.close()
  expect(broker.stats().connections).toBe(0)
})

test('after closing nobody is let in', async () => {
  const { broker } = await recordedBroker()
  await broker.close()
  await rawClient(broker).closed
})

test('closing twice is closing once', async () => {
  const { broker } = await recordedBroker()
  await Promise.all([broker.close(), broker.close()])
})
