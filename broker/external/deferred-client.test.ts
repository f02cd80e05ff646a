// Pins what we lean on in mqtt.js 5.16.0: an error answered to handleMessage sends no PUBACK and reads on, and a
// PUBACK sent by hand counts. Against every standard broker that is there.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import mqtt from 'mqtt'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { standardBrokers, type StandardBroker } from '#testing/external-brokers.ts'
import { until } from '#testing/until.ts'
import { openProxy } from '../../bench/chaos/proxy.ts'
import { undoAll } from '../../bench/harness/undo.ts'
import { connectDeferred, type Arrived } from './deferred-client.ts'

test('mqtt.js is the version whose inside is pinned here', () => {
  const path = join(import.meta.dirname, '..', '..', 'node_modules', 'mqtt', 'package.json')
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: '5.16.0' })
})

let sessions = 0

describe.each(standardBrokers)('$name', ({ start }) => {
  let broker: StandardBroker
  beforeAll(async () => {
    broker = await start()
  })
  afterAll(() => broker.stop())

  async function consume(clientId: string, options: { unacknowledgedMax?: number; url?: string } = {}) {
    const arrived: Arrived[] = []
    const quiet = () => {}
    const client = connectDeferred({
      url: options.url ?? broker.url,
      clientId,
      filters: [`t/${clientId}/+`],
      onMessage: (message) => void arrived.push(message),
      log: { info: quiet, warn: quiet, error: quiet },
      unacknowledgedMax: options.unacknowledgedMax ?? 1000,
      now: () => performance.now(),
    })
    let isOpen = true
    const close = async (graceMs = 0) => {
      if (isOpen) await client.close(graceMs)
      isOpen = false
    }
    onTestFinished(() => close())
    await until('it is subscribed', () => client.isReady())
    return { ...client, close, arrived, texts: () => arrived.map(({ payload }) => payload.toString()) }
  }

  const publish = (clientId: string, ...texts: string[]) => publishAs(1, clientId, texts)
  async function publishAs(qos: 0 | 1, clientId: string, texts: readonly string[]): Promise<void> {
    const publisher = await mqtt.connectAsync(broker.url)
    for (const text of texts) await publisher.publishAsync(`t/${clientId}/x`, text, { qos })
    await publisher.endAsync()
  }

  test('a line that is dead says nothing: what was sent after its last answer may be anywhere', async () => {
    const line = await openProxy([Number(new URL(broker.url).port)])
    onTestFinished(undoAll)
    const client = await consume(newSession(), { url: `mqtt://127.0.0.1:${line.port}` })
    const begun = client.heardUntil()
    await until('the broker has answered', () => client.heardUntil() > begun)
    line.set('frozen')
    const frozenAt = performance.now()
    const answered = client.heardUntil()
    await until('it is asked again', () => performance.now() - frozenAt > 1100)
    expect(client.heardUntil()).toBe(answered)
    line.set('open')
    await until('it answers again', () => client.heardUntil() > frozenAt)
  })

  const newSession = () => `session${(sessions += 1)}`

  test('what was not acknowledged comes again to whoever connects with the same id, and what was does not', async () => {
    const id = newSession()
    const first = await consume(id)
    await publish(id, 'a', 'b', 'c')
    await until('all came', () => first.arrived.length === 3)
    first.arrived[0]?.acknowledge()
    expect(first.stats().unacknowledged).toBe(2)
    await first.close(1)
    const second = await consume(id)
    await until('the rest came again', () => second.arrived.length === 2)
    expect(second.texts()).toEqual(['b', 'c'])
    for (const message of second.arrived) message.acknowledge()
    await second.close(2000)
    const third = await consume(id)
    await publish(id, 'd')
    await until('news came', () => third.arrived.length > 0)
    expect(third.texts()).toEqual(['d'])
  })

  test('acknowledgements leave in the order of arrival, whatever is stored first', async () => {
    const id = newSession()
    const first = await consume(id)
    await publish(id, 'a', 'b', 'c')
    await until('all came', () => first.arrived.length === 3)
    first.arrived[1]?.acknowledge()
    first.arrived[2]?.acknowledge()
    expect(first.stats().unacknowledged).toBe(3)
    first.arrived[0]?.acknowledge()
    expect(first.stats().unacknowledged).toBe(0)
  })

  test('who is thrown out by another with the same id acknowledges nothing over a later connection', async () => {
    const id = newSession()
    const first = await consume(id)
    await publish(id, 'a')
    await until('it came', () => first.arrived.length === 1)
    const second = await consume(id)
    await until('it came to the other', () => second.arrived.length === 1)
    first.arrived[0]?.acknowledge()
    await first.close()
    await second.close()
    const third = await consume(id)
    await until('it comes once more', () => third.arrived.length === 1)
    expect(third.texts()).toEqual(['a'])
  })

  test.each([0, 1] as const)(
    'a full buffer is read no further until the half is stored: QoS %i',
    async (qos) => {
      const id = newSession()
      const consumer = await consume(id, { unacknowledgedMax: 4 })
      const texts = Array.from({ length: 12 }, (_, nth) => String(nth))
      await publishAs(qos, id, texts)
      await until('it is full', () => consumer.arrived.length >= 4)
      expect(consumer.arrived).toHaveLength(4)
      let stored = 0
      await until('all are stored', () => {
        consumer.arrived[stored++]?.acknowledge()
        stored = Math.min(stored, consumer.arrived.length)
        return consumer.arrived.length === 12 && consumer.stats().unacknowledged === 0
      })
      expect(consumer.texts()).toEqual(Array.from({ length: 12 }, (_, nth) => String(nth)))
    },
  )

  test('an absent consumer finds what came meanwhile, and an answer reaches who listens', async () => {
    const id = newSession()
    const first = await consume(id)
    await first.close()
    await publish(id, 'while away')
    const second = await consume(id)
    await until('it was kept', () => second.arrived.length === 1)
    const device = await mqtt.connectAsync(broker.url)
    onTestFinished(() => device.endAsync(true))
    const heard: string[] = []
    device.on('message', (_topic, payload) => void heard.push(payload.toString()))
    await device.subscribeAsync('answer', { qos: 1 })
    expect(await second.publish('answer', 'stored', 1)).toBe('sent')
    await until('the device heard', () => heard.length === 1)
  })
})
