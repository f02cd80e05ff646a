import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { topicOf, type UpKind } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import type { StoredBatch } from '#domain/stored.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { limits } from '../limits.ts'
import { createIngest, NotStored, type Incoming, type Ingest, type Judge } from './ingest.ts'

const minuteMs = 60_000
const sevenThirty = Date.parse('2026-11-23T07:30:00+08:00')
const t0 = Date.parse('2026-11-23T08:00:00+08:00')

let database: TestDatabase
let cast: Cast
let clock: ReturnType<typeof createFakeClock>
let ingest: Ingest
let judged: StoredBatch[]
let acknowledged: string[]
let judge: Judge

beforeEach(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, sevenThirty)
  clock = createFakeClock(sevenThirty)
  judged = []
  acknowledged = []
  judge = async (_tx, stored) => void judged.push(stored)
  ingest = openIngest()
})

afterEach(async () => {
  await ingest.close()
  await database.drop()
})

function openIngest(): Ingest {
  return createIngest({
    db: database.db,
    clock,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    limits,
    judge: (tx, stored, now) => judge(tx, stored, now),
    acknowledge: (serial, id, storedAt) => void acknowledged.push(`${serial} ${id} ${storedAt}`),
  })
}

async function messageOf(device: CastDevice, kind: UpKind, body: unknown): Promise<Incoming> {
  const principal = await ingest.authenticate(device.serial, device.secret)
  if (!principal) throw new Error('the device was not let in')
  const payload = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return {
    principal,
    clientId: device.serial,
    topic: topicOf(device.serial, kind),
    payload,
    qos: 1,
    retain: false,
    receivedAt: clock.now(),
  }
}

const say = async (
  device: CastDevice,
  kind: UpKind,
  body: unknown,
  more: Partial<Incoming> = {},
): Promise<void> => ingest.accept({ ...(await messageOf(device, kind, body)), ...more })

const Count = Type.Object({ count: Type.Integer() })
const countIn = async (table: 'message' | 'reading' | 'check_in' | 'refused_message'): Promise<number> => {
  const counts = {
    message: sql`select count(*)::int as count from message`,
    reading: sql`select count(*)::int as count from reading`,
    check_in: sql`select count(*)::int as count from check_in`,
    refused_message: sql`select count(*)::int as count from refused_message`,
  }
  return (await database.db.one(Count, counts[table])).count
}

const PactRow = Type.Object({ dueOn: Type.String(), coveredAt: Type.Union([Type.Integer(), Type.Null()]) })
const pactOf = (residentId: number) =>
  database.db.one(PactRow, sql`select due_on, covered_at from pact where resident_id = ${residentId}`)

const CheckInRow = Type.Object({
  residentId: Type.Integer(),
  on: Type.Union([Type.String(), Type.Null()]),
  at: Type.Integer(),
  late: Type.Boolean(),
  unreadable: Type.Boolean(),
})
const checkIns = () =>
  database.db.many(
    CheckInRow,
    sql`select resident_id, "on", at, late, unreadable from check_in order by at, id`,
  )

const reasons = async (): Promise<string[]> => {
  const Reason = Type.Object({ reason: Type.String() })
  const rows = await database.db.many(Reason, sql`select reason from refused_message order by id`)
  return rows.map(({ reason }) => reason)
}

test('a press before the deadline covers the pact of its resident, and is acknowledged after the commit', async () => {
  await say(cast.devices.liButton, 'checkin', { id: 'p1', time: sevenThirty })

  expect(await pactOf(cast.residents.li)).toEqual({ dueOn: '2026-11-23', coveredAt: sevenThirty })
  expect(await checkIns()).toEqual([
    { residentId: cast.residents.li, on: '2026-11-23', at: sevenThirty, late: false, unreadable: false },
  ])
  expect(judged).toHaveLength(1)
  expect(judged[0]?.checkIns).toMatchObject([
    { on: '2026-11-23', late: false, residentId: cast.residents.li },
  ])
  expect(acknowledged).toEqual([`li-button p1 ${sevenThirty}`])
})

test('a press at the deadline itself is in time, one millisecond later it is late, and still nobody need go', async () => {
  await clock.moveTo(t0 + 1)
  await say(cast.devices.liButton, 'checkin', { id: 'p1', time: t0 })
  await say(cast.devices.heButton, 'checkin', { id: 'p2', time: t0 + 1 })

  expect((await checkIns()).map(({ late }) => late)).toEqual([false, true])
  expect((await pactOf(cast.residents.li)).coveredAt).toBe(t0)
  expect((await pactOf(cast.residents.he)).coveredAt).toBe(t0 + 1)
})

