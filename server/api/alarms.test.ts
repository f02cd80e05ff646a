// 报警体检 and what may be set aside, as the desk asks for it over HTTP.
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AlarmHealth, AlarmLoad } from '#contract/alarms.ts'
import type { IncidentKind } from '#contract/primitives.ts'
import type { Refusal } from '#contract/routes.ts'
import { at, sql } from '#db/sql.ts'
import { createTestApi, openIncident, type Caller, type TestApi } from '#testing/api.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

let api: TestApi
let zhao: Caller
beforeAll(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
})
afterAll(() => api.close())

const params = () => ({ id: api.cast.communityId })
const health = async () => (await zhao('alarms', { params: params() })).body as AlarmHealth
const load = async () => (await zhao('alarmLoad', { params: params() })).body as AlarmLoad

type Seen = {
  deviceId: number | null
  kind: IncidentKind
  sinceAt: number
  stage?: string
  state?: string
  residentId?: number
  cameBack?: number[]
}

async function see({ deviceId, kind, sinceAt, ...more }: Seen): Promise<number> {
  const { stage = 'warning', state = 'unacknowledged', residentId = null, cameBack = [] } = more
  const { communityId, homes } = api.cast
  const { id } = await api.db.one(
    Type.Object({ id: Type.Integer() }),
    sql`
      insert into condition (
        community_id, home_id, device_id, resident_id, kind, stage, state, since, last_at, evidence, origin, came_back,
        cleared_at
      )
      values (
        ${communityId}, ${homes.li}, ${deviceId}, ${residentId}, ${kind}, ${stage}, ${state}, ${at(sinceAt)},
        ${at(api.clock.now())}, '{"trouble": "silent"}', 'live', ${cameBack.map((back) => at(back))}::timestamptz[],
        ${state === 'normal' ? at(sinceAt + 1000) : null}
      )
      returning id`,
  )
  return id
}
const forget = () => api.db.run(sql`truncate condition, telling, set_aside cascade`)

async function tell(personId: number, count: number, everyMs: number): Promise<void> {
  const { communityId, homes } = api.cast
  const now = api.clock.now()
  for (let nth = 0; nth < count; nth += 1) {
    const incident = await openIncident(api.db, { communityId, homeId: homes.li, kind: 'device', now })
    await api.db.run(sql`update incident set state = 'closed', closed_at = ${at(now)} where id = ${incident}`)
    // Told twice of the same: that is a repeat, not something new.
    for (const later of [0, 1])
      await api.db.run(sql`
        insert into telling (community_id, incident_id, person_id, purpose, stage, state, due_at, created_at, sent_at, origin)
        values (
          ${communityId}, ${incident}, ${personId}, 'inform', 'notice', 'confirmed', ${at(now)},
          ${at(now - nth * everyMs + later)}, ${at(now)}, 'live'
        )`)
  }
}

test('a steward with eleven new incidents in ten minutes is flooded, and the desk page says who and since when', async () => {
  await forget()
  const { wang, zhang } = api.cast.persons
  await tell(wang, 11, minuteMs / 2)
  await tell(zhang, 2, minuteMs)
  const now = api.clock.now()
  expect((await load()).floods).toEqual([
    { personId: wang, name: '王红', sinceAt: now, untilAt: null, peak: 11, count: 11 },
  ])
  const { humans, floods, floodedShare } = await health()
  expect(humans.map(({ name, inTenMinutes, level, inADay }) => [name, inTenMinutes, level, inADay])).toEqual([
    ['王红', 11, 'flood', 11],
    ['张伟', 2, 'busy', 2],
  ])
  expect(floods).toHaveLength(1)
  expect(floodedShare).toBeCloseTo(1 / (7 * 24 * 6), 10)
})

test('what only makes noise: chattering, the ten worst, and what has stood for more than a day; never a person', async () => {
  await forget()
  const now = api.clock.now()
  const { liCo, liGas, liButton } = api.cast.devices
  const cameBack = [now - 50_000, now - 40_000]
  await see({ deviceId: liGas.id, kind: 'device', sinceAt: now - minuteMs, cameBack })
  await see({ deviceId: liCo.id, kind: 'device', sinceAt: now - 25 * hourMs })
  await see({ deviceId: liButton.id, kind: 'sos', sinceAt: now - 5000, cameBack })
  await see({ deviceId: null, residentId: api.cast.residents.li, kind: 'missed', sinceAt: now - 26 * hourMs })
  const { chattering, worst, stale } = await health()
  expect(chattering).toMatchObject([{ serial: liGas.serial, kind: 'device', most: 3, bouts: 1 }])
  expect(worst.map(({ serial, count, share }) => [serial, count, share])).toEqual([
    [liGas.serial, 3, 0.75],
    [liCo.serial, 1, 0.25],
  ])
  expect(stale.map(({ kind, homeLabel }) => [kind, homeLabel])).toEqual([
    ['missed', '3-2-501'],
    ['device', '3-2-501'],
  ])
})

