import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DeskView, HomeTile, Ledger } from '#contract/community.ts'
import { announce } from '#db/event-log.ts'
import { at, sql } from '#db/sql.ts'
import { assigned, createTestApi, monday, openIncident, type Caller, type TestApi } from '#testing/api.ts'
import { heard, pressed, rolledOn } from '#testing/mornings.ts'

let api: TestApi
let zhao: Caller
beforeEach(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
})
afterEach(() => api.close())

const today = '2026-03-02'
const clock = (time: string, on = today) => Date.parse(`${on}T${time}:00+08:00`)
const params = () => ({ id: api.cast.communityId })
const desk = async () => (await zhao('desk', { params: params() })).body as DeskView
const ledger = async (on?: string) =>
  (await zhao('ledger', { params: params(), query: on ? { on } : {} })).body as Ledger
const tileOf = async (home: keyof TestApi['cast']['homes']) => {
  const query = { ids: String(api.cast.homes[home]) }
  const { homes } = (await zhao('tiles', { params: params(), query })).body as { homes: HomeTile[] }
  return homes[0]
}
const missed = (residentId: number, homeId: number, rest: object = {}) =>
  openIncident(api.db, {
    communityId: api.cast.communityId,
    homeId,
    residentId,
    kind: 'missed',
    evidence: { silence: 'missed', dueAt: clock('08:00') },
    on: today,
    now: clock('08:00'),
    ...rest,
  })

test('before eight the desk shows every window waiting, and who is on duty', async () => {
  const view = await desk()
  expect(view.community).toMatchObject({ name: '幸福里', center: { lng: 119.42, lat: 32.39 } })
  expect(view.homes.map(({ label, state }) => `${label} ${state}`)).toEqual([
    '3-2-501 notDue',
    '3-2-601 notDue',
    '5-1-102 notDue',
  ])
  expect(view.ledger).toMatchObject({ on: today, total: 4, accountedFor: 0, counts: { notYetDue: 4 } })
  expect(view.staff.map(({ name, role, onDuty }) => `${name} ${role} ${onDuty}`)).toEqual([
    '赵敏 desk true',
    '王红 steward false',
    '张伟 steward false',
    '林涛 admin false',
  ])
  expect(view).toMatchObject({ canWakeAnybody: false, refusedToday: 0, asOf: monday })
})

test('a press opens her window; in a couple the other one still waits (safety 7)', async () => {
  await pressed(api.db, { residentId: api.cast.residents.wu, at: clock('06:40'), on: today })
  const tile = await tileOf('couple')
  expect(tile?.state).toBe('notDue')
  expect(tile?.residents).toMatchObject([
    { name: '吴国强', state: 'well', at: clock('06:40') },
    { name: '郑桂兰', state: 'notDue' },
  ])
})

test('her window stays open after the pact has rolled on to tomorrow', async () => {
  await pressed(api.db, { residentId: api.cast.residents.li, at: clock('06:40'), on: today })
  await api.clock.moveTo(clock('09:00'))
  await rolledOn(api.db, clock('08:00'))
  expect((await tileOf('li'))?.state).toBe('well')
  await api.clock.moveTo(clock('07:00', '2026-03-03'))
  expect((await tileOf('li'))?.state).toBe('notDue')
})

test('silence is drawn as what it was judged: late, blind or missed', async () => {
  const { residents, homes } = api.cast
  await api.clock.moveTo(clock('08:05'))
  await rolledOn(api.db, clock('08:00'))
  const id = await missed(residents.li, homes.li)
  await missed(residents.he, homes.he, {
    evidence: { silence: 'late', dueAt: clock('08:00') },
    stage: 'notice',
  })
  expect(await tileOf('li')).toMatchObject({ state: 'missed', incidentIds: [id], acknowledged: false })
  expect((await tileOf('he'))?.residents).toMatchObject([{ state: 'late', at: clock('08:00') }])
})

