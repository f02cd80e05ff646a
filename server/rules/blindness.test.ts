import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '#clock/clock.ts'
import { createFakeClock } from '#clock/fake-clock.ts'
import { at, sql } from '#db/sql.ts'
import type { Verdict } from '#domain/verdict.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { limits } from '../limits.ts'
import { createRules, type Rules } from './rules.ts'

const minuteMs = 60_000
const sevenThirty = Date.parse('2026-11-23T07:30:00+08:00')
const t0 = Date.parse('2026-11-23T08:00:00+08:00')

let database: TestDatabase
let cast: Cast
let rules: Rules
let found: Verdict[]

beforeEach(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, sevenThirty)
  found = []
  rules = openRules()
})

afterEach(() => database.drop())

const openRules = (seenUntil?: () => number, putForward?: Clock['putForward']): Rules =>
  createRules({
    db: database.db,
    clock: { ...createFakeClock(sevenThirty), ...(putForward ? { putForward } : {}) },
    log: { info: () => {}, warn: () => {}, error: () => {} },
    applyVerdicts: async (_tx, verdicts) => void found.push(...verdicts),
    ...(seenUntil ? { seenUntil } : {}),
  })

/** Its last word; then it is silent after so long. */
const hear = (device: CastDevice, when: number, silentAfterMs: number) =>
  database.db.run(sql`
    update device
    set last_seen_at = ${at(when)}, silent_at = ${at(when + silentAfterMs)}, online = true
    where id = ${device.id}`)

const cover = (residentId: number, when: number) =>
  database.db.run(sql`
    with pressed as (
      insert into check_in (
        community_id, resident_id, home_id, pact_id, "on", at, received_at, time_source, via, origin
      )
      select community_id, resident_id, home_id, id, due_on, ${at(when)}, ${at(when)}, 'device', 'button', 'live'
      from pact
      where resident_id = ${residentId}
      returning id, pact_id
    )
    update pact
    set covered_by = pressed.id, covered_at = ${at(when)}
    from pressed
    where pact.id = pressed.pact_id`)

const tick = (when: number) =>
  database.db.run(sql`
    insert into job_tick (name, started_at, finished_at)
    values ('deadlines', ${at(when)}, ${at(when)})
    on conflict (name) do update set started_at = excluded.started_at, finished_at = excluded.finished_at`)

/** Every process looked, up to then. */
const seen = (when: number, after = 0) =>
  database.db.run(sql`update server_beat set seen_until = ${at(when)} where seen_until >= ${at(after)}`)

/** As the clock of the database sees it: whoever spoke last at `when` says no more. */
const leaseRunsOut = (when: number) =>
  database.db.run(sql`
    update server_beat
    set lease_until = clock_timestamp() - interval '1 ms'
    where seen_until = ${at(when)}`)

test('safety 8: after our own blindness nobody is judged until the backlog had time to come in', async () => {
  const { liButton, wuButton, heButton } = cast.devices
  for (const button of [liButton, wuButton, heButton]) await hear(button, sevenThirty, 26 * 60 * minuteMs)
  await tick(t0 - 5 * minuteMs)
  const back = t0 + 20 * minuteMs
  expect(await rules.noticeOwnBlindness(back)).toMatchObject({ fromAt: t0 - 5 * minuteMs, untilAt: back })
  const settled = back + limits.ownBlindnessSettleMs
  await rules.judgeDeadlines(settled - 1)
  expect(found).toEqual([])

  // 李奶奶 pressed while we were away; her button kept it. That of 吴爷爷 came back, that of 何爷爷 did not.
  await cover(cast.residents.li, t0 - minuteMs)
  await hear(wuButton, back + 1000, 26 * 60 * minuteMs)
  await rules.judgeDeadlines(settled)
  const silenceOf = (residentId: number) =>
    found.find((one) => one.residentId === residentId)?.evidence.silence
  expect(silenceOf(cast.residents.li)).toBeUndefined()
  expect(silenceOf(cast.residents.wu)).toBe('missed')
  expect(silenceOf(cast.residents.he)).toBe('blind')
})

test('before anybody is enrolled there is nobody whom we could not see, and with the first one there is', async () => {
  const empty = await createTestDatabase()
  const open = () =>
    createRules({
      db: empty.db,
      clock: createFakeClock(sevenThirty),
      log: { info: () => {}, warn: () => {}, error: () => {} },
      applyVerdicts: () => Promise.resolve(),
    })
  const first = open()
  expect(await first.noticeOwnBlindness(sevenThirty)).toBeUndefined()
  expect(await first.noticeOwnBlindness(sevenThirty + minuteMs)).toBeUndefined()
  await first.close(sevenThirty + minuteMs)
  expect(await open().noticeOwnBlindness(t0)).toBeUndefined()
  const Count = Type.Object({ count: Type.Integer() })
  const written = sql`select count(*)::int as count from blind_interval`
  expect(await empty.db.one(Count, written)).toEqual({ count: 0 })
  await seedCast(empty.db, t0)
  expect(await open().noticeOwnBlindness(t0 + minuteMs)).toMatchObject({ fromAt: t0 })
  await empty.drop()
})