test('a press after the occurrence was judged is late and leaves tomorrow open', async () => {
  await database.db.run(sql`
    update pact
    set due_on = due_on + 1, opens_at = opens_at + interval '1 day', due_at = due_at + interval '1 day'`)
  await clock.moveTo(t0 + 20 * minuteMs)
  await say(cast.devices.liButton, 'checkin', { id: 'p1' })

  expect(await pactOf(cast.residents.li)).toEqual({ dueOn: '2026-11-24', coveredAt: null })
  expect(await checkIns()).toMatchObject([{ on: '2026-11-23', late: true }])
})

test('a press after midnight belongs to the missed check-in that nobody has closed', async () => {
  await database.db.run(sql`
    insert into incident (community_id, home_id, resident_id, kind, stage, origin, evidence, opened_at, pact_id, "on")
    select community_id, home_id, resident_id, 'missed', 'alarm', 'live', '{}', due_at, id, due_on
    from pact
    where resident_id = ${cast.residents.li}`)
  await database.db.run(sql`
    update pact
    set due_on = due_on + 1, opens_at = opens_at + interval '1 day', due_at = due_at + interval '1 day'`)
  await clock.moveTo(Date.parse('2026-11-24T00:30:00+08:00'))
  await say(cast.devices.liButton, 'checkin', { id: 'p1' })

  expect(judged[0]?.checkIns).toMatchObject([{ on: '2026-11-23', late: true }])
  expect((await pactOf(cast.residents.li)).coveredAt).toBeNull()
})

test('redelivery counts once and is acknowledged each time', async () => {
  const message = await messageOf(cast.devices.liButton, 'checkin', { id: 'p1' })
  await Promise.all([ingest.accept(message), ingest.accept(message)])
  await ingest.accept(message)

  expect(await countIn('message')).toBe(1)
  expect(await countIn('check_in')).toBe(1)
  expect(judged.flatMap((batch) => batch.checkIns)).toHaveLength(1)
  expect(acknowledged).toHaveLength(3)
})

test('a retained or old press covers nobody; staff see why', async () => {
  await say(cast.devices.liButton, 'checkin', { id: 'p1' }, { retain: true })
  await say(cast.devices.liButton, 'checkin', { id: 'p2', time: sevenThirty - limits.checkInAgeMsMax - 1 })

  expect(await countIn('check_in')).toBe(0)
  expect((await pactOf(cast.residents.li)).coveredAt).toBeNull()
  expect(await reasons()).toEqual(['retained', 'stale'])
  const Seen = Type.Object({ lastSeenAt: Type.Integer() })
  expect(
    await database.db.one(Seen, sql`select last_seen_at from device where serial = 'li-button'`),
  ).toEqual({ lastSeenAt: sevenThirty })
})

test('a button whose clock was never set is believed by the time of arrival', async () => {
  await say(cast.devices.liButton, 'checkin', { id: 'p1', time: 12_345 })
  expect((await pactOf(cast.residents.li)).coveredAt).toBe(sevenThirty)
})

test.each([['1'], [''], ['press'], ['{"id":7,"edge":"noon"}'], [Buffer.from([0xff, 0x00])]])(
  'safety 9: the unreadable press %j counts and is shown as unreadable',
  async (body) => {
    await say(cast.devices.liButton, 'checkin', body)
    expect((await pactOf(cast.residents.li)).coveredAt).toBe(sevenThirty)
    expect(new Set(await reasons())).toEqual(new Set(['unreadable']))
    const [checkIn] = await checkIns()
    expect(checkIn?.on).toBe('2026-11-23')
  },
)

test('safety 9: an unreadable SOS and an unreadable alarm still are one', async () => {
  await say(cast.devices.liButton, 'sos', 'help!')
  await say(cast.devices.liCo, 'alarm', '{"active":')
  await say(cast.devices.liGas, 'alarm', '')

  expect(judged.flatMap((batch) => batch.soses)).toMatchObject([{ unreadable: true, cancelled: false }])
  expect(judged.flatMap((batch) => batch.alarms)).toMatchObject([
    { kind: 'co', active: true, unreadable: true },
    { kind: 'gas', active: true, unreadable: true },
  ])
  expect(await reasons()).toEqual(['unreadable', 'unreadable', 'unreadable'])
})

