import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Series } from '#contract/community.ts'
import type { ReadingKind } from '#contract/primitives.ts'
import { at, sql } from '#db/sql.ts'
import { createTestApi, monday, type Caller, type TestApi } from '#testing/api.ts'
import { limits } from '../limits.ts'

let api: TestApi
let zhao: Caller
beforeAll(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
})
beforeEach(() => api.db.run(sql`delete from reading`))
afterAll(() => api.close())

const record = async (readings: { at: number; value: number; flags?: number }[]) => {
  const { liCo } = api.cast.devices
  await api.db.run(sql`
    insert into reading (at, device_id, kind, value, received_at, home_id, community_id, flags, time_source, origin)
    select r.at, ${liCo.id}, 'co', r.value, r.at, ${api.cast.homes.li}, ${api.cast.communityId}, r.flags, 'device', 'live'
    from unnest(
      ${readings.map((reading) => at(reading.at))}::timestamptz[],
      ${readings.map(({ value }) => value)}::double precision[],
      ${readings.map(({ flags }) => flags ?? 0)}::int[]
    ) as r (at, value, flags)`)
}
const series = async (query: { kind: ReadingKind; from?: number; to?: number } = { kind: 'co' }) =>
  (await zhao('series', { params: { id: api.cast.homes.li }, query })).body as Series

test('a curve is the last day, oldest first, with its unit', async () => {
  await record([
    { at: monday, value: 12 },
    { at: monday - 60_000, value: 8 },
    { at: monday - 25 * 3_600_000, value: 99 },
  ])
  expect(await series()).toEqual({
    kind: 'co',
    unit: 'ppm',
    at: [monday - 60_000, monday],
    value: [8, 12],
    flagged: [false, false],
  })
  expect((await series({ kind: 'gas' })).at).toEqual([])
})

test('what a detector says while it warms up or tests itself is marked, a muted one still measures', async () => {
  await record([
    { at: monday - 3, value: 200, flags: 2 },
    { at: monday - 2, value: 5, flags: 16 },
    { at: monday - 1, value: 6 },
  ])
  expect((await series()).flagged).toEqual([true, false, false])
})

test('many readings are thinned to the bound and no peak is lost', async () => {
  const second = (n: number) => monday - 20_000_000 + n * 5000
  const many = Array.from({ length: 3500 }, (_, n) => ({ at: second(n), value: n === 1777 ? 480 : n % 7 }))
  await record(many)
  const thinned = await series()
  expect(thinned.at.length).toBeLessThanOrEqual(limits.seriesPointsMax)
  expect(thinned.at.length).toBeGreaterThan(100)
  expect(thinned.at).toEqual(thinned.at.toSorted((a, b) => a - b))
  const peak = thinned.value.indexOf(480)
  expect(thinned.at[peak]).toBe(second(1777))
  const all = await series({ kind: 'co', from: second(0), to: second(1000) })
  expect(all.at).toHaveLength(1000)
})

test('an empty or backward stretch of time is refused', async () => {
  const query = { kind: 'co' as const, from: monday, to: monday }
  expect((await zhao('series', { params: { id: api.cast.homes.li }, query })).status).toBe(400)
})
