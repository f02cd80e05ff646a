import { randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { Type } from 'typebox'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Cursor } from '#contract/community.ts'
import type {
  ClientToServer,
  EventBatch,
  EventKind,
  LogEvent,
  Ring,
  ServerToClient,
  WatchReply,
} from '#contract/live.ts'
import { createFakeClock } from '#clock/fake-clock.ts'
import { announce, headOf } from '#db/event-log.ts'
import { sql } from '#db/sql.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { limits } from '../limits.ts'
import { createRealtime, type Realtime } from './realtime.ts'

type Page = Socket<ServerToClient, ClientToServer>
type Name = keyof Cast['persons']

let own: TestDatabase
let cast: Cast
let httpServer: Server
let realtime: Realtime
let url: string
const clock = createFakeClock(Date.parse('2026-03-02T07:00:00+08:00'))
const log = { info: () => {}, warn: () => {}, error: () => {} }
const pages: Page[] = []
/** Whose cookie is worth nothing any more, and who may see what: the tests' own session store. */
const ended = new Set<string>()
const granted = new Map<number, number[]>()
const confirmed: [number, number][] = []

async function start(): Promise<void> {
  httpServer = createServer()
  realtime = await createRealtime({
    ownName: randomUUID(),
    httpServer,
    db: own.db,
    databaseUrl: own.url,
    clock,
    log,
    limits: { ...limits, eventReplayMax: 50 },
    identify: async ({ cookie = '' }) =>
      ended.has(cookie) ? undefined : cast.persons[cookie.split(' ')[0] as Name],
    mayWatch: async (personId, communityId) => granted.get(personId)?.includes(communityId) ?? false,
    onConfirm: async (tellingId, personId) => void confirmed.push([tellingId, personId]),
  })
  await new Promise<void>((resolve) => httpServer.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`
}

beforeAll(async () => {
  own = await createTestDatabase()
  cast = await seedCast(own.db, clock.now())
  await start()
})
beforeEach(() => {
  ended.clear()
  confirmed.length = 0
  granted.clear()
  granted.set(cast.persons.zhao, [cast.communityId])
  granted.set(cast.persons.chen, [cast.otherCommunityId])
})
afterEach(() => {
  for (const page of pages.splice(0)) page.disconnect()
})
afterAll(async () => {
  await realtime.close()
  await own.drop()
})

async function open(cookie: string): Promise<Page> {
  const page: Page = io(url, {
    transports: ['websocket'],
    extraHeaders: { cookie },
    reconnection: false,
    forceNew: true,
  })
  pages.push(page)
  await new Promise<void>((resolve, reject) => {
    page.once('connect', () => resolve())
    page.once('connect_error', reject)
  })
  return page
}

const changed = (kind: EventKind, id: number, communityId = cast.communityId) =>
  own.db.transaction(async (tx) => announce(tx, { communityId, kind, id }))

const watch = (page: Page, cursor?: Cursor, communityId = cast.communityId): Promise<WatchReply> =>
  page.emitWithAck('watch', cursor ? { communityId, cursor } : { communityId })

/** A page that goes while it asks hears no answer: that is no error of the test. */
const askAgain = (page: Page, cursor: Cursor): void => void watch(page, cursor).catch(() => undefined)

/** What a page hears, and a way to wait until it has heard that much. */
function gathering<T>() {
  const heard: T[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  return {
    heard,
    hear(...news: T[]): void {
      heard.push(...news)
      for (const { count, resolve } of waiting) if (heard.length >= count) resolve()
    },
    until: (count: number) =>
      new Promise<void>((resolve) => {
        if (heard.length >= count) resolve()
        else waiting.push({ count, resolve })
      }),
  }
}

/** The events themselves: how many come in one batch is nobody's promise. */
function eventsOn(page: Page) {
  const batches: EventBatch[] = []
  const events = gathering<LogEvent>()
  page.on('events', (batch) => {
    batches.push(batch)
    events.hear(...batch.events)
  })
  return { ...events, batches }
}

const ring: Ring = {
  tellingId: 5,
  incidentId: 6,
  communityId: 1,
  kind: 'co',
  stage: 'alarm',
  purpose: 'alarm',
  origin: 'live',
}
const Count = Type.Object({ count: Type.Integer() })
const presences = async (): Promise<number> =>
  (await own.db.one(Count, sql`select count(*)::int as count from page_presence`)).count
/** A page's word is a message without a reply: looks until it is written, bounded by the time of the test. */
async function untilPresences(count: number): Promise<void> {
  while ((await presences()) !== count) await new Promise((resolve) => setImmediate(resolve))
}

test('nobody gets a line without a session', async () => {
  await expect(open('nobody')).rejects.toThrow('not_signed_in')
})

test('who watches hears what changed, in order, as kinds and ids only', async () => {
  const page = await open('zhao')
  const events = eventsOn(page)
  const reply = await watch(page)
  expect(reply).toMatchObject({ ok: true, how: 'snapshot' })
  await changed('incident', 41)
  await changed('home', 42)
  await events.until(2)
  const from = reply.ok ? reply.cursor.seq : 0
  expect(events.heard).toEqual([
    { seq: from + 1, kind: 'incident', id: 41 },
    { seq: from + 2, kind: 'home', id: 42 },
  ])
})

test('陈静, who supervises another community, hears nothing of this one', async () => {
  const chen = await open('chen')
  const zhao = await open('zhao')
  const foreign = eventsOn(chen)
  const ours = eventsOn(zhao)
  expect(await watch(chen)).toEqual({ ok: false, code: 'forbidden' })
  expect(await watch(chen, undefined, cast.otherCommunityId)).toMatchObject({ ok: true })
  await watch(zhao)
  await changed('incident', 1)
  await changed('home', 2, cast.otherCommunityId)
  await Promise.all([ours.until(1), foreign.until(1)])
  expect(foreign.batches.map(({ communityId }) => communityId)).toEqual([cast.otherCommunityId])
})

test('a page that was cut off is replayed all that it missed, and nothing twice', async () => {
  const first = await open('zhao')
  const reply = await watch(first)
  const cursor = reply.ok ? reply.cursor : { epoch: 0, seq: 0 }
  first.disconnect()
  // what this process still has to hand on would otherwise reach the second page before its replay
  const witness = await open('zhao')
  const seen = eventsOn(witness)
  await watch(witness, cursor)
  for (let id = 1; id <= 20; id += 1) await changed('home', id)
  await seen.until(20)
  const second = await open('zhao')
  const events = eventsOn(second)
  const again = await watch(second, cursor)
  expect(again).toEqual({ ok: true, how: 'replayed', cursor: { ...cursor, seq: cursor.seq + 20 } })
  await changed('home', 21)
  await events.until(21)
  expect(events.batches[0]?.after).toBe(cursor.seq)
  expect(events.heard.map(({ id }) => id)).toEqual(Array.from({ length: 21 }, (_, index) => index + 1))
})

test('a page that comes back while the log is being written misses nothing', async () => {
  const start = await headOf(own.db, cast.communityId)
  const page = await open('zhao')
  const seen = new Set<number>()
  let cursor = start
  // as a page does it: what follows on is taken, a gap is asked for again
  const done = new Promise<void>((resolve) => {
    page.on('events', ({ after, events }) => {
      if (after > cursor.seq) {
        askAgain(page, cursor)
        return
      }
      for (const { seq, id } of events) if (seq > cursor.seq) seen.add(id)
      cursor = { ...cursor, seq: Math.max(cursor.seq, events.at(-1)?.seq ?? 0) }
      if (cursor.seq >= start.seq + 40) resolve()
    })
    page.on('head', ({ cursor: head }) => {
      if (head.seq > cursor.seq) askAgain(page, cursor)
    })
  })
  const writing = (async () => {
    for (let id = 1; id <= 40; id += 1) await changed('home', id)
  })()
  await watch(page, cursor)
  await writing
  await clock.advance(limits.headEveryMs)
  await done
  expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
})

test.each([
  ['of another epoch', (head: Cursor) => ({ epoch: head.epoch + 1, seq: 0 })],
  ['ahead of the log', (head: Cursor) => ({ ...head, seq: head.seq + 1 })],
  ['too far behind', (head: Cursor) => ({ ...head, seq: head.seq - 51 })],
])('a cursor %s gets a snapshot', async (_, from) => {
  for (let id = 1; id <= 52; id += 1) await changed('home', id)
  const head = await headOf(own.db, cast.communityId)
  const page = await open('zhao')
  expect(await watch(page, from(head))).toEqual({ ok: true, how: 'snapshot', cursor: head })
})

test('a cursor whose lines were removed gets a snapshot, not a hole', async () => {
  for (let id = 1; id <= 3; id += 1) await changed('home', id)
  const head = await headOf(own.db, cast.communityId)
  await own.db.run(
    sql`delete from event_log where community_id = ${cast.communityId} and seq = ${head.seq - 2}`,
  )
  const page = await open('zhao')
  expect(await watch(page, { ...head, seq: head.seq - 3 })).toMatchObject({ how: 'snapshot' })
})

test('every 5 s the line proves that it is alive, and says where the log stands', async () => {
  const page = await open('zhao')
  const heads = gathering<{ communityId: number; cursor: Cursor; at: number }>()
  page.on('head', (news) => heads.hear(news))
  const beats = gathering<number>()
  page.on('beat', (news) => beats.hear(news))
  await watch(page)
  await clock.advance(limits.headEveryMs)
  await Promise.all([heads.until(1), beats.until(1)])
  const cursor = await headOf(own.db, cast.communityId)
  expect(heads.heard).toEqual([{ communityId: cast.communityId, cursor, at: clock.now() }])
})

test('a lost notification is made good by the heartbeat', async () => {
  const page = await open('zhao')
  const events = eventsOn(page)
  await watch(page)
  // as a transaction whose NOTIFY went to a connection that was being replaced
  await own.db.run(sql`
    with moved as (
      update community_log set head = head + 1 where community_id = ${cast.communityId} returning epoch, head
    )
    insert into event_log (community_id, epoch, seq, at, kind, ref_id)
    select ${cast.communityId}, epoch, head, clock_timestamp(), 'home', 77
    from moved`)
  await clock.advance(limits.headEveryMs)
  await events.until(1)
  expect(events.heard.map(({ id }) => id)).toEqual([77])
})

test('a steward, who follows no community, hears that own jobs changed, and of no others', async () => {
  const incident = await own.db.one(
    Type.Object({ id: Type.Integer() }),
    sql`
      insert into incident (community_id, home_id, kind, stage, origin, evidence, opened_at)
      values (${cast.communityId}, ${cast.homes.li}, 'co', 'alarm', 'live', '{}', '2026-03-02')
      returning id`,
  )
  await own.db.run(sql`
    insert into assignment (community_id, incident_id, person_id, role, state, told_at)
    values (${cast.communityId}, ${incident.id}, ${cast.persons.wang}, 'steward', 'told', '2026-03-02')`)
  const wang = await open('wang')
  const zhang = await open('zhang')
  const own_ = gathering<{ incidentId: number; at: number }>()
  wang.on('jobs', (news) => own_.hear(news))
  const others = gathering<{ incidentId: number; at: number }>()
  zhang.on('jobs', (news) => others.hear(news))
  await changed('incident', incident.id)
  await own_.until(1)
  expect(own_.heard).toMatchObject([{ incidentId: incident.id }])
  expect(others.heard).toEqual([])
})

test('safety 2: a ring reaches the page that proved to be in front, which says that it did ring', async () => {
  const page = await open('wang')
  const rings = gathering<Ring>()
  page.on('ring', (news) => rings.hear(news))
  expect(await realtime.ring(cast.persons.wang, ring)).toBe('notInFront')
  page.emit('presence', { inFront: true, sound: true })
  await untilPresences(1)
  expect(await realtime.ring(cast.persons.wang, ring)).toBe('rung')
  await rings.until(1)
  expect(rings.heard).toEqual([ring])
  page.emit('rang', 5)
  while (confirmed.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(confirmed).toEqual([[5, cast.persons.wang]])
})

test('safety 2: without sound, behind another window, with an old proof or after leaving, it is not in front', async () => {
  const page = await open('wang')
  for (const presence of [
    { inFront: true, sound: false },
    { inFront: false, sound: true },
  ]) {
    page.emit('presence', presence)
    await untilPresences(1)
    expect(await realtime.ring(cast.persons.wang, ring)).toBe('notInFront')
  }
  await own.db.run(sql`
    update page_presence
    set in_front = true, sound = true, proved_at = clock_timestamp() - interval '31 seconds'`)
  expect(await realtime.ring(cast.persons.wang, ring)).toBe('notInFront')
  // the last word and the end at once: no proof outlives its page
  page.emit('presence', { inFront: true, sound: true })
  page.disconnect()
  await untilPresences(0)
  expect(await realtime.ring(cast.persons.wang, ring)).toBe('notInFront')
})

test('what does not fit the contract is refused, and the line stays', async () => {
  const page = await open('zhao')
  const raw = page as unknown as Socket
  expect(await raw.emitWithAck('watch', { communityId: 'all' })).toEqual({ ok: false, code: 'bad_request' })
  raw.emit('presence', { inFront: 'yes' })
  raw.emit('presence')
  raw.emit('rang', { tellingId: 1 })
  raw.emit('unwatch', ['community 1'])
  raw.emit('watch', { communityId: cast.communityId })
  expect(await watch(page)).toMatchObject({ ok: true })
  expect(await presences()).toBe(0)
  expect(confirmed).toEqual([])
})

test('who signs out loses the page of that session, and keeps the phone of another', async () => {
  const desk = await open('zhao at the desk')
  const phone = await open('zhao on the phone')
  const out = gathering<true>()
  desk.on('signedOut', () => out.hear(true))
  ended.add('zhao at the desk')
  realtime.dropPerson(cast.persons.zhao)
  await out.until(1)
  if (desk.connected) await new Promise<void>((resolve) => desk.once('disconnect', () => resolve()))
  expect(phone.connected).toBe(true)
  expect(await watch(phone)).toMatchObject({ ok: true })
})

test('a grant that is withdrawn stops the stream of an open page', async () => {
  const page = await open('zhao')
  const events = eventsOn(page)
  await watch(page)
  granted.delete(cast.persons.zhao)
  await clock.advance(60_000)
  await changed('incident', 1)
  granted.set(cast.persons.zhao, [cast.communityId])
  const other = await open('zhao on the phone')
  const seen = eventsOn(other)
  await watch(other)
  await changed('incident', 2)
  await seen.until(1)
  expect(events.heard).toEqual([])
})

test('a page follows the server through a restart, and misses nothing', async () => {
  const page: Page = io(url, {
    transports: ['websocket'],
    extraHeaders: { cookie: 'zhao' },
    reconnectionDelay: 20,
    reconnectionDelayMax: 50,
    forceNew: true,
  })
  pages.push(page)
  await new Promise<void>((resolve) => page.once('connect', () => resolve()))
  const reply = await watch(page)
  const cursor = reply.ok ? reply.cursor : { epoch: 0, seq: 0 }
  const port = (httpServer.address() as AddressInfo).port
  await realtime.close()
  await changed('home', 5)
  const back = new Promise<void>((resolve) => page.once('connect', () => resolve()))
  await start()
  // the same address as before
  await new Promise<void>((resolve) => httpServer.close(() => resolve()))
  await new Promise<void>((resolve) => httpServer.listen(port, '127.0.0.1', resolve))
  await back
  const events = eventsOn(page)
  expect(await watch(page, cursor)).toMatchObject({ ok: true, how: 'replayed' })
  await events.until(1)
  expect(events.heard.map(({ id }) => id)).toEqual([5])
})