test('safety 7: an unbound button in a home of two covers neither', async () => {
  await database.db.run(sql`update device set resident_id = null where serial in ('wu-button', 'li-button')`)
  await say(cast.devices.wuButton, 'checkin', { id: 'p1' })
  await say(cast.devices.liButton, 'checkin', { id: 'p2' })

  expect((await pactOf(cast.residents.wu)).coveredAt).toBeNull()
  expect((await pactOf(cast.residents.zheng)).coveredAt).toBeNull()
  expect((await pactOf(cast.residents.li)).coveredAt).toBe(sevenThirty)
  expect(judged[0]?.signs).toMatchObject([{ what: 'unbound press', homeId: cast.homes.couple }])
})

test('safety 17: a simulated press never covers a real pact', async () => {
  await database.db.run(sql`update device set origin = 'demo' where serial = 'li-button'`)
  await say(cast.devices.liButton, 'checkin', { id: 'p1' })
  expect((await pactOf(cast.residents.li)).coveredAt).toBeNull()
  expect(await checkIns()).toMatchObject([{ on: null }])
})

test('good values of a message are kept when others are bad', async () => {
  const values = [
    { kind: 'co', value: 12, time: sevenThirty - minuteMs },
    { kind: 'co', value: -1, time: sevenThirty - 2 * minuteMs },
    { kind: 'co', value: 65_535 },
    { kind: 'co', value: null },
    { kind: 'humidity', value: 40 },
    { kind: 'temperature', value: 21.5 },
    { kind: 'gas', value: 140 },
  ]
  await say(cast.devices.liCo, 'readings', { id: 'r1', values, flags: { warmup: true } })
  await say(cast.devices.liCo, 'readings', '{"values":[{"kind":"co","value":1e999}]}')

  expect(judged.flatMap((batch) => batch.readings)).toMatchObject([
    { kind: 'co', value: 12, at: sevenThirty - minuteMs, timeSource: 'device', flags: 1 },
    { kind: 'temperature', value: 21.5, at: sevenThirty, timeSource: 'server' },
    { kind: 'gas', value: 100, flags: 1 | 64 },
  ])
  expect(await countIn('reading')).toBe(3)
  expect(await countIn('refused_message')).toBe(5)
})

test('NUL, half characters and impossible numbers in the marks of a message cost nothing but the mark', async () => {
  const bad = { id: 'a\u0000b', boot: '\ud800', seq: 1e300, time: 1e17, values: [{ kind: 'co', value: 3 }] }
  await say(cast.devices.liCo, 'readings', bad)
  expect(await countIn('reading')).toBe(1)
  expect(new Set(await reasons())).toEqual(new Set(['unreadable']))
  ingest.refuse({
    reason: 'bad_utf8',
    clientId: 'x\u0000y',
    serial: 'li-button',
    detail: '\ud800',
    at: clock.now(),
  })
  await ingest.settled()
  expect(await reasons()).toContain('bad_utf8')
})

test('a poisoned message never costs the others of its batch', async () => {
  judge = async (_tx, stored) => {
    if (stored.readings.some(({ value }) => value === 13)) throw new TypeError('thirteen')
  }
  const values = [11, 12, 13, 14, 15]
  const messages = await Promise.all(
    values.map((value) =>
      messageOf(cast.devices.liCo, 'readings', {
        id: `r${value}`,
        values: [{ kind: 'co', value, time: sevenThirty - value }],
      }),
    ),
  )
  await Promise.all(messages.map((message) => ingest.accept(message)))

  expect(await countIn('reading')).toBe(5)
  expect(await reasons()).toEqual(['unjudged'])
  expect(acknowledged).toHaveLength(5)
})

test('what the database itself cannot take is kept as refused, and its neighbours are stored', async () => {
  await database.db.run(sql`alter table reading add constraint no_thirteen check (value <> 13)`)
  const messages = await Promise.all(
    [12, 13, 14].map((value) =>
      messageOf(cast.devices.liCo, 'readings', {
        id: `r${value}`,
        values: [{ kind: 'co', value, time: sevenThirty - value }],
      }),
    ),
  )
  await Promise.all(messages.map((message) => ingest.accept(message)))

  expect(await countIn('reading')).toBe(2)
  expect(await reasons()).toEqual(['unstorable'])
  expect(ingest.stats()).toMatchObject({ accepted: 3, quarantined: 1, pending: 0 })
})

