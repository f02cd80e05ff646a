// What a server holds in memory is bounded in messages: while the database is away, the rest waits in the sockets.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '#clock/clock.ts'
import { topicOf } from '#contract/topics.ts'
import { openDatabase, type Database } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { until } from '#testing/until.ts'
import { createPacketReader } from '../bench/chaos/packet-reader.ts'
import { openProxy, type Proxy } from '../bench/chaos/proxy.ts'
import { connectPacket, publishPacket } from '../bench/harness/load/packets.ts'
import { undoAll } from '../bench/harness/undo.ts'
import { buildCity, detectorSerial, secretOf } from '../bench/harness/world.ts'
import { brokerLimits } from '../broker/limits.ts'
import { createApp, type App } from './app.ts'
import { limits } from './limits.ts'

const devices = 180
const each = 70
/** More than one device may have waiting, and all of them together. */
const sent = devices * each

let database: TestDatabase
let db: Database
let line: Proxy
let app: App
const sockets: Socket[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  await buildCity(database.url, { homes: devices })
  const behind = new URL(database.url)
  line = await openProxy([Number(behind.port)])
  behind.port = String(line.port)
  db = openDatabase({ url: behind.href, poolSize: 6, applicationName: 'behind a line' })
  app = await createApp({
    db,
    databaseUrl: behind.href,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    demo: undefined,
    secureCookies: false,
    dashboardDir: undefined,
  })
  await app.listen({ host: '127.0.0.1', httpPort: 0, mqttPort: 0 })
  await app.jobs.stop()
}, 60_000)
afterAll(async () => {
  line.set('open')
  for (const socket of sockets) socket.destroy()
  await app.close()
  await db.close()
  await undoAll()
  await database.drop()
})

const idOf = (serial: string, nth: number) => `${serial} ${nth}`

/** Counts its acknowledgements, and reads nothing else. */
async function device(serial: string, acknowledged: Set<string>) {
  const socket = connect({ host: '127.0.0.1', port: app.broker.door().port ?? 0, noDelay: true })
  sockets.push(socket)
  socket.on('error', () => {})
  await once(socket, 'connect')
  const letIn = new Promise<void>((resolve) => {
    const hear = (type: number, body: Buffer): void => {
      if (type === 2) resolve()
      if (type === 4) acknowledged.add(idOf(serial, body.readUInt16BE(0)))
    }
    socket.on('data', createPacketReader(hear))
  })
  socket.write(connectPacket({ id: serial, username: serial, password: secretOf(serial), keepAlive: 60 }))
  await letIn
  return () => {
    for (let nth = 1; nth <= each; nth += 1) {
      const body = JSON.stringify({ id: idOf(serial, nth), battery: 80 })
      socket.write(publishPacket(topicOf(serial, 'heartbeat'), nth, body))
    }
  }
}

const pending = () => app.broker.stats().pending

test('many devices keep sending while the database is away: what is held stays bounded, and none of it is lost', async () => {
  expect(sent).toBeGreaterThan(brokerLimits.pendingMax)
  expect(brokerLimits.pendingMax).toBeLessThanOrEqual(limits.pendingMessagesMax)
  const acknowledged = new Set<string>()
  const serials = Array.from({ length: devices }, (_, nth) => detectorSerial(nth + 1))
  const talk = await Promise.all(serials.map((serial) => device(serial, acknowledged)))

  line.set('frozen')
  for (const say of talk) say()
  await until('as much is held as may be', () => pending() >= brokerLimits.pendingMax)
  let most = 0
  let looks = 0
  const begun = performance.now()
  await until('the others have had a second to push on', () => {
    most = Math.max(most, pending())
    looks += 1
    return performance.now() - begun > 1000
  })
  expect(looks).toBeGreaterThan(1)
  expect(most).toBe(brokerLimits.pendingMax)
  expect(acknowledged.size).toBe(0)

  line.set('open')
  await until('everything is acknowledged', () => {
    most = Math.max(most, pending())
    return acknowledged.size === sent
  })
  expect(most).toBe(brokerLimits.pendingMax)
  expect(pending()).toBe(0)
  const { stored } = await database.db.one(
    Type.Object({ stored: Type.Integer() }),
    sql`select count(*)::int as stored from message where id = any(${[...acknowledged]}::text[])`,
  )
  expect(stored).toBe(sent)
}, 60_000)
