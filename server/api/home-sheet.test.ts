import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { HomeSheet } from '#contract/community.ts'
import { at, sql } from '#db/sql.ts'
import { addDays } from '#domain/calendar-day.ts'
import { createTestApi, monday, openIncident, type Caller, type TestApi } from '#testing/api.ts'
import { heard, pressed, rolledOn } from '#testing/mornings.ts'

let api: TestApi
let zhao: Caller
beforeEach(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
})
afterEach(() => api.close())

const clock = (on: string, time: string) => Date.parse(`${on}T${time}:00+08:00`)
const sheet = async (home: 'li' | 'couple' = 'li') =>
  (await zhao('home', { params: { id: api.cast.homes[home] } })).body as HomeSheet

test('the sheet has what a responder needs: door, people, key, numbers, devices', async () => {
  const found = await sheet()
  expect(found.tile).toMatchObject({ label: '3-2-501', floor: 5, unit: 2 })
  expect(found.plan).toMatchObject({ outsideValve: '门外左侧管井', authorityToEnter: true })
  expect(found.residents).toMatchObject([{ greeting: '李奶奶', tier: 'key', deadline: '08:00', file: {} }])
  expect(found.paired.map((one) => `${one.role} ${one.name} ${one.holdsKey}`)).toEqual([
    'steward 王红 false',
    'backup 张伟 false',
    'neighbour 周阿姨 true',
    'emergencyContact 李梅 false',
  ])
  expect(found.devices.map(({ serial }) => serial)).toEqual(['li-button', 'li-co-1', 'li-gas-1'])
  expect(JSON.stringify(found)).not.toMatch(/hash|secret/i)
})

test('safety 17: the number of an invented person cannot be dialled', async () => {
  await api.db.run(sql`update person set origin = 'demo' where id = ${api.cast.persons.wang}`)
  const dialable = (await sheet()).paired.map((one) => `${one.name} ${one.dialable}`)
  expect(dialable).toContain('王红 false')
  expect(dialable).toContain('张伟 true')
})

test('every look at a file is written down: who, whose, when', async () => {
  await sheet('couple')
  const Look = Type.Object({ personId: Type.Integer(), residentId: Type.Integer(), at: Type.Integer() })
  const looks = await api.db.many(
    Look,
    sql`
      select person_id, resident_id, at
      from audit
      where what = 'looked'
      order by resident_id`,
  )
  const { zhao: personId } = api.cast.persons
  const { wu, zheng } = api.cast.residents
  expect(looks).toEqual([
    { personId, residentId: wu, at: monday },
    { personId, residentId: zheng, at: monday },
  ])
})

test('a device is silent after its deadline, and never because it has not begun', async () => {
  await heard(api.db, 'li-button', { heardAt: monday - 1000, silentAt: monday + 1000 })
  await heard(api.db, 'li-co-1', { heardAt: monday - 1000, silentAt: monday - 1 })
  const silent = (await sheet()).devices.map((device) => `${device.serial} ${device.silent}`)
  expect(silent).toEqual(['li-button false', 'li-co-1 true', 'li-gas-1 false'])
})

test('what a device counted and never came is shown, until it comes late; a restart that counts from 1 is no gap', async () => {
  const came = (boot: string, ...seqs: number[]) =>
    api.db.run(sql`
      insert into message (device_id, id, kind, boot, seq, received_at, origin)
      select d.id, ${boot} || seq, 'heartbeat', ${boot}, seq, ${at(monday)}, 'live'
      from device d, unnest(${seqs}::bigint[]) as seq
      where d.serial = 'li-button'`)
  const missing = async () => (await sheet()).devices[0]?.missing
  await came('first', 1, 2, 5, 7)
  await came('second', 1, 2)
  expect(await missing()).toBe(3)
  await came('first', 4)
  expect(await missing()).toBe(2)
  await api.db.run(sql`update message set received_at = ${at(monday - 25 * 3_600_000)}`)
  expect(await missing()).toBe(0)
})

test('the last sign is the latest of any kind', async () => {
  const { communityId, homes, residents } = api.cast
  expect((await sheet()).lastSign).toBeNull()
  await pressed(api.db, { residentId: residents.li, at: monday - 5000, on: '2026-03-02' })
  expect((await sheet()).lastSign).toEqual({ at: monday - 5000, what: 'checkIn' })
  await api.db.run(sql`
    insert into sign (at, community_id, home_id, what, indoors, received_at, time_source, origin)
    values (${at(monday - 1000)}, ${communityId}, ${homes.li}, 'water', true, ${at(monday)}, 'device', 'live')`)
  expect((await sheet()).lastSign).toEqual({ at: monday - 1000, what: 'water' })
})

