import { afterAll, beforeAll, expect, test } from 'vitest'
import { Type } from 'typebox'
import { topicOf } from '#contract/topics.ts'
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

async function say(id: string, fence: { group: string; token: number }): Promise<void> {
  const { serial } = cast.devices.liButton
  const principal = (await ingest.identify([serial])).get(serial)
  if (!principal) throw new Error('the device is not known')
  const topic = topicOf(serial, 'heartbeat')
  const payload = Buffer.from(JSON.stringify({ id }))
  const receivedAt = clock.now()
  await ingest.accept({
    principal,
    clientId: serial,
    topic,
    payload,
    qos: 1,
    retain: false,
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
