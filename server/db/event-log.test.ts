import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { announce, eventChannel, eventsAfter, headOf } from './event-log.ts'
import { listen } from './listen.ts'
import { sql } from './sql.ts'

let own: TestDatabase
let cast: Cast
beforeAll(async () => {
  own = await createTestDatabase()
  cast = await seedCast(own.db, Date.parse('2026-03-02T07:00:00+08:00'))
})
beforeEach(async () => {
  await own.db.run(sql`delete from event_log`)
  await own.db.run(sql`update community_log set epoch = 1, head = 0`)
})
afterAll(() => own.drop())

const start = { epoch: 1, seq: 0 }
const silentLog = { info: () => {}, warn: () => {}, error: () => {} }

test('what a transaction changed is logged once, in the order it was said', async () => {
  await own.db.transaction(async (tx) => {
    announce(tx, { communityId: cast.communityId, kind: 'incident', id: 7 })
    announce(tx, { communityId: cast.communityId, kind: 'home', id: 3 })
    announce(tx, { communityId: cast.communityId, kind: 'incident', id: 7 })
  })
  expect(await eventsAfter(own.db, cast.communityId, start, 10)).toEqual([
    { seq: 1, kind: 'incident', id: 7 },
    { seq: 2, kind: 'home', id: 3 },
  ])
  expect(await headOf(own.db, cast.communityId)).toEqual({ epoch: 1, seq: 2 })
  expect(await headOf(own.db, cast.otherCommunityId)).toEqual(start)
})

test('a transaction that fails leaves no number behind', async () => {
  const failing = own.db.transaction(async (tx) => {
    announce(tx, { communityId: cast.communityId, kind: 'home', id: 1 })
    tx.atEnd(() => Promise.reject(new Error('the disk is full')))
  })
  await expect(failing).rejects.toThrow('the disk is full')
  expect(await headOf(own.db, cast.communityId)).toEqual(start)
  expect(await eventsAfter(own.db, cast.communityId, start, 10)).toEqual([])
})

test('what another ending announces is logged too', async () => {
  await own.db.transaction(async (tx) => {
    announce(tx, { communityId: cast.communityId, kind: 'home', id: 1 })
    tx.atEnd(async () => announce(tx, { communityId: cast.communityId, kind: 'home', id: 2 }))
  })
  const events = await eventsAfter(own.db, cast.communityId, start, 10)
  expect(events.map(({ id }) => id)).toEqual([1, 2])
})

test('forty transactions at once leave no gap, and none becomes visible out of order', async () => {
  const each = Array.from({ length: 40 }, (_, index) =>
    own.db.transaction(async (tx) => {
      const both = [cast.communityId, cast.otherCommunityId]
      for (const communityId of index % 2 ? both : both.toReversed())
        announce(tx, { communityId, kind: 'home', id: index + 1 })
    }),
  )
  await Promise.all(each)
  for (const communityId of [cast.communityId, cast.otherCommunityId]) {
    const events = await eventsAfter(own.db, communityId, start, 100)
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
    expect(new Set(events.map(({ id }) => id)).size).toBe(40)
  }
})

test('whoever listens is told of the community after the commit', async () => {
  const heard: string[] = []
  let wake = () => {}
  const told = new Promise<void>((resolve) => (wake = resolve))
  const listening = await listen({
    url: own.url,
    channels: [eventChannel],
    onNotify: (_, payload) => {
      heard.push(payload)
      wake()
    },
    onReconnected: () => {},
    log: silentLog,
  })
  await own.db.transaction(async (tx) => announce(tx, { communityId: cast.communityId, kind: 'home', id: 1 }))
  await told
  await listening.close()
  expect(heard).toEqual([String(cast.communityId)])
})