test('safety 12: danger in the air is drawn above a missed check-in of the same home', async () => {
  const { residents, homes, communityId, persons } = api.cast
  await missed(residents.li, homes.li)
  const id = await openIncident(api.db, {
    communityId,
    homeId: homes.li,
    kind: 'co',
    stage: 'critical',
    now: monday,
  })
  expect(await tileOf('li')).toMatchObject({
    state: 'hazard',
    hazard: 'co',
    stage: 'critical',
    acknowledged: false,
  })
  await api.db.run(sql`
    update incident
    set acknowledged_at = ${at(monday)}, acknowledged_by = ${persons.wang}
    where id = ${id}`)
  expect(await tileOf('li')).toMatchObject({ state: 'hazard', acknowledged: false })
})

test('safety 17: a drill colours no window and counts for no name, and stands on the board with its mark', async () => {
  const { residents, homes, communityId } = api.cast
  const opened = { communityId, homeId: homes.he, kind: 'gas' as const, origin: 'drill', now: monday }
  const id = await openIncident(api.db, opened)
  await missed(residents.li, homes.li, { origin: 'drill' })
  const view = await desk()
  expect(view.homes.map(({ state }) => state)).toEqual(['notDue', 'notDue', 'notDue'])
  expect(view.homes[2]?.incidentIds).toEqual([id])
  expect(view.incidents.map(({ kind, origin }) => `${kind} ${origin}`).sort()).toEqual([
    'gas drill',
    'missed drill',
  ])
  expect(view.ledger.counts).toMatchObject({ open: 0, notYetDue: 4 })
})