test('a short pause is no blindness, and a long one of ours does not make devices silent', async () => {
  const { liCo, coupleCo } = cast.devices
  await hear(liCo, sevenThirty, 10 * minuteMs)
  await hear(coupleCo, sevenThirty, 10 * minuteMs)
  await tick(sevenThirty)
  expect(await rules.noticeOwnBlindness(sevenThirty + limits.beatLateMs)).toBeUndefined()

  const back = sevenThirty + 30 * minuteMs
  await Promise.all([rules.noticeOwnBlindness(back), openRules().noticeOwnBlindness(back)])
  await seen(back + 10 * minuteMs)
  await rules.judgeSilentDevices(back + 10 * minuteMs - limits.beatLateMs - 1)
  expect(found).toEqual([])
  await rules.judgeSilentDevices(back + 10 * minuteMs - limits.beatLateMs)
  const silent = found.map(({ evidence }) => evidence.devices?.[0])
  expect(new Set(silent)).toEqual(new Set(['li-co-1', 'couple-co-1']))
})

test('safety 8: a press that waits for the database at eight is not missed: nobody is judged beyond what is stored', async () => {
  const { liButton, wuButton } = cast.devices
  for (const button of [liButton, wuButton]) await hear(button, sevenThirty, 26 * 60 * minuteMs)
  let storedUntil = t0 - 2000
  rules = openRules(() => storedUntil)
  await rules.noticeOwnBlindness(t0 - 1000)
  await rules.noticeOwnBlindness(t0)
  await rules.judgeDeadlines(t0 + 1000)
  expect(found).toEqual([])
  await cover(cast.residents.li, t0 - 1500)
  storedUntil = t0 + 2000
  expect(await rules.noticeOwnBlindness(t0 + 2000)).toBeUndefined()
  await rules.judgeDeadlines(t0 + 2000)
  expect(found.map(({ residentId }) => residentId)).not.toContain(cast.residents.li)
  expect(found.map(({ residentId }) => residentId)).toContain(cast.residents.wu)
})

test('safety 8: one of two servers is killed at eight: the other judges only when its devices had time to come over', async () => {
  await hear(cast.devices.liButton, sevenThirty, 26 * 60 * minuteMs)
  const killed = openRules()
  await Promise.all([rules, killed].map((one) => one.noticeOwnBlindness(t0 - 1000)))
  expect(await rules.noticeOwnBlindness(t0)).toBeUndefined()
  await rules.judgeDeadlines(t0)
  expect(found).toEqual([])
  await leaseRunsOut(t0 - 1000)
  const noticed = t0 + 5000
  await seen(t0 + 4000, t0)
  expect(await rules.noticeOwnBlindness(noticed)).toMatchObject({
    fromAt: t0 - 1000,
    cause: 'a server was gone',
  })
  await rules.judgeDeadlines(noticed)
  expect(found).toEqual([])
  await seen(noticed + limits.ownBlindnessSettleMs)
  await rules.judgeDeadlines(noticed + limits.ownBlindnessSettleMs)
  expect(found.map(({ residentId }) => residentId)).toContain(cast.residents.li)
  // thawed instead of killed: it knows itself when it last saw, though its row is gone
  expect(await killed.noticeOwnBlindness(noticed + 60_000)).toMatchObject({
    fromAt: t0 - 1000,
    cause: 'a server stood still',
  })
})

test('safety 8: what could not be stored is waited for within a bound, then judged all the same', async () => {
  await hear(cast.devices.liButton, sevenThirty, 26 * 60 * minuteMs)
  rules = openRules(() => t0 - 1000)
  for (let second = 0; second <= 75; second += 1) {
    const now = t0 + second * 1000
    await rules.noticeOwnBlindness(now)
    await rules.judgeDeadlines(now)
    if (second < 60) expect(found).toEqual([])
  }
  expect(found.map(({ residentId }) => residentId)).toContain(cast.residents.li)
})

test('a server that is stopped in order is not waited for, only its devices are', async () => {
  await hear(cast.devices.liButton, sevenThirty, 26 * 60 * minuteMs)
  const leaving = openRules()
  await Promise.all([rules, leaving].map((one) => one.noticeOwnBlindness(t0 - 2000)))
  await leaving.close(t0 - 1000)
  await rules.noticeOwnBlindness(t0)
  await rules.judgeDeadlines(t0)
  expect(found).toEqual([])
  await seen(t0 + limits.ownBlindnessSettleMs)
  await rules.judgeDeadlines(t0 - 1000 + limits.ownBlindnessSettleMs)
  expect(found.map(({ residentId }) => residentId)).toContain(cast.residents.li)
})

