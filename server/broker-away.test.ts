// The external broker is away, or the line to it: no silence of people.
import mqtt, { type MqttClient } from 'mqtt'
import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { topicOf } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { standardBrokers, type StandardBroker } from '#testing/external-brokers.ts'
import { until } from '#testing/until.ts'
import { openProxy, type Proxy } from '../bench/chaos/proxy.ts'
import { undoAll } from '../bench/harness/undo.ts'
import { createApp, type App } from './app.ts'

const startedAt = Date.parse('2026-03-02T07:59:57+08:00')
const t0 = Date.parse('2026-03-02T08:00:00+08:00')
const clock = createFakeClock(startedAt)
let database: TestDatabase
let broker: StandardBroker
let line: Proxy
let cast: Cast
let app: App
const devices: MqttClient[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, startedAt)
  const [first] = standardBrokers
  if (!first) throw new Error('a bare aedes is always there')
  broker = await first.start()
  line = await openProxy([Number(new URL(broker.url).port)])
  app = await createApp({
    db: database.db,
    databaseUrl: database.url,
    mqttUrl: `mqtt://127.0.0.1:${line.port}`,
    clock,
    log: pino({ level: 'silent' }),
    demo: undefined,
    secureCookies: false,
    dashboardDir: undefined,
  })
  await app.listen({ host: '127.0.0.1', httpPort: 0, mqttPort: 0 })
  await app.jobs.stop()
  await until('it consumes every group', isReady)
})
afterAll(async () => {
  line.set('open')
  await Promise.all(devices.map((device) => device.endAsync(true)))
  await app.close()
  await undoAll()
  await broker.stop()
  await database.drop()
})

async function isReady(): Promise<boolean> {
  const answer = await app.api.inject({ url: '/api/health' })
  const { broker: seen } = answer.json<{ broker: { ok: boolean; shardGroups: number } }>()
  return seen.ok && seen.shardGroups === 16
}

/** Its acknowledgement is the message on `ack`. */
async function say(
  { serial }: CastDevice,
  kind: 'heartbeat' | 'checkin',
  body: { id: string; time: number },
) {
  const device = await mqtt.connectAsync(broker.url, { clientId: `${serial}-${body.id}` })
  devices.push(device)
  const acknowledged = new Promise<void>((resolve) => device.once('message', () => resolve()))
  await device.subscribeAsync(topicOf(serial, 'ack'), { qos: 1 })
  await device.publishAsync(topicOf(serial, kind), JSON.stringify(body), { qos: 1 })
  return { acknowledged }
}

/** As the metronome does: a tick each second. */
async function everySecondUntil(when: number): Promise<void> {
  while (clock.now() < when) {
    await clock.advance(1000)
    await app.jobs.tick(clock.now())
  }
}

const missed = async () => {
  const rows = await database.db.many(
    Type.Object({ residentId: Type.Integer() }),
    sql`select resident_id from incident where kind = 'missed' order by resident_id`,
  )
  return rows.map(({ residentId }) => residentId)
}

test('safety 8: the line to the broker is cut over eight: a press that waits there, or comes back after it, is not missed', async () => {
  const { liButton, wuButton } = cast.devices
  for (const button of [liButton, wuButton])
    await (
      await say(button, 'heartbeat', { id: 'early', time: clock.now() })
    ).acknowledged
  await everySecondUntil(t0 - 2000)

  line.set('cut')
  await until('it is gone', async () => !(await isReady()))
  const press = await say(liButton, 'checkin', { id: 'li-1', time: t0 - 1000 })
  await everySecondUntil(t0 + 30_000)
  expect(await missed()).toEqual([])

  line.set('open')
  await until('it is back', isReady)
  await press.acknowledged
  // it answers at once; devices that it lost with us come back a moment later
  const backAt = performance.now()
  await until('the broker had time to answer', () => performance.now() - backAt > 1200)
  expect(app.broker.heardUntil()).toBeLessThan(t0)
  await everySecondUntil(t0 + 40_000)
  await until('the broker answered', () => app.broker.heardUntil() >= clock.now())
  await everySecondUntil(t0 + 41_000)
  expect(await missed()).toEqual([])
  // as after the minute in which devices have time to come back
  await database.db.run(sql`delete from blind_interval`)
  await everySecondUntil(t0 + 42_000)
  const silent = await missed()
  expect(silent).not.toContain(cast.residents.li)
  expect(silent).toContain(cast.residents.wu)
}, 40_000)
