// On PostgreSQL and on TimescaleDB, from the message of a device to the curve on a page: both give the same answers.
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { topicOf } from '#contract/topics.ts'
import { at, sql, type Sql } from '#db/sql.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import type { TestDatabase } from '#testing/database.ts'
import { bothDatabases } from '#testing/timescale.ts'
import { readingsOf } from '../api/series-store.ts'
import { createIngest, type Ingest } from '../ingest/ingest.ts'
import { limits } from '../limits.ts'
import { keptByDefault } from './kept.ts'
import { createRetention } from './retain.ts'
import { rollUp } from './roll-up.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const start = Date.parse('2026-03-02T00:00:00Z')

describe.each(bothDatabases)('on %s', (_, create) => {
  let own: TestDatabase
  let cast: Cast
  let ingest: Ingest
  const clock = createFakeClock(start)

  beforeAll(async () => {
    own = await create()
    cast = await seedCast(own.db, start)
    ingest = createIngest({
      db: own.db,
      clock,
      log: { info: () => {}, warn: () => {}, error: () => {} },
      limits,
      judge: async () => {},
      acknowledge: () => {},
    })
  }, 120_000)
  beforeEach(async () => {
    for (const table of [sql`reading`, sql`reading_minute`, sql`reading_hour`, sql`message`])
      await own.db.run(sql`delete from ${table}`)
    await own.db.run(sql`update device set unrolled_from = null`)
  })
  afterAll(async () => {
    await ingest.close()
    await own.drop()
  })

  let told = 0
  /** A message with CO values, each at its own time; it arrives when the last of them is measured, or later. */
  async function say(
    device: CastDevice,
    values: [time: number, ppm: number][],
    arrivesAt = 0,
  ): Promise<void> {
    const receivedAt = Math.max(arrivesAt, ...values.map(([time]) => time))
    const principal = await ingest.authenticate(device.serial, device.secret)
    if (!principal) throw new Error('the device was not let in')
    told += 1
    const body = {
      id: `m${told}`,
      values: values.map(([time, value]) => ({ kind: 'co', value, time })),
    }
    await ingest.accept({
      principal,
      clientId: device.serial,
      topic: topicOf(device.serial, 'readings'),
      payload: Buffer.from(JSON.stringify(body)),
      qos: 1,
      retain: false,
      receivedAt,
    })
  }
  /** A sample each ten minutes from `from` on: 1, 2, 3, 1 … ppm. */
  const quiet = (from: number, count: number): [number, number][] =>
    Array.from({ length: count }, (_, n) => [from + n * 10 * minuteMs, (n % 3) + 1])

  const Bucket = Type.Object({
    at: Type.Integer(),
    lowest: Type.Number(),
    highest: Type.Number(),
    highestAt: Type.Integer(),
    average: Type.Number(),
    last: Type.Number(),
    lastAt: Type.Integer(),
    count: Type.Integer(),
  })
  const bucketsIn = (table: Sql) =>
    own.db.many(
      Bucket,
      sql`
        select at, lowest, highest, highest_at, average, last, last_at, count
        from ${table}
        where device_id = ${cast.devices.liCo.id}
        order by at, flags`,
    )
  const hours = () => bucketsIn(sql`reading_hour`)
  const minutes = () => bucketsIn(sql`reading_minute`)
  const Count = Type.Object({ count: Type.Integer() })
  const countIn = async (table: Sql) =>
    (await own.db.one(Count, sql`select count(*)::int as count from ${table}`)).count
  const curve = (from: number, to: number, pointsMax = 1000) =>
    readingsOf(own.db, { homeId: cast.homes.li, kind: 'co', from, to, pointsMax })

  test('an hour that is over becomes one row, and a minute one each', async () => {
    await say(cast.devices.liCo, [
      [start + 5 * minuteMs, 4],
      [start + 5 * minuteMs + 30_000, 480],
      [start + 20 * minuteMs, 2],
    ])
    await rollUp(own.db, start + hourMs + 4 * minuteMs)
    expect(await hours()).toEqual([])
    await rollUp(own.db, start + hourMs + limits.rollupSettleMs)
    expect(await hours()).toEqual([
      {
        at: start,
        lowest: 2,
        highest: 480,
        highestAt: start + 5 * minuteMs + 30_000,
        average: 162,
        last: 2,
        lastAt: start + 20 * minuteMs,
        count: 3,
      },
    ])
    expect((await minutes()).map((row) => [row.at, row.highest, row.count])).toEqual([
      [start + 5 * minuteMs, 480, 2],
      [start + 20 * minuteMs, 2, 1],
    ])
  })

  test('late data rolls its hour anew, and what is rolled twice says the same', async () => {
    await say(cast.devices.liCo, quiet(start, 18))
    await rollUp(own.db, start + 4 * hourMs)
    const before = await hours()
    expect(before.map(({ highest, count }) => [highest, count])).toEqual([
      [3, 6],
      [3, 6],
      [3, 6],
    ])
    // two days without a line, then the buffer of the second hour, out of order
    const late = [start + 65 * minuteMs, start + 62 * minuteMs]
    await say(
      cast.devices.liCo,
      late.map((time, n) => [time, 90 + n]),
      start + 2 * dayMs,
    )
    await rollUp(own.db, start + 2 * dayMs + hourMs)
    const after = await hours()
    expect(after.map(({ highest, count }) => [highest, count])).toEqual([
      [3, 6],
      [91, 8],
      [3, 6],
    ])
    await own.db.run(sql`update device set unrolled_from = ${at(start)} where id = ${cast.devices.liCo.id}`)
    await rollUp(own.db, start + 2 * dayMs + hourMs)
    expect(await hours()).toEqual(after)
  })

  test('a device with a backlog of days is rolled up in turns, and nothing is left', async () => {
    await say(cast.devices.liCo, quiet(start, 2 * 144))
    await say(cast.devices.coupleCo, quiet(start, 6))
    await rollUp(own.db, start + 3 * dayMs)
    expect(await countIn(sql`reading_hour`)).toBe(49)
    expect(await countIn(sql`device where unrolled_from is not null`)).toBe(0)
  })

  test('safety 17: a self-test never hides in the peak of what was breathed', async () => {
    await say(cast.devices.liCo, [[start + minuteMs, 30]])
    await own.db.run(sql`
      insert into reading (at, device_id, kind, value, received_at, home_id, community_id, flags, time_source, origin)
      values (${at(start + 2 * minuteMs)}, ${cast.devices.liCo.id}, 'co', 200, ${at(start)}, ${cast.homes.li},
        ${cast.communityId}, 2, 'device', 'live')`)
    await rollUp(own.db, start + 2 * hourMs)
    expect((await hours()).map(({ highest }) => highest)).toEqual([30, 200])
  })

  test('a curve of days shows every peak, whether its hour is rolled up, removed or still to come', async () => {
    const { liCo } = cast.devices
    const days = 12
    const kept = { ...keptByDefault, readings: 7 }
    for (let day = 0; day < days; day += 1) await say(liCo, quiet(start + day * dayMs, 144))
    const peaks: [number, number][] = [
      [start + 3 * dayMs + 7 * hourMs + 11 * minuteMs, 301],
      [start + 6 * dayMs + 2 * minuteMs, 302],
      [start + days * dayMs - minuteMs, 303],
    ]
    for (const peak of peaks) await say(liCo, [peak])
    const now = start + days * dayMs
    const whole = () => curve(start, now, 100)
    const peaksOf = (points: { at: number; value: number }[]) =>
      points.filter(({ value }) => value > 300).map((point) => [point.at, point.value])
    expect(peaksOf(await whole())).toEqual(peaks)
    await rollUp(own.db, now)
    const rolled = await whole()
    expect(rolled.length).toBeLessThanOrEqual(100)
    expect(peaksOf(rolled)).toEqual(peaks)
    const finer = await curve(start, now)
    expect(peaksOf(finer)).toEqual(peaks)
    await createRetention(own.db, kept).retain(now)
    expect(await countIn(sql`reading`)).toBe(7 * 144 + 2)
    expect(await curve(start, now)).toEqual(finer)
    expect(await whole()).toEqual(rolled)
    // and a day of which only minutes are left
    const day = await curve(start + 3 * dayMs, start + 4 * dayMs)
    expect(day).toHaveLength(145)
    expect(peaksOf(day)).toEqual([peaks[0]])
  })

  test('no reading goes before its hour is rolled up', async () => {
    await say(cast.devices.liCo, [
      [start, 70],
      [start + minuteMs, 12],
    ])
    await say(cast.devices.coupleCo, [[start + 35 * dayMs, 1]])
    const now = start + 50 * dayMs
    await createRetention(own.db, keptByDefault).retain(now)
    expect(await countIn(sql`reading`)).toBe(3)
    await rollUp(own.db, now)
    await createRetention(own.db, keptByDefault).retain(now)
    expect(await countIn(sql`reading`)).toBe(1)
    expect((await hours()).map(({ highest }) => highest)).toEqual([70])
    await createRetention(own.db, { ...keptByDefault, readingMinutes: 40 }).retain(now)
    expect([await countIn(sql`reading_minute`), await countIn(sql`reading_hour`)]).toEqual([1, 2])
    await createRetention(own.db, { ...keptByDefault, readingHours: 40 }).retain(now)
    expect(await countIn(sql`reading_hour`)).toBe(1)
  })
})