test('safety 8: the clock is put forward over eight: everybody is asked after, nobody is missed, and once', async () => {
  for (const button of [cast.devices.liButton, cast.devices.heButton])
    await hear(button, t0, 26 * 60 * minuteMs)
  const [fromAt, untilAt] = [sevenThirty + 1000, sevenThirty + 3 * 60 * minuteMs]
  rules = openRules(undefined, () => ({ fromAt, untilAt }))
  await rules.noticeOwnBlindness(sevenThirty)
  expect(await rules.noticeOwnBlindness(untilAt)).toMatchObject({ cause: 'the clock was put forward' })
  const settled = untilAt + limits.ownBlindnessSettleMs
  // their buttons speak at once: they are there, and yet nobody had the time to press
  for (const button of [cast.devices.liButton, cast.devices.heButton])
    await hear(button, untilAt + 1000, 26 * 60 * minuteMs)
  await seen(settled)
  await rules.judgeDeadlines(settled - 1)
  expect(found).toEqual([])
  await rules.judgeDeadlines(settled)
  await rules.judgeDeadlines(settled + 1000)
  expect(found).toHaveLength(Object.keys(cast.residents).length)
  expect(new Set(found.map(({ residentId }) => residentId))).toEqual(new Set(Object.values(cast.residents)))
  expect(new Set(found.map(({ evidence }) => evidence.silence))).toEqual(new Set(['blind']))
})

test('the clock was put back while nobody ran: no morning is judged twice, and whoever is to be told is told now', async () => {
  await hear(cast.devices.liButton, sevenThirty, 26 * 60 * minuteMs)
  await rules.noticeOwnBlindness(t0)
  await rules.judgeDeadlines(t0)
  const judged = found.length
  expect(judged).toBeGreaterThan(0)
  await tellLater(t0 + 2 * minuteMs)
  await rules.close(t0)
  const back = t0 - 3 * 60 * minuteMs
  const again = openRules()
  expect(await again.noticeOwnBlindness(back)).toBeUndefined()
  for (const when of [back, t0 - 1, t0, t0 + minuteMs]) {
    await seen(when)
    await again.judgeDeadlines(when)
  }
  expect(found).toHaveLength(judged)
  expect(await dueAtOfTelling()).toBe(back + 2 * minuteMs)
})

test('one of two servers is gone whose clock was three hours ahead: what it left to be done soon is not done in three hours', async () => {
  const aheadMs = 3 * 60 * minuteMs
  const ahead = openRules(undefined, () => ({ fromAt: sevenThirty, untilAt: sevenThirty + aheadMs }))
  await Promise.all([rules, ahead].map((one) => one.noticeOwnBlindness(sevenThirty)))
  expect(await ahead.noticeOwnBlindness(sevenThirty + aheadMs)).toBeDefined()
  await rules.noticeOwnBlindness(sevenThirty + 3000)
  await tellLater(sevenThirty + aheadMs + minuteMs)
  await hear(cast.devices.liCo, sevenThirty + aheadMs, 10 * minuteMs)
  await leaseRunsOut(sevenThirty + aheadMs)
  const noticed = sevenThirty + 6000
  expect(await rules.noticeOwnBlindness(noticed)).toMatchObject({ fromAt: noticed - limits.beatLateMs })
  expect(await dueAtOfTelling()).toBeLessThanOrEqual(sevenThirty + minuteMs + 6000)
  const Silent = Type.Object({ silentAt: Type.Integer() })
  const silentAt = sql`select silent_at from device where id = ${cast.devices.liCo.id}`
  expect((await database.db.one(Silent, silentAt)).silentAt).toBeLessThanOrEqual(
    sevenThirty + 10 * minuteMs + 6000,
  )
  await seen(t0)
  await rules.judgeDeadlines(t0 + 1000)
  expect(found.map(({ residentId }) => residentId)).toContain(cast.residents.li)
})

const tellLater = (when: number) =>
  database.db.run(sql`
    with opened as (
      insert into incident (community_id, home_id, kind, stage, origin, evidence, opened_at)
      values (${cast.communityId}, ${cast.homes.li}, 'sos', 'alarm', 'live', '{}', ${at(t0)})
      returning id
    )
    insert into telling (community_id, incident_id, person_id, purpose, stage, due_at, created_at, origin)
    select ${cast.communityId}, id, ${cast.persons.wang}, 'alarm', 'alarm', ${at(when)}, ${at(t0)}, 'live'
    from opened`)

async function dueAtOfTelling(): Promise<number> {
  const { dueAt } = await database.db.one(
    Type.Object({ dueAt: Type.Integer() }),
    sql`select due_at from telling`,
  )
  return dueAt
}
