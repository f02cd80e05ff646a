import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sql } from '#db/sql.ts'
import { createTestApi, type TestApi } from '#testing/api.ts'
import { mayDesk } from './scope.ts'

let api: TestApi
beforeEach(async () => {
  api = await createTestApi({ empty: true })
})
afterEach(() => api.close())

const body = {
  login: 'liu.min',
  name: '刘敏',
  password: 'a-long-password',
  community: '东苑',
  zone: 'Asia/Shanghai',
}
const Count = Type.Object({ people: Type.Integer(), communities: Type.Integer() })
const counted = () =>
  api.db.one(
    Count,
    sql`
      select (select count(*) from person) as people,
        (select count(*) from area where kind = 'community') as communities`,
  )

test('the first account of an empty system gets a community, is at its desk and on duty', async () => {
  const answer = await api.nobody('firstRun', { body })
  expect(answer.status).toBe(200)
  expect(answer.body).toMatchObject({ name: '刘敏', home: 'desk', roles: ['admin', 'desk'] })
  expect(answer.headers['set-cookie']).toMatch(/^cp_session=/)
  const { communities, id } = answer.body as { communities: { id: number; name: string }[]; id: number }
  const communityId = communities[0]?.id ?? 0
  expect(communities).toMatchObject([{ name: '东苑', zone: 'Asia/Shanghai', origin: 'live' }])
  expect(await mayDesk(api.db, id, communityId)).toBe(true)
  const Installed = Type.Object({ mode: Type.String(), bytes: Type.Integer(), duty: Type.Integer() })
  const installed = await api.db.one(
    Installed,
    sql`
      select mode, length(server_secret) as bytes,
        (select count(*) from on_duty where community_id = ${communityId}) as duty
      from installation`,
  )
  expect(installed).toEqual({ mode: 'real', bytes: 32, duty: 1 })
})

test('the new desk opens at once, with nobody in it yet', async () => {
  const first = await api.nobody('firstRun', { body })
  const cookie = String(first.headers['set-cookie']).split(';')[0] ?? ''
  const { communities } = first.body as { communities: { id: number }[] }
  const url = `/api/communities/${communities[0]?.id}/desk`
  const desk = await api.app.inject({ url, headers: { cookie } })
  expect(desk.statusCode).toBe(200)
  expect(desk.json()).toMatchObject({ homes: [], incidents: [], ledger: { total: 0 }, cursor: { seq: 0 } })
  expect(desk.json().staff).toMatchObject([{ name: '刘敏', role: 'desk', onDuty: true }])
})

test('two first accounts at once: one is first, the other is told to sign in', async () => {
  const answers = await Promise.all(
    ['one', 'two', 'three'].map((login) => api.nobody('firstRun', { body: { ...body, login } })),
  )
  expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '409', '409'])
  expect(await counted()).toEqual({ people: 1, communities: 1 })
})

test('what cannot be used is refused and leaves nothing behind', async () => {
  const wrong = [
    { ...body, zone: 'Nowhere/Atlantis' },
    { ...body, zone: '+08:00' },
    { ...body, password: 'short' },
    { ...body, login: 'Has Spaces' },
  ]
  for (const one of wrong) expect((await api.nobody('firstRun', { body: one })).status).toBe(400)
  expect(await counted()).toEqual({ people: 0, communities: 0 })
})