test('nothing is acknowledged while the database is away', async () => {
  const message = await messageOf(cast.devices.liButton, 'checkin', { id: 'p1' })
  let fails = true
  judge = async (tx) => {
    // admin_shutdown, as PostgreSQL says it to a transaction that is under way when it stops
    if (fails) await tx.run(sql`do $$ begin raise exception 'stopping' using errcode = '57P01'; end $$`)
  }
  await expect(ingest.accept(message)).rejects.toBeInstanceOf(NotStored)
  expect(acknowledged).toEqual([])
  expect(await countIn('message')).toBe(0)

  fails = false
  await ingest.accept(message)
  expect(acknowledged).toHaveLength(1)
  expect((await pactOf(cast.residents.li)).coveredAt).toBe(sevenThirty)
})

test('an SOS waits for no batch of other homes, and a device is answered in the order in which it spoke', async () => {
  const batches: string[] = []
  let letOn = () => {}
  const held = new Promise<void>((resolve) => (letOn = resolve))
  judge = async (_tx, stored) => {
    const serials = [...stored.readings, ...stored.soses].map(({ serial }) => serial)
    batches.push(serials.join(' '))
    if (serials.includes('couple-co-1')) await held
  }
  const reading = (device: CastDevice, id: string) =>
    messageOf(device, 'readings', { id, values: [{ kind: 'battery', value: 80 }] })
  const messages = [
    await reading(cast.devices.coupleCo, 'c1'),
    await reading(cast.devices.coupleCo, 'c2'),
    await reading(cast.devices.liButton, 'l1'),
    await messageOf(cast.devices.liButton, 'sos', { id: 'l2' }),
    await reading(cast.devices.coupleCo, 'c3'),
  ]
  const answered: number[] = []
  const all = messages.map((message, nth) => ingest.accept(message).then(() => answered.push(nth)))

  await all[3]
  expect(answered).toEqual([2, 3])
  letOn()
  await Promise.all(all)
  // two connections: which of the first two is judged first is the database's to say
  expect(batches.slice(0, 2).toSorted()).toEqual(['couple-co-1', 'li-button li-button'])
  expect(batches.slice(2)).toEqual(['couple-co-1 couple-co-1'])
  expect(answered).toEqual([2, 3, 0, 1, 4])
})

test('an SOS waits for what its own device has under way: nobody is told before what led to it is stored', async () => {
  const batches: string[] = []
  judge = async (_tx, stored) => {
    batches.push(
      [...stored.readings, ...stored.soses].map((one) => ('kind' in one ? one.kind : 'sos')).join(' '),
    )
  }
  const answered: number[] = []
  const messages = [
    await messageOf(cast.devices.liButton, 'readings', {
      id: 'l1',
      values: [{ kind: 'battery', value: 80 }],
    }),
    await messageOf(cast.devices.liButton, 'sos', { id: 'l2' }),
  ]
  await Promise.all(messages.map((message, nth) => ingest.accept(message).then(() => answered.push(nth))))
  expect(batches).toEqual(['battery', 'sos'])
  expect(answered).toEqual([0, 1])
})

test('a device is known only by its own secret', async () => {
  const { serial, secret } = cast.devices.liButton
  expect(await ingest.authenticate(serial, `${secret}x`)).toBeUndefined()
  expect(await ingest.authenticate('nobody-here', secret)).toBeUndefined()
  expect(await ingest.authenticate(serial, secret)).toMatchObject({
    serial,
    homeId: cast.homes.li,
    residentId: cast.residents.li,
    kind: 'button',
  })
})

test('what a device knows of itself never moves backwards in time', async () => {
  const co = (value: number, time: number) => ({ values: [{ kind: 'co', value, time }] })
  await say(cast.devices.liCo, 'readings', co(60, sevenThirty))
  await say(cast.devices.liCo, 'readings', co(2, sevenThirty - 10 * minuteMs))
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: true, time: sevenThirty })
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: false, time: sevenThirty - minuteMs })
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: false, flags: { test: true } })
  await say(cast.devices.liCo, 'state', { online: false }, { will: true })

  const State = Type.Object({
    lastCo: Type.Number(),
    hotAt: Type.Integer(),
    alarmActive: Type.Object({ co: Type.Boolean(), coSince: Type.Integer(), coAt: Type.Integer() }),
    online: Type.Boolean(),
    silentAt: Type.Integer(),
  })
  expect(
    await database.db.one(
      State,
      sql`select last_co, hot_at, alarm_active, online, silent_at from device where serial = 'li-co-1'`,
    ),
  ).toEqual({
    lastCo: 60,
    hotAt: sevenThirty,
    alarmActive: { co: true, coSince: sevenThirty, coAt: sevenThirty },
    online: false,
    silentAt: sevenThirty + 10 * minuteMs,
  })
})