test('a home whose button fell silent is blind, one without a working detector is unprotected', async () => {
  await heard(api.db, 'li-button', { heardAt: monday - 100_000, silentAt: null })
  expect((await tileOf('li'))?.state).toBe('blind')
  await heard(api.db, 'li-button', { heardAt: monday, silentAt: monday + 100_000 })
  expect((await tileOf('li'))?.state).toBe('notDue')
  await api.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (
      ${api.cast.communityId}, ${api.cast.residents.li}, ${today}, '2026-03-05', '女儿家', '女儿', '1', ${at(monday)}
    )`)
  await heard(api.db, 'li-co-1', { heardAt: monday, silentAt: monday + 100_000 })
  await heard(api.db, 'li-gas-1', { heardAt: monday - 100_000, silentAt: monday - 1 })
  expect((await tileOf('li'))?.state).toBe('unprotected')
  await heard(api.db, 'li-gas-1', { heardAt: monday, silentAt: monday + 100_000 })
  expect((await tileOf('li'))?.state).toBe('away')
})

test('the morning adds up: pressed, late, away, visited and open, each name once', async () => {
  const { residents, homes, persons } = api.cast
  await api.clock.moveTo(clock('08:20'))
  await pressed(api.db, { residentId: residents.wu, at: clock('06:40'), on: today })
  await rolledOn(api.db, clock('08:00'))
  await pressed(api.db, { residentId: residents.zheng, at: clock('08:10'), on: today, late: true })
  const open = await missed(residents.li, homes.li)
  const visited = await missed(residents.he, homes.he)
  await assigned(api.db, {
    incidentId: visited,
    personId: persons.zhang,
    role: 'steward',
    now: clock('08:01'),
  })
  await api.db.run(sql`
    update assignment
    set state = 'done', arrived_at = ${at(clock('08:09'))}
    where incident_id = ${visited}`)
  await api.db.run(sql`
    update incident
    set state = 'handled', outcome = 'fall_hospital', handled_by = ${persons.zhang}, handled_at = ${at(clock('08:15'))}
    where id = ${visited}`)
  const counted = await ledger()
  expect(counted.counts).toMatchObject({ pressed: 2, visited: 1, open: 1, notYetDue: 0 })
  expect(counted).toMatchObject({ total: 4, accountedFor: 3, lateRisersNobodySent: 1, signable: false })
  expect(counted.names[0]).toMatchObject({ name: '李秀英', place: 'open', owner: null, at: clock('08:00') })
  expect((await tileOf('he'))?.residents[0]?.state).toBe('away')

  const refusedSignature = await zhao('signLedger', { params: params(), body: { on: today } })
  expect(refusedSignature).toMatchObject({ status: 409, body: { code: 'not_allowed_now' } })
  await assigned(api.db, { incidentId: open, personId: persons.wang, role: 'steward', now: clock('08:01') })
  await api.db.run(sql`update assignment set state = 'enRoute' where incident_id = ${open}`)
  expect((await ledger()).names[0]).toMatchObject({ name: '李秀英', owner: '王红' })

  const signed = await zhao('signLedger', { params: params(), body: { on: today } })
  expect(signed).toMatchObject({ status: 200, body: { signedBy: '赵敏', signedAt: clock('08:20') } })
  const lin = await api.as('lin')
  const again = await lin('signLedger', { params: params(), body: { on: today } })
  expect(again).toMatchObject({ status: 409, body: { code: 'somebody_was_first', by: '赵敏' } })
})

test('nothing is signed before anything has fallen due', async () => {
  const early = await zhao('signLedger', { params: params(), body: { on: today } })
  expect(early).toMatchObject({ status: 409, body: { zh: '这一天还没有到时间的约定，不能签字。' } })
})

test('who was enrolled after this morning is waited for tomorrow, not missed today', async () => {
  await api.clock.moveTo(clock('10:00'))
  await rolledOn(api.db, clock('10:00'))
  expect((await ledger()).counts).toMatchObject({ notYetDue: 4, open: 0 })
  expect((await ledger('2026-03-01')).counts).toMatchObject({ open: 4 })
  expect((await ledger('2026-01-01')).total).toBe(0)
})

test('a count that was opened before midnight does not vanish at midnight', async () => {
  await pressed(api.db, { residentId: api.cast.residents.li, at: clock('07:31'), on: today })
  await rolledOn(api.db, clock('23:59'))
  await api.clock.moveTo(clock('00:10', '2026-03-03'))
  expect(await ledger()).toMatchObject({ on: today, counts: { pressed: 1 } })
  await api.clock.moveTo(clock('03:00', '2026-03-03'))
  expect(await ledger()).toMatchObject({ on: '2026-03-03', counts: { pressed: 0, notYetDue: 4 } })
})

test('a day that does not exist is refused', async () => {
  expect((await zhao('ledger', { params: params(), query: { on: '2026-02-31' } })).status).toBe(400)
})

test('the cursor stands where the rows were read: what comes after is in the log after it', async () => {
  const { communityId, homes } = api.cast
  expect((await desk()).cursor).toEqual({ epoch: 1, seq: 0 })
  await api.db.transaction(async (tx) => announce(tx, { communityId, kind: 'home', id: homes.li }))
  expect((await desk()).cursor).toEqual({ epoch: 1, seq: 1 })
})

test('safety 2: a steward counts as reachable only by a page in front, with sound, proved in the last 30 s', async () => {
  const proof = (seconds: number, sound: boolean) =>
    api.db.run(sql`
      insert into page_presence (connection, person_id, in_front, sound, proved_at)
      values ('c1', ${api.cast.persons.wang}, true, ${sound}, now() - make_interval(secs => ${seconds}))
      on conflict (connection) do update
      set sound = excluded.sound, proved_at = excluded.proved_at`)
  const reachable = async () => (await desk()).staff.filter((one) => one.reachableNow).map(({ name }) => name)
  expect(await reachable()).toEqual([])
  await proof(20, true)
  expect(await reachable()).toEqual(['王红'])
  await proof(20, false)
  expect(await reachable()).toEqual([])
  await proof(31, true)
  expect(await reachable()).toEqual([])
})

test('windows of another community are not given, whatever ids are asked for', async () => {
  const query = { ids: `${api.cast.homes.sun},${api.cast.homes.li}` }
  const { homes } = (await zhao('tiles', { params: params(), query })).body as { homes: HomeTile[] }
  expect(homes.map(({ label }) => label)).toEqual(['3-2-501'])
})

test('from November on the desk says what is not known of next year', async () => {
  expect((await desk()).calendar).toEqual({ collecting: [], warnings: [] })
  const november = await createTestApi({ now: clock('09:00', '2026-11-01') })
  const call = await november.as('zhao')
  const { calendar } = (await call('desk', { params: { id: november.cast.communityId } })).body as DeskView
  await november.close()
  expect(calendar.warnings).toEqual([{ year: '2027', missing: 'daysOff' }])
})
