import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { topicOf } from '#contract/topics.ts'
import { openDatabase, type Database } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { connectDevice } from '#testing/broker.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { openPersonPage } from '#testing/person-page.ts'
import { until } from '#testing/until.ts'
import { openProxy, type Proxy } from '../bench/chaos/proxy.ts'
import { undoAll } from '../bench/harness/undo.ts'
import { createApp, type App } from './app.ts'
import { limits } from './limits.ts'

const startedAt = Date.parse('2026-03-02T07:59:20+08:00')
const t0 = Date.parse('2026-03-02T08:00:00+08:00')
const clock = createFakeClock(startedAt)
const logged: string[] = []
let database: TestDatabase
let db: Database
let line: Proxy
let cast: Cast
let app: App
let url: string

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, startedAt)
  const direct = new URL(database.url)
  line = await openProxy([Number(direct.port)])
  direct.port = String(line.port)
  db = openDatabase({ url: direct.href, poolSize: 6, applicationName: 'behind a line' })
  app = await createApp({
    db,
    databaseUrl: direct.href,
    clock,
    log: pino({ level: 'warn', base: null }, { write: (text) => void logged.push(text) }),
    demo: undefined,
    secureCookies: false,
    dashboardDir: undefined,
  })
  await app.listen({ host: '127.0.0.1', httpPort: 0, mqttPort: 0 })
  await app.jobs.stop()
  const address = app.api.server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
})
afterAll(async () => {
  line.set('open')
  await app.close()
  await db.close()
  await undoAll()
  await database.drop()
})

const device = ({ serial, secret }: CastDevice) =>
  connectDevice(app.broker, { clientId: serial, username: serial, password: secret })

/** As the metronome does: a tick each second. */
async function everySecondUntil(when: number): Promise<void> {
  while (clock.now() < when) {
    await clock.advance(1000)
    await app.jobs.tick(clock.now())
  }
}

const missed = () =>
  database.db.many(
    Type.Object({ residentId: Type.Integer() }),
    sql`select resident_id from incident where kind = 'missed' and subject = 'home' order by resident_id`,
  )
const health = async () => {
  const answer = await app.api.inject({ url: '/api/health' })
  return answer.json<{ ok: boolean; database: { ok: boolean } }>()
}

test('safety 8: a minute without a database over eight: nothing is acknowledged or lost, the pages say so, nobody is missed falsely', async () => {
  const page = await openPersonPage({ url, login: cast.logins.zhao, onRing: () => {} })
  let beats = 0
  page.socket.on('beat', () => void (beats += 1))
  const li = await device(cast.devices.liButton)
  const wu = await device(cast.devices.wuButton)
  for (const [button, { serial }] of [
    [li, cast.devices.liButton],
    [wu, cast.devices.wuButton],
  ] as const)
    await button.publish(topicOf(serial, 'heartbeat'), '{}')
  await everySecondUntil(t0 - 30_000)
  await until('the page hears a heartbeat', () => beats > 0)

  line.set('cut')
  let isAcknowledged = false
  const press = JSON.stringify({ id: 'li-1', time: t0 - 20_000 })
  const stored = li
    .publish(topicOf(cast.devices.liButton.serial, 'checkin'), press)
    .then(() => void (isAcknowledged = true))
  const before = beats
  await everySecondUntil(t0 + 30_000)
  expect(await health()).toMatchObject({ ok: false, database: { ok: false } })
  expect([isAcknowledged, beats - before]).toEqual([false, 0])

  line.set('open')
  await stored
  await everySecondUntil(t0 + 60_000)
  await until('the page hears heartbeats again', async () => {
    await clock.advance(limits.headEveryMs)
    return beats > before
  })
  expect(await missed()).toEqual([])
  await everySecondUntil(t0 + 180_000)
  const silent = (await missed()).map(({ residentId }) => residentId)
  expect(silent).not.toContain(cast.residents.li)
  expect(silent).toContain(cast.residents.wu)
  expect((await health()).database.ok).toBe(true)
  page.close()
}, 40_000)

test('a database that answers nothing at all: health says so within seconds, and all goes on when it is back', async () => {
  line.set('frozen')
  // cannot be asked who it is, and is told to come again later
  const refused = await device(cast.devices.heButton).catch((error: unknown) => error)
  const asked = performance.now()
  expect((await health()).database.ok).toBe(false)
  expect(performance.now() - asked).toBeLessThan(8000)
  line.set('open')
  await until('health is well', async () => (await health()).database.ok)
  await app.jobs.tick(clock.now())
  expect(refused).toBeInstanceOf(Error)
  const again = await device(cast.devices.heButton)
  await again.publish(topicOf(cast.devices.heButton.serial, 'heartbeat'), '{}')
  const said = logged.filter((text) => text.includes('written down'))
  expect(said).toHaveLength(1)
}, 40_000)
