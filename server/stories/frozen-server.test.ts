// A server that is frozen and thaws (SIGSTOP, a paused virtual machine) believes that it holds what others took over.
import mqtt, { type MqttClient } from 'mqtt'
import { Type } from 'typebox'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { topicOf } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import { callerAt } from '#testing/caller.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { standardBrokers, type StandardBroker } from '#testing/external-brokers.ts'
import { createHoldingPostbox } from '#testing/holding-postbox.ts'
import { startServer, type ServerProcess } from '#testing/server-process.ts'
import { until } from '#testing/until.ts'

/** Others take over within this (issue: any one killed at any instant). */
const takeOverMsMax = 10_000
/** Messages of each device, as fast as they go: more than is stored by the time that the server stands still. */
const burst = 300

let database: TestDatabase
let cast: Cast
let broker: StandardBroker
let servers: ServerProcess[] = []
const devices: MqttClient[] = []

beforeAll(async () => {
  // mosquitto where it is installed
  const standard = standardBrokers.at(-1)
  if (!standard) throw new Error('a bare aedes is always there')
  broker = await standard.start()
})
afterEach(async () => {
  await Promise.all(devices.splice(0).map((device) => device.endAsync(true)))
  await Promise.all(servers.splice(0).map((server) => server.end('SIGKILL')))
  await database.drop()
})
afterAll(() => broker.stop())

/** Each says in its connections to the database who it is. */
async function startTwo(more: Record<string, string> = {}): Promise<void> {
  database = await createTestDatabase()
  cast = await seedCast(database.db, Date.now())
  servers = await Promise.all(['a', 'b'].map((name) => startServer(namedUrl(name), more)))
}

function namedUrl(name: string): string {
  const url = new URL(database.url)
  url.searchParams.set('options', `-c story.who=${name} -c TimeZone=UTC -c DateStyle=ISO`)
  return url.href
}

const idOf = async ({ url }: ServerProcess): Promise<number> => {
  const { servers: known } = await callerAt(url)('health')
  return known.find(({ self }) => self)?.id ?? 0
}

/** The one with this id, and the other. */
async function apart(id: number): Promise<{ one: ServerProcess; other: ServerProcess }> {
  const ids = await Promise.all(servers.map(idOf))
  const [one, other] = [servers[ids.indexOf(id)], servers[ids.findIndex((each) => each !== id)]]
  if (!one || !other) throw new Error('that server is not here')
  return { one, other }
}

async function connect({ serial, secret }: CastDevice, url: string): Promise<MqttClient> {
  const device = await mqtt.connectAsync(url, {
    clientId: `${serial}.${devices.length}`,
    username: serial,
    password: secret,
    reconnectPeriod: 0,
  })
  device.on('error', () => {})
  devices.push(device)
  return device
}

async function countOf(rows: ReturnType<typeof sql>): Promise<number> {
  const Count = Type.Object({ count: Type.Integer() })
  return (await database.db.one(Count, sql`select count(*)::int as count from (${rows}) as rows`)).count
}

async function within(ms: number, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const before = performance.now()
  await until(what, isSo)
  expect(performance.now() - before, what).toBeLessThan(ms)
}

const bothAlive = async () => {
  const seen = await Promise.all(servers.map(({ url }) => callerAt(url)('health')))
  return seen.every(({ servers: known }) => known.filter(({ alive }) => alive).length === 2)
}

test('a frozen server: the other tells and hears in its place, and what it does when it thaws doubles nothing', async () => {
  await startTwo()
  const postbox = await createHoldingPostbox()
  await database.db.run(sql`
    insert into contact_point (person_id, channel, address, secret, position)
    values (${cast.persons.wang}, 'webhook', ${postbox.url}, 'a secret of thirty-two characters', 2)`)
  const { liButton, heButton } = cast.devices
  const [first] = servers
  const li = await connect(liButton, `mqtt://127.0.0.1:${first?.mqttPort}`)
  await li.publishAsync(topicOf(liButton.serial, 'sos'), JSON.stringify({ id: 'sos-li' }), { qos: 1 })
  await until('a pager service has it, and has not answered', () => postbox.ids.length === 1)
  const Telling = Type.Object({ id: Type.Integer(), leaseBy: Type.Integer() })
  const telling = await database.db.one(
    Telling,
    sql`select id, lease_by from telling where state = 'sending'`,
  )
  const { one: frozen, other } = await apart(telling.leaseBy)

  const he = await connect(heButton, `mqtt://127.0.0.1:${frozen.mqttPort}`)
  frozen.freeze()
  const press = [topicOf(heButton.serial, 'sos'), JSON.stringify({ id: 'sos-he' }), { qos: 1 }] as const
  const unanswered = he.publishAsync(...press).catch(() => 'never acknowledged')
  const attempts = () => postbox.ids.filter((id) => id === telling.id).length
  const taken = within(takeOverMsMax, 'it is told by the other', () => attempts() === 2)
  const again = await connect(heButton, `mqtt://127.0.0.1:${other.mqttPort}`)
  await within(takeOverMsMax, 'the other acknowledges', async () => !!(await again.publishAsync(...press)))
  await taken

  frozen.thaw()
  postbox.release()
  await unanswered
  await until('both live', bothAlive)
  const heard = await connect(liButton, `mqtt://127.0.0.1:${frozen.mqttPort}`)
  await heard.publishAsync(topicOf(liButton.serial, 'heartbeat'), '{"id":"after"}', { qos: 1 })
  expect(await countOf(sql`select from message where id = 'sos-he'`)).toBe(1)
  expect(await countOf(sql`select from incident`)).toBe(2)
  const twice = sql`
    select from telling
    where purpose = 'alarm'
    group by incident_id, person_id
    having count(*) > 1`
  expect(await countOf(twice)).toBe(0)
  const sent = sql`select from telling where id = ${telling.id} and state = 'sent' and attempts = 2`
  await until('it was told by the second attempt', async () => (await countOf(sent)) === 1)
  await postbox.close()
}, 90_000)

