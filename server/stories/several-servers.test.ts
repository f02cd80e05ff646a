// Two real server processes behind a TCP balancer, one database. What is killed here is killed by SIGKILL.
import mqtt, { type MqttClient } from 'mqtt'
import { Type } from 'typebox'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Ring } from '#contract/live.ts'
import { topicOf, type UpKind } from '#contract/topics.ts'
import { at, sql } from '#db/sql.ts'
import { createBalancer, type Balancer } from '#testing/balancer.ts'
import { callerAt } from '#testing/caller.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { openPersonPage, type PersonPage } from '#testing/person-page.ts'
import { startServer, type ServerProcess } from '#testing/server-process.ts'
import { until } from '#testing/until.ts'

/** Others take over within this (issue: any one killed at any instant). */
const takeOverMsMax = 10_000

let database: TestDatabase
let cast: Cast
let a: ServerProcess
let b: ServerProcess
let http: Balancer
let broker: Balancer
const devices: MqttClient[] = []
const pages: PersonPage[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, Date.now())
  ;[a, b] = await Promise.all([startServer(database.url), startServer(database.url)])
}, 90_000)
beforeEach(async () => {
  http = await createBalancer([a.httpPort, b.httpPort])
  broker = await createBalancer([a.mqttPort, b.mqttPort])
})
afterEach(async () => {
  for (const page of pages.splice(0)) page.close()
  await Promise.all(devices.splice(0).map((device) => device.endAsync(true)))
  await Promise.all([http.close(), broker.close()])
})
afterAll(async () => {
  await Promise.all([a.end('SIGTERM'), b.end('SIGTERM')])
  await database.drop()
})

/** An ordinary device: it keeps what was not acknowledged, and sends it again over its next connection. */
async function connect({ serial, secret }: CastDevice, port = broker.port): Promise<MqttClient> {
  const device = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    clientId: `${serial}.1`,
    username: serial,
    password: secret,
    reconnectPeriod: 50,
  })
  device.on('error', () => {})
  devices.push(device)
  await new Promise<void>((resolve) => device.once('connect', () => resolve()))
  return device
}

/** Resolves with the acknowledgement. */
const say = (device: MqttClient, { serial }: CastDevice, kind: UpKind, body: object) =>
  device.publishAsync(topicOf(serial, kind), JSON.stringify(body), { qos: 1 })

async function open(name: 'wang' | 'zhang' | 'zhao', port = http.port) {
  const rings: Ring[] = []
  const login = cast.logins[name]
  const page = await openPersonPage({
    url: `http://127.0.0.1:${port}`,
    login,
    onRing: (ring) => rings.push(ring),
  })
  pages.push(page)
  await until(`${name}'s page is known to be in front`, async () => {
    const proofs = await countOf(
      sql`select from page_presence where person_id = ${cast.persons[name]} and sound`,
    )
    return proofs > 0
  })
  return { ...page, rings }
}

async function countOf(rows: ReturnType<typeof sql>): Promise<number> {
  const Count = Type.Object({ count: Type.Integer() })
  return (await database.db.one(Count, sql`select count(*)::int as count from (${rows}) as rows`)).count
}

/** Real ms that it took. */
async function within(ms: number, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const before = performance.now()
  await until(what, isSo)
  expect(performance.now() - before, what).toBeLessThan(ms)
}

test('what comes to one server rings once on a page of the other, and both know each other', async () => {
  const wang = await open('wang', b.httpPort)
  const button = await connect(cast.devices.liButton, a.mqttPort)
  await say(button, cast.devices.liButton, 'sos', { id: 'sos-1' })
  await until('the ring has come', () => wang.rings.length > 0)
  expect(wang.rings).toMatchObject([{ kind: 'sos', purpose: 'alarm' }])
  await until(
    'the page has said so',
    async () => (await countOf(sql`select from telling where state = 'confirmed'`)) > 0,
  )
  expect(await countOf(sql`select from incident where kind = 'sos'`)).toBe(1)
  const { servers } = await callerAt(a.url)('health')
  expect(servers.map(({ alive, self }) => ({ alive, self }))).toEqual([
    { alive: true, self: expect.any(Boolean) },
    { alive: true, self: expect.any(Boolean) },
  ])
})