test('a device that moved house speaks for its new home, though it is still connected', async () => {
  const message = await messageOf(cast.devices.liButton, 'sos', { id: 's1' })
  await database.db.run(
    sql`update device set home_id = ${cast.homes.he}, resident_id = null where serial = 'li-button'`,
  )
  await ingest.accept(message)
  expect(judged[0]?.soses).toMatchObject([{ homeId: cast.homes.he }])
})

test('a connection that ends late on one server does not part a device from the other, where it lives by now', async () => {
  const { principal } = await messageOf(cast.devices.liCo, 'heartbeat', '{}')
  ingest.presence(principal, 'online', { connection: '1/c1', at: sevenThirty })
  ingest.presence(principal, 'online', { connection: '2/c1', at: sevenThirty + 1 })
  await say(cast.devices.liCo, 'state', { online: false }, { will: true, connection: '1/c1' })
  ingest.presence(principal, 'offline', { connection: '1/c1', at: sevenThirty + 90_000 })
  await ingest.settled()
  const isOnline = async () =>
    (
      await database.db.one(
        Type.Object({ online: Type.Boolean() }),
        sql`select online from device where serial = 'li-co-1'`,
      )
    ).online
  expect(await isOnline()).toBe(true)
  expect(judged.flatMap(({ health }) => health).filter(({ online }) => online === false)).toEqual([])

  await say(cast.devices.liCo, 'state', { online: false }, { will: true, connection: '2/c1' })
  expect(await isOnline()).toBe(false)
})

test('coming and going is written down, and the same complaint only once a minute', async () => {
  for (const device of [cast.devices.liButton, cast.devices.liCo]) {
    const { principal } = await messageOf(device, 'heartbeat', '{}')
    const connection = `1/${device.serial}`
    ingest.presence(principal, 'online', { connection, at: sevenThirty })
    ingest.presence(principal, 'offline', { connection, at: sevenThirty + 1 })
  }
  for (let nth = 0; nth < 5; nth += 1)
    ingest.refuse({
      reason: 'forbidden_topic',
      clientId: 'c',
      topic: 't',
      detail: 'not yours',
      at: sevenThirty + nth,
    })
  ingest.refuse({
    reason: 'forbidden_topic',
    clientId: 'c',
    topic: 't',
    detail: 'not yours',
    at: sevenThirty + minuteMs,
  })
  await ingest.settled()

  const Online = Type.Object({ serial: Type.String(), online: Type.Union([Type.Boolean(), Type.Null()]) })
  expect(
    await database.db.many(
      Online,
      sql`select serial, online from device where serial in ('li-button', 'li-co-1') order by serial`,
    ),
  ).toEqual([
    // a button hangs up and sleeps; what is on the mains has left
    { serial: 'li-button', online: null },
    { serial: 'li-co-1', online: false },
  ])
  const Detail = Type.Object({ detail: Type.String() })
  expect(await database.db.many(Detail, sql`select detail from refused_message order by id`)).toEqual([
    { detail: 'not yours' },
    { detail: 'not yours (and 4 more before)' },
  ])
  expect(ingest.stats().refused).toBe(6)
})

test('when everybody comes back at once, dangers and greetings that are due are let in first', async () => {
  const { liButton, liCo, liGas, sunButton } = cast.devices
  const asked = [liButton, liCo, liGas, sunButton].map(({ serial }) => serial)
  await say(liButton, 'checkin', { id: 'p1' })
  await say(liGas, 'alarm', { id: 'a1', kind: 'gas', active: true })
  const urgency = await ingest.urgencyOf([...asked, 'nobody'], clock.now())
  expect(asked.map((serial) => urgency.get(serial))).toEqual([1, 1, 0, 0])
  expect(urgency.has('nobody')).toBe(false)
})
