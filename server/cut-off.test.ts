// One of two servers loses its line to the database, and nothing else: whoever is connected to it must not wait for that.
import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#clock/clock.ts'
import { topicOf } from '#contract/topics.ts'
import { openDatabase, type Database } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { connectDevice } from '#testing/broker.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { until } from '#testing/until.ts'
import { openProxy, type Proxy } from '../bench/chaos/proxy.ts'
import { undoAll } from '../bench/harness/undo.ts'
import { createApp, type App } from './app.ts'

let database: TestDatabase
let cast: Cast
let line: Proxy
const dbs: Database[] = []
const apps: App[] = []

async function serve(url: string): Promise<App> {
  const db = openDatabase({ url, poolSize: 4, applicationName: 'one of two' })
  dbs.push(db)
  const app = await createApp({
    db,
    databaseUrl: url,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    demo: undefined,
    secureCookies: false,
    dashboardDir: undefined,
  })
  apps.push(app)
  await app.listen({ host: '127.0.0.1', httpPort: 0, mqttPort: 0 })
  return app
}

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, Date.now())
  line = await openProxy([Number(new URL(database.url).port)])
})
afterAll(async () => {
  line.set('open')
  await Promise.all(apps.map((app) => app.close()))
  await Promise.all(dbs.map((db) => db.close()))
  await undoAll()
  await database.drop()
})

const Answer = Type.Object({ answer: Type.Boolean() })
const isSo = async (question: ReturnType<typeof sql>) => (await database.db.one(Answer, question)).answer

test('a server that is cut off from the database sends its devices to the other, and blames none of them', async () => {
  const behind = new URL(database.url)
  behind.port = String(line.port)
  const [cut, other] = [await serve(behind.href), await serve(database.url)]
  const { serial, secret } = cast.devices.liButton
  const as = { clientId: serial, username: serial, password: secret }
  const will = {
    topic: topicOf(serial, 'state'),
    payload: Buffer.from('{"online":false}'),
    qos: 1,
    retain: false,
  } as const
  const device = await connectDevice(cut.broker, { ...as, will })
  await device.publish(topicOf(serial, 'heartbeat'), '{"battery":90}')
  const knowsOther = sql`
    select bool_and(lease_until > started.at + interval '5 s') as answer
    from server, (select max(started_at) as at from server) as started`
  await until('each knows of the other', () => isSo(knowsOther))
  line.set('frozen')
  await device.closed
  await expect(connectDevice(cut.broker, as)).rejects.toThrow()
  const again = await connectDevice(other.broker, as)
  await again.publish(topicOf(serial, 'sos'), '{}')
  line.set('open')
  const he = cast.devices.heButton
  let back: Awaited<ReturnType<typeof connectDevice>> | undefined
  await until('it lets devices in again', async () => {
    back ??= await connectDevice(cut.broker, {
      clientId: 'he',
      username: he.serial,
      password: he.secret,
    }).catch(() => undefined)
    return back !== undefined
  })
  await back?.publish(topicOf(he.serial, 'heartbeat'), '{}')
  expect(await isSo(sql`select online as answer from device where serial = ${serial}`)).toBe(true)
}, 60_000)