test('a device that moves to the other server leaves nothing behind that could take its commands', async () => {
  const tablet = cast.devices.wuButton
  const first = await connect(tablet, a.mqttPort)
  first.options.reconnectPeriod = 0
  await first.subscribeAsync(topicOf(tablet.serial, 'cmd'), { qos: 1 })
  const closed = new Promise<void>((resolve) => first.once('close', () => resolve()))
  const second = await connect(tablet, b.mqttPort)
  const heard: unknown[] = []
  second.on('message', (_topic, body) => void heard.push(JSON.parse(String(body))))
  await second.subscribeAsync(topicOf(tablet.serial, 'cmd'), { qos: 1 })
  await closed
  const now = Date.now()
  await database.db.run(sql`
    insert into device_command (community_id, device_id, kind, created_at, expires_at)
    select community_id, id, 'remind', ${at(now)}, ${at(now + 60_000)}
    from device
    where id = ${tablet.id}`)
  await until('the command has come', () => heard.length > 0)
  expect(heard).toMatchObject([{ kind: 'remind' }])
  const sent = sql`select from device_command where device_id = ${tablet.id} and sent_at is not null`
  await until('it counts as sent', async () => (await countOf(sent)) === 1)
  expect(await countOf(sql`select from device where id = ${tablet.id} and online`)).toBe(1)
})

test('two servers tick at the same deadlines, and each silence becomes one incident with one telling a person', async () => {
  const now = Date.now()
  await database.db.run(sql`delete from blind_interval`)
  await database.db.run(sql`
    update pact
    set opens_at = ${at(now - 3_600_000)}, remind_at = null, due_at = ${at(now + 1500)}, covered_by = null`)
  const asked = await countOf(sql`select from pact where not paused`)
  await until(
    'all are judged',
    async () => (await countOf(sql`select from pact where due_at < ${at(now + 60_000)}`)) === 0,
  )
  expect(asked).toBeGreaterThan(3)
  const opened = await countOf(sql`select from incident where kind = 'missed'`)
  expect(opened).toBeGreaterThan(0)
  expect(await countOf(sql`select distinct home_id, resident_id from incident where kind = 'missed'`)).toBe(
    opened,
  )
  const twice = sql`
    select incident_id, person_id
    from telling
    where purpose = 'alarm'
    group by incident_id, person_id, created_at
    having count(*) > 1`
  expect(await countOf(twice)).toBe(0)
})

test('one server is killed under load: nothing acknowledged is lost, and the next hazard rings within 10 s', async () => {
  const wang = await open('wang')
  const gas = cast.devices.liGas
  const carried = [cast.devices.liCo, gas, cast.devices.coupleCo].filter(Boolean)
  const acknowledged: string[] = []
  const enough = new AbortController()
  const talk = async (owner: CastDevice): Promise<void> => {
    const device = await connect(owner)
    for (let nth = 0; !enough.signal.aborted; nth += 1) {
      const id = `${owner.serial} ${nth}`
      await say(device, owner, 'heartbeat', { id, battery: 80 })
      acknowledged.push(id)
    }
  }
  const talks = carried.map(talk)
  await until('they talk', () => acknowledged.length > 200)
  await a.end('SIGKILL')
  const before = acknowledged.length
  await within(takeOverMsMax, 'they talk again', () => acknowledged.length > before + 100)
  const sensor = await connect(cast.devices.liButton)
  await say(sensor, cast.devices.liButton, 'sos', { id: 'sos-after-the-kill' })
  await within(takeOverMsMax, 'the page of the survivor rings', () =>
    wang.rings.some(({ kind }) => kind === 'sos'),
  )
  enough.abort()
  await Promise.all(talks)
  const Kept = Type.Object({ id: Type.String() })
  const kept = await database.db.many(Kept, sql`select id from message where kind = 'heartbeat'`)
  const ids = new Set(kept.map(({ id }) => id))
  expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
  await until('the dead one is known to be dead', async () => {
    const { servers } = await callerAt(b.url)('health')
    return servers.filter(({ alive }) => !alive).length === 1
  })
}, 60_000)

test('what a killed server was telling is told by another one as soon as its lease has ended', async () => {
  const wang = await open('wang', b.httpPort)
  const dead = sql`select coalesce(max(id), 0) from server where lease_until <= clock_timestamp()`
  await database.db.run(sql`
    insert into telling (
      community_id, incident_id, person_id, purpose, stage, channel, state, due_at, lease_until, lease_by, attempts,
      created_at, origin
    )
    select community_id, id, ${cast.persons.wang}, 'alarm', stage, 'page-1', 'sending', ${at(Date.now())},
      clock_timestamp() + interval '1 hour', (${dead}), 1, ${at(Date.now())}, origin
    from incident
    where kind = 'sos'`)
  await within(takeOverMsMax, 'it rings', () => wang.rings.length > 0)
  expect(wang.rings).toMatchObject([{ kind: 'sos' }])
})
