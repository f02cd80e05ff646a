// Two real servers on one standard broker and one database. What is killed here is killed by SIGKILL.
import { EventEmitter, once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import mqtt, { type MqttClient } from 'mqtt'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { topicOf, type UpKind } from '#contract/topics.ts'
import { at, sql } from '#db/sql.ts'
import { callerAt } from '#testing/caller.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { standardBrokers, type StandardBroker } from '#testing/external-brokers.ts'
import { startServer, type ServerProcess } from '#testing/server-process.ts'
import { until } from '#testing/until.ts'

/** Others take over within this (issue: any one killed at any instant). */
const takeOverMsMax = 10_000
const groupsInAll = 16
/** A device that hears no acknowledgement says it again (real ms). */
const againMs = 1000
const lookEveryMs = 200

describe.each(standardBrokers)('$name', ({ start }) => {
  let database: TestDatabase
  let cast: Cast
  let broker: StandardBroker
  let servers: ServerProcess[] = []
  const devices: MqttClient[] = []

  beforeAll(async () => {
    broker = await start()
    database = await createTestDatabase()
    cast = await seedCast(database.db, Date.now())
    const environment = { MQTT_URL: broker.url }
    servers = await Promise.all([1, 2].map(() => startServer(database.url, environment)))
    await until('they share the devices evenly', async () => (await shares()).join(' ') === '8 8')
  }, 90_000)
  afterAll(async () => {
    await Promise.all(devices.map((device) => device.endAsync(true)))
    await Promise.all(servers.map((server) => server.end('SIGTERM')))
    await broker.stop()
    await database.drop()
  })

  const shares = () => Promise.all(servers.map(async (server) => (await looked(server)).broker.shardGroups))

  /** Not asked as often as `until` looks: health costs the database something. */
  async function looked({ url }: ServerProcess) {
    await pause(lookEveryMs)
    return callerAt(url)('health')
  }

  /** The one that consumes this device, and another. */
  async function holderOf({ serial }: CastDevice) {
    const group = topicOf(serial, 'ack').charAt('cp/v1/'.length)
    const Holder = Type.Object({ serverId: Type.Integer() })
    const { serverId } = await database.db.one(
      Holder,
      sql`select server_id from shard_lease where shard_group = ${group}`,
    )
    const ids = await Promise.all(servers.map(looked))
    const at = ids.findIndex(({ servers: known }) => known.some(({ id, self }) => self && id === serverId))
    const [holder, other] = [servers[at], servers[1 - at]]
    if (!holder || !other) throw new Error('nobody consumes this device')
    return { holder, other }
  }

  /** A device as the protocol asks: what it said is its own until it hears it acknowledged on `ack`. */
  async function device({ serial }: CastDevice) {
    const clientId = `${serial}-${devices.length}`
    const client = await mqtt.connectAsync(broker.url, { clientId, reconnectPeriod: 100 })
    devices.push(client)
    const acknowledged = new Set<string>()
    const heard = new EventEmitter()
    const commands: unknown[] = []
    client.on('message', (topic, body) => {
      const said = JSON.parse(String(body)) as { id: string }
      if (!topic.endsWith('/ack')) return void commands.push(said)
      acknowledged.add(said.id)
      heard.emit(said.id)
    })
    await client.subscribeAsync([topicOf(serial, 'ack'), topicOf(serial, 'cmd')], { qos: 1 })
    const say = (kind: UpKind, body: object) =>
      client.publishAsync(topicOf(serial, kind), JSON.stringify(body), { qos: 1 })
    /** As the protocol asks: said again, with the same id, until it is acknowledged. */
    const tell = async (kind: UpKind, body: { id: string; [member: string]: unknown }) => {
      while (!acknowledged.has(body.id)) {
        await say(kind, body)
        await Promise.race([once(heard, body.id), pause(againMs)])
      }
    }
    return { say, tell, acknowledged, commands }
  }

  async function countOf(rows: ReturnType<typeof sql>): Promise<number> {
    const Count = Type.Object({ count: Type.Integer() })
    return (await database.db.one(Count, sql`select count(*)::int as count from (${rows}) as rows`)).count
  }

  test('a message is acknowledged on the ack topic once it is stored, however often it comes', async () => {
    const button = await device(cast.devices.liButton)
    for (let copy = 0; copy < 3; copy += 1) await button.say('sos', { id: 'sos-1', boot: 'b', seq: 1 })
    await until('it is acknowledged', () => button.acknowledged.has('sos-1'))
    expect(await countOf(sql`select from message where id = 'sos-1'`)).toBe(1)
    await until(
      'it is an incident',
      async () => (await countOf(sql`select from incident where kind = 'sos'`)) === 1,
    )
  })

  test('a command goes out through whichever server holds the device', async () => {
    const tablet = await device(cast.devices.wuButton)
    const now = Date.now()
    await database.db.run(sql`
      insert into device_command (community_id, device_id, kind, created_at, expires_at)
      select community_id, id, 'remind', ${at(now)}, ${at(now + 60_000)}
      from device
      where id = ${cast.devices.wuButton.id}`)
    await until('it has come', () => tablet.commands.length > 0)
    const sent = sql`select from device_command where device_id = ${cast.devices.wuButton.id} and sent_at is not null`
    await until('it counts as sent', async () => (await countOf(sent)) === 1)
    expect(tablet.commands).toMatchObject([{ kind: 'remind' }])
  })

  test('what nobody can read, or no device says, is put aside and holds up nothing', async () => {
    const gas = await device(cast.devices.liGas)
    const stranger = await device({ id: 0, serial: 'nobody-knows-1', secret: '' })
    await stranger.say('heartbeat', { id: 'stranger' })
    await gas.say('readings', { id: 'bad\u0000', values: 'none' })
    await gas.say('heartbeat', { id: 'after' })
    await until('the next one is acknowledged', () => gas.acknowledged.has('after'))
    expect(stranger.acknowledged.size).toBe(0)
    await until('both are shown', async () => (await countOf(sql`select from refused_message`)) >= 2)
  })

  test('one server is killed under load: the other inherits its devices, and nothing that was sent is lost', async () => {
    const { liButton, liCo, liGas, coupleCo, wuButton } = cast.devices
    const talkers = await Promise.all([liButton, liCo, liGas, coupleCo, wuButton].map(device))
    const enough = new AbortController()
    const talks = talkers.map(async (talker, own) => {
      for (let nth = 0; !enough.signal.aborted; nth += 1)
        await talker.tell('heartbeat', { id: `${own} ${nth}`, battery: 50 })
    })
    const haveSaid = (count: number) => talkers.every(({ acknowledged }) => acknowledged.size > count)
    await until('they talk', () => haveSaid(20))
    const { holder, other } = await holderOf(liButton)
    await holder.end('SIGKILL')
    const killedAt = performance.now()
    const before = Math.max(...talkers.map(({ acknowledged }) => acknowledged.size))
    await until('all of them are acknowledged again', () => haveSaid(before))
    expect(performance.now() - killedAt).toBeLessThan(takeOverMsMax)
    enough.abort()
    await Promise.all(talks)
    const kept = await database.db.many(
      Type.Object({ id: Type.String() }),
      sql`select id from message where kind = 'heartbeat'`,
    )
    const ids = new Set(kept.map(({ id }) => id))
    expect(talkers.flatMap(({ acknowledged }) => [...acknowledged]).filter((id) => !ids.has(id))).toEqual([])
    await until('the other consumes everything', async () => {
      const { broker: seen } = await looked(other)
      return seen.ok && seen.port === null && seen.shardGroups === groupsInAll
    })
  }, 60_000)
})
