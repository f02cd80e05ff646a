import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ResidentPage } from '#contract/account.ts'
import { at, sql } from '#db/sql.ts'
import { assigned, createTestApi, monday, openIncident, type Caller, type TestApi } from '#testing/api.ts'
import { pressed, rolledOn } from '#testing/mornings.ts'

let api: TestApi
let li: Caller
beforeEach(async () => {
  api = await createTestApi()
  li = api.asResident(api.cast.links.li)
})
afterEach(() => api.close())

const today = '2026-03-02'
const clock = (time: string, on = today) => Date.parse(`${on}T${time}:00+08:00`)
const page = async (caller = li) => (await caller('residentPage')).body as ResidentPage
const open = (kind: 'co' | 'gas' | 'smoke' | 'sos' | 'missed' | 'device', origin = 'live') =>
  openIncident(api.db, {
    communityId: api.cast.communityId,
    homeId: api.cast.homes.li,
    kind,
    origin,
    now: monday,
  })

test('she is greeted by name and sees until when she is waited for', async () => {
  expect(await page()).toEqual({
    greeting: '李奶奶',
    zone: 'Asia/Shanghai',
    now: monday,
    checkedInAt: null,
    dueAt: clock('08:00'),
    help: null,
    notice: null,
    origin: 'live',
  })
})

test('a link that is not known, or cut short, opens nothing', async () => {
  for (const link of ['', 'short', 'x'.repeat(22), `${api.cast.links.li}x`]) {
    const answer = await api.asResident(link)('residentPage')
    expect([answer.status, answer.body]).toMatchObject([401, { code: 'not_signed_in' }])
  }
})

test('what she presses goes the way of her button, with its own id', async () => {
  const { li: id } = api.cast.residents
  await li('residentCheckIn', { body: { id: 'web-1' } })
  await li('residentSos', { body: { id: 'web-2' } })
  expect(api.signs).toEqual([`checkIn ${id} web-1`, `sos ${id} web-2`])
})

test('the tick stays for the day, also after the pact has rolled on, and is gone tomorrow', async () => {
  await pressed(api.db, { residentId: api.cast.residents.li, at: clock('07:31'), on: today, via: 'web' })
  expect((await page()).checkedInAt).toBe(clock('07:31'))
  await api.clock.moveTo(clock('21:00'))
  await rolledOn(api.db, clock('08:00'))
  expect(await page()).toMatchObject({ checkedInAt: clock('07:31'), dueAt: clock('08:00', '2026-03-03') })
  await api.clock.moveTo(clock('05:00', '2026-03-03'))
  expect((await page()).checkedInAt).toBeNull()
})

test('吴爷爷 has pressed; the page of 郑奶奶, who lives with him, still asks her (safety 7)', async () => {
  await pressed(api.db, { residentId: api.cast.residents.wu, at: clock('07:00'), on: today })
  expect((await page(api.asResident(api.cast.links.wu))).checkedInAt).toBe(clock('07:00'))
  expect((await page(api.asResident(api.cast.links.zheng))).checkedInAt).toBeNull()
})

test('after an SOS she sees that it was heard, who has it, and that somebody is on the way', async () => {
  const { persons } = api.cast
  const incidentId = await open('sos')
  expect((await page()).help).toEqual({ openedAt: monday, acknowledgedBy: null, enRoute: false })
  await assigned(api.db, { incidentId, personId: persons.wang, role: 'steward', now: monday })
  await api.db.run(sql`
    update incident
    set acknowledged_by = ${persons.wang}, acknowledged_at = ${at(monday)}
    where id = ${incidentId}`)
  expect((await page()).help).toEqual({ openedAt: monday, acknowledgedBy: '王红', enRoute: false })
  await api.db.run(sql`update assignment set state = 'enRoute'`)
  expect(await page()).toMatchObject({ help: { enRoute: true }, notice: 'coming' })
})

test('safety 14: gas makes her tablet silent, whatever else is the matter', async () => {
  await open('co')
  expect((await page()).notice).toBe('co')
  await open('gas')
  expect((await page()).notice).toBe('gas')
})

test('safety 17: a drill, and trouble with equipment, are not hers to see', async () => {
  await open('co', 'drill')
  await open('device')
  expect(await page()).toMatchObject({ help: null, notice: null })
})
