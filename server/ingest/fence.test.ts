import { afterAll, beforeAll, expect, test } from 'vitest'
import { Type } from 'typebox'
import { topicOf, type UpKind } from '#contract/topics.ts'
import { createFakeClock } from '#clock/fake-clock.ts'
import { sql } from '#db/sql.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { limits } from '../limits.ts'
import { createIngest, NotStored, type Ingest } from './ingest.ts'

const clock = createFakeClock(Date.parse('2026-03-02T07:30:00+08:00'))
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

let database: TestDatabase
let cast: Cast
let ingest: Ingest

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, clock.now())
  const judge = () => Promise.resolve()
  ingest = createIngest({ db: database.db, clock, log: quiet, limits, judge, acknowledge: () => {} })
  await database.db.run(
    sql`insert into shard_lease (shard_group, server_id, token) values ('a', 1, 7), ('b', 1, 3)`,
  )
})
afterAll(async () => {
  await ingest.close()
  await database.drop()
})

type Fence = { group: string; token: number }
const say = (id: string, fence: Fence) => tell({ kind: 'heartbeat', body: { id }, retain: false }, fence)

type Told = { kind: UpKind; body: object; retain: boolean }

async function tell({ kind, body, retain }: Told, fence: Fence): Promise<void> {
  const { serial } = cast.devices.liButton
  const principal = (await ingest.identify([serial])).get(serial)
  if (!principal) throw new Error('the device is not known')
  const topic = topicOf(serial, kind)
  const payload = Buffer.from(JSON.stringify(body))
  const receivedAt = clock.now()
  await ingest.accept({
    principal,
    clientId: serial,
    topic,
    payload,
    qos: 1,
    retain,
    fence,
    receivedAt,
  })
}

const stored = async () =>
  (await database.db.many(Type.Object({ id: Type.String() }), sql`select id from message order by id`)).map(
    ({ id }) => id,
  )

test('who held a group of devices yesterday stores nothing of it today, and what is held goes on', async () => {
  await say('held', { group: 'a', token: 7 })
  await expect(say('frozen and thawed', { group: 'a', token: 6 })).rejects.toBeInstanceOf(NotStored)
  await expect(say('nobody knows it', { group: 'f', token: 1 })).rejects.toBeInstanceOf(NotStored)
  await say('held too', { group: 'b', token: 3 })
  expect(await stored()).toEqual(['held', 'held too'])
})

test('safety 6: what a broker retains, and tells again to whoever takes over, is no sign of life', async () => {
  const held = { group: 'a', token: 7 }
  const Heard = Type.Object({ lastSeenAt: Type.Integer(), signs: Type.Integer() })
  const heard = () =>
    database.db.one(
      Heard,
      sql`
        select last_seen_at, (select count(*)::int from sign) as signs
        from device
        where serial = ${cast.devices.liButton.serial}`,
    )
  await say('an hour ago', held)
  const before = await heard()
  await clock.advance(3_600_000)
  const motion = { kind: 'motion' }
  await tell({ kind: 'activity', body: motion, retain: true }, held)
  expect(await heard()).toEqual(before)
  await tell({ kind: 'activity', body: motion, retain: false }, held)
  expect(await heard()).toEqual({ lastSeenAt: clock.now(), signs: before.signs + 1 })
})

test('whoever takes a group over waits for what is being stored under the old lease', async () => {
  let release = () => {}
  const storing = database.db.transaction(async (tx) => {
    await tx.run(sql`select from shard_lease where shard_group = 'a' for share`)
    await new Promise<void>((resolve) => (release = resolve))
  })
  const taken = database.db.many(
    Type.Object({ shardGroup: Type.String() }),
    sql`select shard_group from shard_lease where shard_group in ('a', 'b') for update skip locked`,
  )
  expect(await taken).toEqual([{ shardGroup: 'b' }])
  release()
  await storing
})
