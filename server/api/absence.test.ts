import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AbsenceView, HomeSheet, HomeTile } from '#contract/community.ts'
import { sql } from '#db/sql.ts'
import { createTestApi, openIncident, type Caller, type TestApi } from '#testing/api.ts'

let api: TestApi
let zhao: Caller
beforeEach(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
})
afterEach(() => api.close())

const said = { place: '上海女儿家', companion: '女儿李梅', phone: '13900001111' }
const declare = (fromOn: string, untilOn: string, rest: object = {}) =>
  zhao('declareAbsence', {
    params: { id: api.cast.residents.li },
    body: { fromOn, untilOn, ...said, ...rest },
  })
const stateOfLi = async () => {
  const query = { ids: String(api.cast.homes.li) }
  const answer = await zhao('tiles', { params: { id: api.cast.communityId }, query })
  return (answer.body as { homes: HomeTile[] }).homes[0]?.state
}
const moveTo = (day: string) => api.clock.moveTo(Date.parse(`${day}T07:30:00+08:00`))
const Count = Type.Object({ count: Type.Integer() })
const written = async () => (await api.db.one(Count, sql`select count(*) as count from absence`)).count

test('safety 10: an absence names place, companion and number', async () => {
  const answer = await declare('2026-03-03', '2026-03-10')
  expect(answer).toMatchObject({
    status: 200,
    body: { fromOn: '2026-03-03', untilOn: '2026-03-10', ...said },
  })
  for (const missing of [{ place: ' ' }, { companion: '' }, { phone: ' ' }])
    expect((await declare('2026-03-20', '2026-03-21', missing)).status).toBe(400)
  expect(await written()).toBe(1)
})

test('safety 10: it lasts at most 14 days', async () => {
  expect((await declare('2026-03-03', '2026-03-18')).body).toMatchObject({ code: 'bad_request' })
  expect((await declare('2026-03-03', '2026-03-17')).status).toBe(200)
})

test('safety 10: one absence straight after another needs another call', async () => {
  await declare('2026-03-03', '2026-03-17')
  expect((await declare('2026-03-17', '2026-03-31')).body).toMatchObject({ code: 'not_allowed_now' })
  await moveTo('2026-03-16')
  expect((await declare('2026-03-17', '2026-03-31')).body).toMatchObject({ code: 'not_allowed_now' })
  expect((await declare('2026-03-17', '2026-03-30')).status).toBe(200)
})

test('safety 10: the first morning home is looked after', async () => {
  await declare('2026-03-02', '2026-03-04')
  expect(await stateOfLi()).toBe('unprotected')
  await moveTo('2026-03-03')
  expect((await zhao('ledger', { params: { id: api.cast.communityId }, query: {} })).body).toMatchObject({
    counts: { excused: 1 },
  })
  await moveTo('2026-03-04')
  expect((await zhao('ledger', { params: { id: api.cast.communityId }, query: {} })).body).toMatchObject({
    counts: { excused: 0 },
  })
})

test('safety 10: being away hides no danger in her home', async () => {
  await declare('2026-03-02', '2026-03-04')
  const { communityId, homes } = api.cast
  await openIncident(api.db, { communityId, homeId: homes.li, kind: 'gas', now: api.clock.now() })
  expect(await stateOfLi()).toBe('hazard')
})

test('days that overlap, lie in the past, run backwards or do not exist are refused', async () => {
  await declare('2026-03-05', '2026-03-08')
  expect((await declare('2026-03-07', '2026-03-09')).status).toBe(409)
  expect((await declare('2026-03-01', '2026-03-03')).status).toBe(400)
  expect((await declare('2026-03-12', '2026-03-11')).status).toBe(400)
  expect((await declare('2026-02-30', '2026-03-03')).status).toBe(400)
  expect(await written()).toBe(1)
})

test('two who declare at once write one absence', async () => {
  const answers = await Promise.all([
    declare('2026-03-05', '2026-03-08'),
    declare('2026-03-05', '2026-03-08'),
  ])
  expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '409'])
})

test('back early: the absence ends once, and the next one may begin', async () => {
  const { id } = (await declare('2026-03-02', '2026-03-10')).body as AbsenceView
  expect((await zhao('endAbsence', { params: { id } })).status).toBe(200)
  expect((await zhao('endAbsence', { params: { id } })).status).toBe(409)
  expect(await stateOfLi()).toBe('notDue')
  expect((await declare('2026-03-02', '2026-03-04')).status).toBe(200)
})

test('the sheet shows where she is and on which number', async () => {
  await declare('2026-03-02', '2026-03-10')
  const sheet = (await zhao('home', { params: { id: api.cast.homes.li } })).body as HomeSheet
  expect(sheet.residents[0]?.absence).toMatchObject(said)
})
