import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import type { UpKind } from '#contract/topics.ts'
import { topicOf } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import { connectDevice } from '#testing/broker.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { until } from '#testing/until.ts'
import { createApp, type App } from './app.ts'
import { limits } from './limits.ts'

const now = Date.parse('2026-03-02T07:30:00+08:00')
const clock = createFakeClock(now)
let database: TestDatabase
let cast: Cast
let app: App
let free = limits.freeBytesLow * 2
const logged: string[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, now)
  app = await createApp({
    db: database.db,
    databaseUrl: database.url,
    clock,
    log: pino({ level: 'warn' }, { write: (text) => void logged.push(text) }),
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

/** What PostgreSQL says where its disk is full (53100), at the instant of `when`. */
async function fillDisk(when: 'insert' | 'commit'): Promise<void> {
  await database.db.run(sql`
    create or replace function disk_full() returns trigger language plpgsql as $$
    begin
      raise exception 'could not extend file: No space left on device' using errcode = '53100';
    end $$`)
  await database.db.run(
    when === 'insert'
      ? sql`create trigger disk_full before insert on message for each row execute function disk_full()`
      : sql`
          create constraint trigger disk_full after insert on message deferrable initially deferred
          for each row execute function disk_full()`,
  )
}

const makeRoom = () => database.db.run(sql`drop trigger disk_full on message`)

test.each(['insert', 'commit'] as const)(
  'a full disk that PostgreSQL refuses on at %s: nothing is acknowledged or lost, and it goes on by itself',
  async (when) => {
    const device = cast.devices.wuButton
    const button = await connectDevice(app.broker, {
      clientId: `${device.serial}.${when}`,
      username: device.serial,
      password: device.secret,
    })
    const acknowledged: string[] = []
    const press = async (kind: UpKind) => {
      const id = `${when} ${kind}`
      await button.publish(topicOf(device.serial, kind), JSON.stringify({ id }))
      acknowledged.push(id)
    }
    const before = logged.length
    await fillDisk(when)
    const both = Promise.all([press('heartbeat'), press('sos')])
    await until('PostgreSQL has refused', () => logged.length > before)
    expect(acknowledged).toEqual([])
    expect(await messages(when)).toEqual([])
    await makeRoom()
    await both
    expect(await messages(when)).toEqual([`${when} heartbeat`, `${when} sos`])
    expect(await refusals()).toBe(0)
    await button.end()
  },
)

const messages = async (when: string) => {
  const rows = await database.db.many(
    Type.Object({ id: Type.String() }),
    sql`select id from message where id like ${`${when} %`} order by id`,
  )
  return rows.map(({ id }) => id)
}
const refusals = async () => {
  const Count = Type.Object({ rows: Type.Integer() })
  return (await database.db.one(Count, sql`select count(*)::int as rows from refused_message`)).rows
}
