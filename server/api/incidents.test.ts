import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IncidentCard, Job } from '#contract/incident.ts'
import { assigned, createTestApi, monday, openIncident, type Caller, type TestApi } from '#testing/api.ts'

let api: TestApi
let zhao: Caller
let wang: Caller
let id: number
beforeEach(async () => {
  api = await createTestApi()
  zhao = await api.as('zhao')
  wang = await api.as('wang')
  const { communityId, homes, residents, persons } = api.cast
  id = await openIncident(api.db, {
    communityId,
    homeId: homes.li,
    residentId: residents.li,
    kind: 'missed',
    evidence: { silence: 'missed' },
    on: '2026-03-02',
    now: monday,
  })
  await assigned(api.db, { incidentId: id, personId: persons.wang, role: 'steward', now: monday })
})
afterEach(() => api.close())

const respond = (caller: Caller, act: 'acknowledge' | 'depart' | 'arrive' | 'find', rest: object = {}) =>
  caller('respond', { params: { id }, body: { act, ...rest } })

test('a steward goes from 收到 to the outcome, and each answer is the card as it is now', async () => {
  const stateAfter = async (act: 'acknowledge' | 'depart' | 'arrive') =>
    ((await respond(wang, act)).body as IncidentCard).assignments[0]?.state
  expect(await stateAfter('acknowledge')).toBe('acknowledged')
  expect(await stateAfter('depart')).toBe('enRoute')
  expect(await stateAfter('arrive')).toBe('onScene')
  const closed = await wang('close', { params: { id }, body: { outcome: 'fall_hospital', note: '已送医' } })
  expect(closed.body).toMatchObject({ state: 'handled', outcome: 'fall_hospital', handledBy: '王红' })
  const back = await zhao('checkBack', { params: { id }, body: {} })
  expect(back.body).toMatchObject({ state: 'closed' })
})

test('two who act at once: one wins, the other is told who was first', async () => {
  const { persons } = api.cast
  await assigned(api.db, { incidentId: id, personId: persons.zhang, role: 'backup', now: monday })
  const zhang = await api.as('zhang')
  const answers = await Promise.all([respond(wang, 'acknowledge'), respond(zhang, 'acknowledge')])
  expect(answers.map(({ status }) => String(status)).sort()).toEqual(['200', '409'])
  const loser = answers.find(({ status }) => status === 409)?.body as { code: string; by: string; zh: string }
  expect(loser.code).toBe('somebody_was_first')
  expect(['王红', '张伟']).toContain(loser.by)
  expect(loser.zh).toContain(loser.by)
})

test('a step that the state does not allow is refused and changes nothing', async () => {
  expect(await respond(wang, 'find', { finding: 'answered' })).toMatchObject({
    status: 409,
    body: { code: 'not_allowed_now' },
  })
  expect((await respond(wang, 'find')).body).toMatchObject({ code: 'bad_request' })
})

test('somebody of another community cannot be sent: it would show them the home', async () => {
  const answer = await zhao('assign', { params: { id }, body: { personId: api.cast.persons.chen } })
  expect(answer).toMatchObject({ status: 400, body: { code: 'bad_request' } })
  const sent = await zhao('assign', { params: { id }, body: { personId: api.cast.persons.zhang } })
  expect((sent.body as IncidentCard).assignments.map(({ personName }) => personName)).toContain('张伟')
})

test('my jobs are mine: 王红 has hers, 张伟 has none', async () => {
  const jobs = (await wang('jobs')).body as { asOf: number; jobs: Job[] }
  expect(jobs).toMatchObject({ asOf: monday, jobs: [{ incident: { id, homeLabel: '3-2-501' } }] })
  expect((await (await api.as('zhang'))('jobs')).body).toMatchObject({ jobs: [] })
})

test('a note and a call stand on the timeline with who wrote them', async () => {
  await wang('note', { params: { id }, body: { text: '门口的报纸没取' } })
  await zhao('logCall', { params: { id }, body: { to: '女儿', answered: false } })
  const timeline = (await zhao('timeline', { params: { id } })).body
  expect(timeline).toMatchObject([
    { what: 'note', actor: '王红', detail: { text: '门口的报纸没取' } },
    { what: 'call', actor: '赵敏', detail: { to: '女儿', answered: false } },
  ])
})
