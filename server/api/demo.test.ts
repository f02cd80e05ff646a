import { Type } from 'typebox'
import { afterEach, expect, test } from 'vitest'
import type { Ledger } from '#contract/community.ts'
import { LocalDate, orNull } from '#contract/primitives.ts'
import { at, sql } from '#db/sql.ts'
import { assigned, createTestApi, openIncident, type Caller, type TestApi } from '#testing/api.ts'
import { pressed } from '#testing/mornings.ts'
import type { DemoPort } from './ports.ts'

let api: TestApi
let zhao: Caller
const heard: unknown[] = []

const demo: DemoPort = {
  status: () => ({
    demo: true,
    communityId: api.cast.communityId,
    logins: [],
    residentLinks: [],
    scenarios: [{ name: 'sos', zh: '呼救', en: 'SOS' }],
    story: { state: 'waiting', chapter: 'waiting', autoplay: true, startedAt: null },
  }),
  begin: (how) => void heard.push(how),
  setAutoplay: (autoplay) => void heard.push({ autoplay }),
  act: (act) => void heard.push(act),
  scenario: (scenario) => void heard.push(scenario),
}

async function begin(now: string) {
  heard.length = 0
  api = await createTestApi({ config: { demo: true }, demo, now: Date.parse(now) })
  await api.db.run(sql`update area set origin = 'demo' where id = ${api.cast.communityId}`)
  zhao = await api.as('zhao')
}
afterEach(() => api.close())

const Pact = Type.Object({
  dueOn: LocalDate,
  opensAt: Type.Integer(),
  remindAt: orNull(Type.Integer()),
  dueAt: Type.Integer(),
  coveredAt: orNull(Type.Integer()),
})
const pactOf = (residentId: number) =>
  api.db.one(
    Pact,
    sql`
      select due_on, opens_at, remind_at, due_at, covered_at
      from pact
      where resident_id = ${residentId}`,
  )
const Count = Type.Object({ count: Type.Integer() })
const counted = async () => ({
  checkIns: (await api.db.one(Count, sql`select count(*) as count from check_in`)).count,
  incidents: (await api.db.one(Count, sql`select count(*) as count from incident`)).count,
})

test('the next deadline of every demo resident is put near the present, and a press counts from now', async () => {
  await begin('2026-03-02T15:00:00+08:00')
  const now = api.clock.now()
  const answer = await zhao('demoDeadline', { body: { dueInMs: 60_000, remindInMs: 20_000 } })
  expect(answer).toMatchObject({ status: 200, body: { on: '2026-03-02', dueAt: now + 60_000 } })
  const moved = {
    dueOn: '2026-03-02',
    opensAt: now,
    remindAt: now + 20_000,
    dueAt: now + 60_000,
    coveredAt: null,
  }
  expect(await pactOf(api.cast.residents.li)).toEqual(moved)
  expect(await pactOf(api.cast.residents.he)).toEqual(moved)
  expect((await pactOf(api.cast.residents.sun)).dueOn, 'not a demo community').toBe('2026-03-03')
})

test('at 23:59 the day is still this one, and its count is shown past midnight', async () => {
  await begin('2026-03-02T23:59:30+08:00')
  const answer = await zhao('demoDeadline', { body: { dueInMs: 60_000 } })
  expect(answer.body).toEqual({ on: '2026-03-02', dueAt: Date.parse('2026-03-03T00:00:30+08:00') })
  await pressed(api.db, { residentId: api.cast.residents.li, at: api.clock.now(), on: '2026-03-02' })
  await api.clock.advance(120_000)
  const ledger = (await zhao('ledger', { params: { id: api.cast.communityId }, query: {} })).body as Ledger
  expect(ledger).toMatchObject({ on: '2026-03-02', total: 4, counts: { pressed: 1 } })
})

test('the demo morning before it is cleared: presses, incidents and whom they went to', async () => {
  await begin('2026-03-02T15:00:00+08:00')
  const { residents, homes, communityId, persons } = api.cast
  const now = api.clock.now()
  await pressed(api.db, { residentId: residents.wu, at: now, on: '2026-03-02' })
  const opened = { communityId, homeId: homes.li, kind: 'missed' as const, origin: 'demo', now }
  const incidentId = await openIncident(api.db, { ...opened, residentId: residents.li, on: '2026-03-02' })
  await assigned(api.db, { incidentId, personId: persons.wang, role: 'steward', now })
  await api.db.run(sql`
    insert into telling (community_id, incident_id, person_id, purpose, stage, due_at, created_at, origin)
    values (${communityId}, ${incidentId}, ${persons.wang}, 'alarm', 'alarm', ${at(now)}, ${at(now)}, 'demo')`)
  await api.db.run(sql`
    insert into condition (community_id, home_id, kind, stage, state, since, last_at, evidence, incident_id, origin)
    values (
      ${communityId}, ${homes.li}, 'missed', 'alarm', 'unacknowledged', ${at(now)}, ${at(now)}, '{}', ${incidentId}, 'demo'
    )`)
  expect((await zhao('demoDeadline', { body: { dueInMs: 60_000 } })).status).toBe(200)
  expect(await counted()).toEqual({ checkIns: 0, incidents: 0 })
  const view = (await zhao('desk', { params: { id: communityId } })).body
  expect(view).toMatchObject({ incidents: [], ledger: { counts: { notYetDue: 4 } } })
})

test('safety 17: what is real stays, also in a home that is shown in the demo', async () => {
  await begin('2026-03-02T15:00:00+08:00')
  const { homes, communityId } = api.cast
  const id = await openIncident(api.db, { communityId, homeId: homes.li, kind: 'co', now: api.clock.now() })
  await zhao('demoDeadline', { body: { dueInMs: 60_000 } })
  expect(await zhao('incident', { params: { id } })).toMatchObject({ status: 200, body: { state: 'open' } })
})

test('only those who are named are moved; who is not of a demo community cannot be', async () => {
  await begin('2026-03-02T15:00:00+08:00')
  const { residents } = api.cast
  const before = await pactOf(residents.he)
  await zhao('demoDeadline', { body: { dueInMs: 60_000, residentIds: [residents.li, residents.sun] } })
  expect((await pactOf(residents.li)).dueOn).toBe('2026-03-02')
  expect(await pactOf(residents.he)).toEqual(before)
  const lin = await api.as('lin')
  const other = await lin('demoDeadline', { body: { dueInMs: 60_000, residentIds: [residents.sun] } })
  expect(other.status).toBe(404)
})

test('the story and the testers buttons go to the simulators', async () => {
  await begin('2026-03-02T15:00:00+08:00')
  const homeId = api.cast.homes.li
  await api.nobody('beginStory', { body: { again: true } })
  await api.nobody('setAutoplay', { body: { autoplay: false } })
  await zhao('testerAct', { body: { homeId, act: 'co' } })
  await zhao('testerScenario', { body: { name: 'sos', speed: 10 } })
  expect(heard).toEqual([
    { autoplay: true, again: true },
    { autoplay: false },
    { homeId, act: 'co' },
    { name: 'sos', speed: 10 },
  ])
  expect((await zhao('testerScenario', { body: { name: 'no-such-thing' } })).status).toBe(404)
  const sun = { homeId: api.cast.homes.sun, act: 'co' as const }
  expect((await (await api.as('lin'))('testerAct', { body: sun })).status, 'a real home').toBe(404)
})