test('a frozen server that consumed a broker stores nothing under its old lease when it thaws', async () => {
  await startTwo({ MQTT_URL: broker.url })
  await until('they share the devices evenly', async () => (await shares()).join(' ') === '8 8')
  await witness()
  const { liButton, liCo, liGas, coupleCo, wuButton } = cast.devices
  const carried = [liButton, liCo, liGas, coupleCo, wuButton].filter((device) => device !== undefined)
  const Holder = Type.Object({ serverId: Type.Integer() })
  const { serverId } = await database.db.one(
    Holder,
    sql`select server_id from shard_lease where shard_group = ${groupOf(liButton)}`,
  )
  const { one: frozen } = await apart(serverId)
  let said = 0
  const talk = async (device: CastDevice): Promise<void> => {
    const client = await connect(device, broker.url)
    const say = () => {
      const body = JSON.stringify({ id: `${device.serial} ${(said += 1)}` })
      return client.publishAsync(topicOf(device.serial, 'heartbeat'), body, { qos: 1 })
    }
    await Promise.all(Array.from({ length: burst }, say))
  }
  const talks = carried.map(talk)
  // it has some of it, and stands still in the midst of storing
  await until('they begin to be stored', async () => (await countOf(sql`select from wrote`)) > 0)
  frozen.freeze()
  await Promise.all(talks)
  const all = sql`select from message where kind = 'heartbeat'`
  await within(takeOverMsMax, 'the other stores all of it', async () => (await countOf(all)) === said)
  expect((await leasesOf(serverId)).count).toBe(0)
  frozen.thaw()
  await until('they share again', async () => (await shares()).join(' ') === '8 8')
  const Wrote = Type.Object({ id: Type.String(), who: Type.String(), holder: Type.String() })
  const wrote = await database.db.many(Wrote, sql`select id, who, holder from wrote order by nth`)
  expect(wrote.filter(({ who, holder }) => who !== holder)).toEqual([])
  expect(await countOf(all)).toBe(said)
}, 90_000)

const groupOf = ({ serial }: CastDevice): string => topicOf(serial, 'ack').charAt('cp/v1/'.length)
const leasesOf = (serverId: number) =>
  database.db.one(
    Type.Object({ count: Type.Integer() }),
    sql`select count(*)::int as count from shard_lease where server_id = ${serverId}`,
  )
const shares = () =>
  Promise.all(servers.map(async ({ url }) => (await callerAt(url)('health')).broker.shardGroups))

/** Writes down, also for a copy, which server stored a message, and which one held its device at that instant. */
async function witness(): Promise<void> {
  const ids = await Promise.all(servers.map(idOf))
  const groups = Object.values(cast.devices).filter((device) => device !== undefined)
  await database.db.run(sql`
    create table wrote (nth bigserial, id text, device_id bigint, who text, holder text)`)
  await database.db.run(sql`create table carried (device_id bigint, shard_group text)`)
  await database.db.run(sql`create table named (server_id bigint, name text)`)
  await database.db.run(sql`
    insert into carried
    select * from unnest(${groups.map(({ id }) => id)}::bigint[], ${groups.map(groupOf)}::text[])`)
  await database.db.run(sql`
    insert into named
    select * from unnest(${ids}::bigint[], ${['a', 'b']}::text[])`)
  await database.db.run(sql`
    create function witness() returns trigger language plpgsql as $$
    begin
      insert into wrote (id, device_id, who, holder)
      select new.id, new.device_id, current_setting('story.who'), named.name
      from carried
      join shard_lease lease using (shard_group)
      left join named using (server_id)
      where carried.device_id = new.device_id;
      return new;
    end $$`)
  await database.db.run(sql`
    create trigger witness before insert on message for each row execute function witness()`)
}
