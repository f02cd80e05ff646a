import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IncidentCard } from '#contract/incident.ts'
import { LocalDate, orNull } from '#contract/primitives.ts'
import { sql } from '#db/sql.ts'
import { createTestApi, openIncident, type Caller, type TestApi } from '#testing/api.ts'
import { rolledOn } from '#testing/mornings.ts'

let api: TestApi
let zhao: Caller
beforeEach(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
})
afterEach(() => api.close())

const today = '2026-03-02'
const clock = (time: string, on = today) => Date.parse(`${on}T${time}:00+08:00`)
const seen = { seenOrSpoken: 'seen', place: '菜市场', via: 'visit' } as const
const give = (
  id: number,
  body: { seenOrSpoken: 'seen' | 'spoken'; place: string; via: 'phone' | 'visit' | 'proxy' },
) => zhao('proxyCheckIn', { params: { id }, body })

const CheckIn = Type.Object({
  residentId: Type.Integer(),
  via: Type.String(),
  on: orNull(LocalDate),
  late: Type.Boolean(),
  givenBy: Type.Integer(),
  seenOrSpoken: Type.String(),
  place: Type.String(),
})
const checkIns = () =>
  api.db.many(
    CheckIn,
    sql`
      select resident_id, via, "on", late, given_by, seen_or_spoken, place
      from check_in
      order by id`,
  )
const covered = async (residentId: number) => {
  const { coveredAt } = await api.db.one(
    Type.Object({ coveredAt: orNull(Type.Integer()) }),
    sql`select covered_at from pact where resident_id = ${residentId}`,
  )
  return coveredAt
}

test('safety 7: it says who answers, seen or spoken with, and where', async () => {
  const { residents, persons } = api.cast
  expect((await give(residents.li, seen)).status).toBe(200)
  expect(await checkIns()).toEqual([
    {
      residentId: residents.li,
      via: 'visit',
      on: today,
      late: false,
      givenBy: persons.zhao,
      seenOrSpoken: 'seen',
      place: '菜市场',
    },
  ])
  expect(await covered(residents.li)).toBe(clock('07:30'))
})

test('safety 7: without a place, or by hearsay, nobody is answered for', async () => {
  const { residents } = api.cast
  const zhaoLoose = zhao as (name: 'proxyCheckIn', input: unknown) => ReturnType<Caller>
  for (const body of [
    { ...seen, place: '' },
    { ...seen, place: '   ' },
    { seenOrSpoken: 'sure', place: '电话', via: 'phone' },
    { place: '电话', via: 'phone' },
  ])
    expect((await zhaoLoose('proxyCheckIn', { params: { id: residents.li }, body })).status).toBe(400)
  expect(await checkIns()).toEqual([])
  expect(await covered(residents.li)).toBeNull()
})

test('safety 7: answering for 吴爷爷 does not answer for 郑奶奶, who lives with him', async () => {
  const { residents } = api.cast
  await give(residents.wu, seen)
  expect(await covered(residents.wu)).not.toBeNull()
  expect(await covered(residents.zheng)).toBeNull()
})

test('while she is being looked for, it stands on the card and its timeline, and a human still closes', async () => {
  const { residents, homes, communityId, persons } = api.cast
  await api.clock.moveTo(clock('08:12'))
  await rolledOn(api.db, clock('08:00'))
  const id = await openIncident(api.db, {
    communityId,
    homeId: homes.li,
    residentId: residents.li,
    kind: 'missed',
    evidence: { silence: 'missed', dueAt: clock('08:00') },
    on: today,
    now: clock('08:00'),
  })
  await api.db.run(sql`
    update incident
    set pact_id = (select id from pact where resident_id = ${residents.li})
    where id = ${id}`)
  await give(residents.li, { seenOrSpoken: 'spoken', place: '她女儿家，电话', via: 'phone' })
  const card = (await zhao('incident', { params: { id } })).body as IncidentCard
  expect(card.state).toBe('open')
  expect(card.evidence.lateCheckInAt).toBe(clock('08:12'))
  const told = (await zhao('timeline', { params: { id } })).body
  expect(told).toMatchObject([
    { what: 'proxyCheckIn', actor: '赵敏', detail: { via: 'phone', seenOrSpoken: 'spoken' } },
  ])
  expect(await checkIns()).toMatchObject([{ on: today, late: true, givenBy: persons.zhao }])
  expect(await covered(residents.li), 'tomorrow is not covered by today').toBeNull()
})

test('after a search that was closed it still counts for today, once', async () => {
  const { residents } = api.cast
  await api.clock.moveTo(clock('09:00'))
  await rolledOn(api.db, clock('08:00'))
  await give(residents.li, seen)
  await give(residents.li, seen)
  expect(await checkIns()).toMatchObject([
    { on: today, late: true },
    { on: null, late: false },
  ])
})

test('in the night, before her time has begun, it covers no morning', async () => {
  const { residents } = api.cast
  await rolledOn(api.db, clock('08:00'))
  await api.clock.moveTo(clock('01:00', '2026-03-03'))
  const before = await covered(residents.li)
  await give(residents.li, seen)
  expect(await covered(residents.li)).toBe(before)
})

test('it is written down who did it, and the desk hears of the change', async () => {
  const { residents, homes, communityId, persons } = api.cast
  await give(residents.li, seen)
  const Audit = Type.Object({ personId: Type.Integer(), what: Type.String(), residentId: Type.Integer() })
  const audit = await api.db.many(Audit, sql`select person_id, what, resident_id from audit`)
  expect(audit).toEqual([{ personId: persons.zhao, what: 'proxyCheckIn', residentId: residents.li }])
  const Event = Type.Object({ kind: Type.String(), refId: Type.Integer() })
  const events = await api.db.many(Event, sql`select kind, ref_id from event_log order by seq`)
  expect(events).toEqual([
    { kind: 'home', refId: homes.li },
    { kind: 'ledger', refId: communityId },
  ])
})