test('safety 11: only equipment may be set aside, and the refusal says why in both languages', async () => {
  await forget()
  const now = api.clock.now()
  const { liCo, liGas, liButton } = api.cast.devices
  const reason = '总在响'
  const body = { minutes: 10, reason }
  for (const kind of ['co', 'gas', 'smoke', 'sos', 'missed'] as const) {
    const deviceId = kind === 'missed' ? null : liCo.id
    const id = await see({ deviceId, kind, sinceAt: now })
    const refused = await zhao('shelve', { params: { id }, body })
    expect([refused.status, (refused.body as Refusal).code], kind).toEqual([409, 'never_set_aside'])
    expect((refused.body as Refusal).zh).toContain('从不搁置')
  }
  // The detector of a danger that nobody has closed, and one that was taken off in mid-alarm.
  const trouble = await see({ deviceId: liCo.id, kind: 'device', sinceAt: now })
  const gone = await see({ deviceId: liGas.id, kind: 'device', sinceAt: now, stage: 'alarm' })
  for (const id of [trouble, gone])
    expect((await zhao('shelve', { params: { id }, body })).body).toMatchObject({ code: 'never_set_aside' })
  const review = { reviewOn: '2026-03-05', reason }
  for (const { id } of [liCo, liGas])
    expect((await zhao('takeOut', { params: { id }, body: review })).body).toMatchObject({
      code: 'never_set_aside',
    })
  expect((await health()).troubles.map(({ mayBeSetAside }) => mayBeSetAside)).toEqual([false, false])
  expect((await zhao('takeOut', { params: { id: liButton.id }, body: review })).status).toBe(200)
})

test('who, why and until when: on the list, in the audit, and ended by the desk', async () => {
  await forget()
  const now = api.clock.now()
  const { liGas } = api.cast.devices
  const id = await see({ deviceId: liGas.id, kind: 'device', sinceAt: now - hourMs })
  const act = (body: { minutes: number; reason: string }) => zhao('shelve', { params: { id }, body })
  expect(await act({ minutes: 31, reason: '油烟' })).toMatchObject({
    status: 400,
    body: { zh: '搁置最长 30 分钟，到时自动恢复。' },
  })
  expect((await act({ minutes: 30, reason: '  ' })).status).toBe(400)
  expect((await act({ minutes: 30, reason: ' 油烟 ' })).status).toBe(200)
  expect((await act({ minutes: 30, reason: '油烟' })).body).toMatchObject({ code: 'not_allowed_now' })
  const { setAside, troubles } = await health()
  expect(troubles).toEqual([])
  expect(setAside).toMatchObject([
    {
      how: 'shelved',
      serial: liGas.serial,
      reason: '油烟',
      by: '赵敏',
      at: now,
      untilAt: now + 30 * minuteMs,
      stillThere: true,
      reviewDue: false,
    },
  ])
  expect(await load()).toMatchObject({ shelved: 1, outOfService: 0 })
  expect((await zhao('putBack', { params: { id } })).status).toBe(200)
  expect((await zhao('putBack', { params: { id } })).body).toMatchObject({ code: 'not_allowed_now' })
  expect(await load()).toMatchObject({ shelved: 0 })
  const audited = await api.db.many(
    Type.Object({ what: Type.String(), personId: Type.Integer() }),
    sql`select what, person_id from audit where what like 'device.%' and detail ->> 'deviceId' = ${String(liGas.id)} order by id`,
  )
  expect(audited).toEqual([
    { what: 'device.shelved', personId: api.cast.persons.zhao },
    { what: 'device.putBack', personId: api.cast.persons.zhao },
  ])
})

test('what is quiet by design is counted: who is away today, and what stands on the card of its cause', async () => {
  const { communityId, residents } = api.cast
  await api.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values
      (${communityId}, ${residents.he}, '2026-03-01', '2026-03-04', '女儿家', '女儿', '1', ${at(api.clock.now())}),
      (${communityId}, ${residents.li}, '2026-02-20', '2026-03-02', '女儿家', '女儿', '1', ${at(api.clock.now())})`)
  expect((await health()).suppressed).toEqual({ away: 1, onAnotherCard: 0 })
})

test('out of service: a day of review is required, and it is said when it has come', async () => {
  await forget()
  const { id } = api.cast.devices.liCo
  const takeOut = (reviewOn: string) =>
    zhao('takeOut', { params: { id }, body: { reviewOn, reason: '送修' } })
  for (const wrong of ['2026-03-02', '2026-03-17', '2026-02-30'])
    expect((await takeOut(wrong)).body, wrong).toMatchObject({
      zh: '复核日期从明天起，最迟 14 天后。',
    })
  expect((await takeOut('2026-03-03')).status).toBe(200)
  expect((await health()).setAside).toMatchObject([
    // Neither detector was ever heard here: the other one protects nobody either.
    { how: 'outOfService', stillThere: false, unprotected: ['co', 'gas'], reviewDue: false },
  ])
  await api.clock.advance(26 * hourMs)
  expect(await load()).toMatchObject({ outOfService: 1, reviewDue: 1 })
  const [one] = (await health()).setAside
  expect(one?.reviewDue).toBe(true)
  expect((await zhao('putBack', { params: { id: one?.conditionId ?? 0 } })).status).toBe(200)
})
