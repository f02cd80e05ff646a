import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import type { UpKind } from '#contract/topics.ts'
import { topicOf } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { createApp, type App } from './app.ts'
import { limits } from './limits.ts'

const now = Date.parse('2026-03-02T07:30:00+08:00')
const clock = createFakeClock(now)
let database: TestDatabase
let cast: Cast
let app: App
let free = limits.freeBytesLow * 2

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, now)
  app = await createApp({
    db: database.db,
    databaseUrl: database.url,
    clock,
    log: pino({ level: 'silent' }),
    demo: undefined,
    secureCookies: false,
    dashboardDir: undefined,
    freeBytes: async () => free,
  })
  await app.listen({ host: '127.0.0.1', httpPort: 0, mqttPort: 0 })
  await app.jobs.stop()
})
afterAll(async () => {
  await app.close()
  await database.drop()
})

async function say({ serial, secret }: CastDevice, kind: UpKind, body: object): Promise<void> {
  const principal = await app.ingest.authenticate(serial, secret)
  if (!principal) throw new Error(`${serial} is not let in`)
  const message = { principal, clientId: serial, topic: topicOf(serial, kind), receivedAt: clock.now() }
  const payload = Buffer.from(JSON.stringify(body))
  await app.ingest.accept({ ...message, payload, qos: 1, retain: false, will: false })
}

const readings = { values: [{ kind: 'temperature', value: 19 }] }
const count = async (table: 'reading' | 'check_in' | 'incident') => {
  const from = { reading: sql`reading`, check_in: sql`check_in`, incident: sql`incident` }[table]
  const { rows } = await database.db.one(
    Type.Object({ rows: Type.Integer() }),
    sql`select count(*)::int as rows from ${from}`,
  )
  return rows
}
const health = async () => {
  const answer = await app.api.inject({ url: '/api/health' })
  return answer.json<{ ok: boolean; disk: { state: string } }>()
}

test('the disk is nearly full: readings slow down, check-ins and hazards do not, and health says so', async () => {
  const { liButton, liCo, heButton } = cast.devices
  await app.jobs.tick(clock.now())
  expect((await health()).disk.state).toBe('enough')
  free = limits.freeBytesFull - 1
  await clock.advance(10_000)
  await app.jobs.tick(clock.now())
  expect(await health()).toMatchObject({ ok: false, disk: { state: 'full' } })

  const slow = say(liCo, 'readings', readings)
  await say(liButton, 'checkin', { id: 'li-1' })
  await say(heButton, 'sos', { id: 'he-1' })
  expect([await count('check_in'), await count('incident'), await count('reading')]).toEqual([1, 1, 0])
  // one value that matters takes what waited before it along
  await say(liCo, 'readings', { values: [{ kind: 'co', value: 320 }] })
  await slow
  expect([await count('incident'), await count('reading')]).toEqual([2, 2])

  free = limits.freeBytesLow * 2
  await clock.advance(10_000)
  await app.jobs.tick(clock.now())
  await say(liCo, 'readings', { values: [{ kind: 'temperature', value: 20, time: clock.now() }] })
  expect((await health()).disk.state).toBe('enough')
  expect(await count('reading')).toBe(3)
})