test('five weeks of mornings stand in the calendar, each as it was', async () => {
  const { residents, homes, communityId } = api.cast
  const li = residents.li
  await pressed(api.db, { residentId: li, at: clock('2026-02-26', '06:40'), on: '2026-02-26' })
  await pressed(api.db, { residentId: li, at: clock('2026-02-27', '08:20'), on: '2026-02-27', late: true })
  await openIncident(api.db, {
    communityId,
    homeId: homes.li,
    residentId: li,
    kind: 'missed',
    on: '2026-02-28',
    now: clock('2026-02-28', '08:00'),
  })
  await api.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (${communityId}, ${li}, '2026-03-01', '2026-03-02', '医院', '女儿', '1', ${at(monday)})`)
  const { calendar } = (await sheet()).residents[0] ?? { calendar: [] }
  expect(calendar).toHaveLength(35)
  expect(calendar.slice(-6).map(({ on, place }) => `${on} ${place}`)).toEqual([
    '2026-02-25 none',
    '2026-02-26 pressed',
    '2026-02-27 late',
    '2026-02-28 missed',
    '2026-03-01 excused',
    '2026-03-02 none',
  ])
})

test('the calendar begins with the day of enrolment', async () => {
  await api.db.run(sql`update resident set enrolled_on = '2026-03-01'`)
  const { calendar } = (await sheet()).residents[0] ?? { calendar: [] }
  expect(calendar.map(({ on }) => on)).toEqual(['2026-03-01', '2026-03-02'])
})

test('the sheet lists the incidents of the home, the closed ones too', async () => {
  const { homes, communityId, persons } = api.cast
  const id = await openIncident(api.db, { communityId, homeId: homes.li, kind: 'co', now: monday })
  await api.db.run(sql`
    update incident
    set state = 'closed', outcome = 'cooking', handled_by = ${persons.zhao}, closed_at = ${at(monday)}
    where id = ${id}`)
  await rolledOn(api.db, monday)
  expect((await sheet()).incidents).toMatchObject([{ id, state: 'closed', outcome: 'cooking' }])
})

test('a home says what nobody watches, in the window whatever is drawn, and what is doubtful about a detector', async () => {
  await heard(api.db, 'li-button', { heardAt: monday - 100_000, silentAt: null })
  await heard(api.db, 'li-co-1', { heardAt: monday, silentAt: monday + 100_000 })
  await heard(api.db, 'li-gas-1', { heardAt: monday, silentAt: monday + 100_000 })
  expect((await sheet()).tile).toMatchObject({ state: 'blind', blind: true, unprotected: [] })
  await api.db.run(sql`update device set flags = '{"warmup": true}' where serial = 'li-co-1'`)
  await api.db.run(sql`
    insert into reading (at, device_id, kind, value, received_at, home_id, community_id, flags, time_source, origin)
    select ${at(monday - 60_000)}, id, 'co', 12, ${at(monday)}, home_id, community_id, 65, 'server', 'live'
    from device
    where serial = 'li-co-1'`)
  const { tile, devices } = await sheet()
  expect(tile.unprotected).toEqual(['co'])
  expect(devices.map(({ doubts }) => doubts)).toEqual([[], ['clamped', 'warmup'], []])
  await api.db.run(sql`update home set plan = plan || '{"dangers": ["gas", "co"]}' where label = '3-2-601'`)
  expect((await sheet('couple')).tile.unprotected).toEqual(['co', 'gas'])
})

test('how she is, and what her mornings say, are an observation beside the calendar', async () => {
  const { li } = api.cast.residents
  expect((await sheet()).residents[0]?.wellbeing).toEqual({ now: 'notDue', habit: null })
  for (let day = 1; day <= 20; day += 1) {
    const on = addDays('2026-03-02', -day)
    await pressed(api.db, { residentId: li, at: clock(on, day <= 14 ? '07:10' : '06:30'), on, late: true })
  }
  await api.db.run(sql`update resident set enrolled_on = '2026-01-05' where id = ${li}`)
  expect((await sheet()).residents[0]?.wellbeing).toEqual({
    now: 'notDue',
    habit: { usual: '07:10', laterByMin: 40, days: 14, byOthers: 0, silent: 0 },
  })
  const sos = {
    communityId: api.cast.communityId,
    homeId: api.cast.homes.li,
    kind: 'sos' as const,
    now: monday,
  }
  await openIncident(api.db, sos)
  expect((await sheet()).residents[0]?.wellbeing.now).toBe('notWell')
})
