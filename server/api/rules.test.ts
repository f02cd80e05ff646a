import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RulesView } from '#contract/rule-layers.ts'
import type { Trial } from '#contract/rule-trial.ts'
import { createTestApi } from '#testing/api.ts'
import { ruleBook } from '../rules/rule-book.ts'
import { sql } from '#db/sql.ts'

let api: Awaited<ReturnType<typeof createTestApi>>
beforeAll(async () => void (api = await createTestApi()))
afterAll(() => api.close())

const params = () => ({ id: api.cast.communityId })
const lineOf = ({ lines }: RulesView, name: string) => lines.find((line) => line.name === name)

test('before anybody has changed anything every rule is its default, and says where that comes from', async () => {
  const zhao = await api.as('zhao')
  const { body } = await zhao('rules', { params: params(), query: {} })
  const view = body as RulesView
  expect(view).toMatchObject({ version: 0, scope: 'community', history: [], homes: [] })
  expect(lineOf(view, 'stewardAfterMin')).toMatchObject({ value: 15, inherited: 15, from: 0, to: 15 })
  expect(view.lines.every(({ zh, en, source }) => zh.includes('{}') || (en && source))).toBe(true)
})

test('a change of the community reaches its tiers and homes; a home has the last word; all of it has a name and a reason', async () => {
  const zhao = await api.as('zhao')
  const save = (scope: string, change: object, version: number) =>
    zhao('saveRules', { params: params(), body: { scope, change, version, note: '试一试' } })
  await save('community', { ladder: { tries: 2 } }, 0)
  const home = `home-${api.cast.homes.li}`
  const { body } = await save(home, { ladder: { tries: 4 } }, 1)
  const view = body as RulesView
  expect(lineOf(view, 'tries')).toMatchObject({ value: 4, inherited: 2 })
  expect(view).toMatchObject({ version: 2, homes: [{ homeId: api.cast.homes.li, label: '3-2-501' }] })
  expect(view.history.map(({ version, note, createdBy }) => `${version} ${note} ${createdBy}`)).toEqual([
    '2 试一试 赵敏',
    '1 试一试 赵敏',
  ])
  const back = (await save(home, {}, 2)).body as RulesView
  expect(lineOf(back, 'tries')).toMatchObject({ value: 2, inherited: 2 })
  expect(back.homes).toEqual([])
})

test('of two who change the same version one is told who was first, and nothing of theirs is kept', async () => {
  const [zhao, zhou] = [await api.as('zhao'), await api.as('lin')]
  const { version } = (await zhao('rules', { params: params(), query: {} })).body as RulesView
  const body = { scope: 'general', change: { ladder: { tries: 5 } }, version, note: '多打几次' }
  const [first, second] = [
    await zhao('saveRules', { params: params(), body }),
    await zhou('saveRules', { params: params(), body }),
  ]
  expect(first.status).toBe(200)
  expect(second).toMatchObject({ status: 409, body: { code: 'somebody_was_first', by: '赵敏' } })
  expect((await ruleBook(api.db, api.cast.communityId)).version).toBe(version + 1)
})

test('what safety does not allow is refused, and for high risk no layer loosens it', async () => {
  const zhao = await api.as('zhao')
  const { version } = (await zhao('rules', { params: params(), query: {} })).body as RulesView
  const save = (scope: string, change: object) =>
    zhao('saveRules', { params: params(), body: { scope, change, version, note: '放宽' } })
  expect((await save('community', { silence: { secondDeadlineMin: 120 } })).status).toBe(400)
  expect((await save('community', { silence: { signWindowMin: 'long' } })).status).toBe(400)
  expect((await save('moon', {})).status).toBe(400)
  expect((await save('home-999999', {})).status).toBe(404)
  const { body } = await save('high', { ladder: { stewardAfterMin: 15 }, silence: { signSoftens: true } })
  expect(lineOf(body as RulesView, 'stewardAfterMin')).toMatchObject({ value: 5 })
  expect(lineOf(body as RulesView, 'signSoftens')).toMatchObject({ value: false })
})

test('a change that can no longer be read counts as none, and the others stay', async () => {
  const layers = { community: { ladder: { tries: 99 } }, tiers: { key: { ladder: { tries: 4 } } } }
  await api.db.run(sql`
    insert into rule_book (community_id, version, layers, note, created_at)
    values (${api.cast.communityId}, 1000, ${JSON.stringify(layers)}, 'old', to_timestamp(0))`)
  expect((await ruleBook(api.db, api.cast.communityId)).layers).toEqual({
    community: {},
    tiers: { high: {}, key: { ladder: { tries: 4 } }, general: {} },
    homes: {},
  })
})

const monday = Date.parse('2026-03-02T07:30:00+08:00')
const moved = { silence: { signSoftens: false } }

test('rules are tried on the last month before anybody saves them: what differs is said, and nothing is written', async () => {
  const { db, cast } = api
  await db.run(sql`
    insert into sign (at, community_id, home_id, what, indoors, received_at, time_source, origin)
    select at, ${cast.communityId}, ${cast.homes.li}, 'motion', true, at, 'server', 'live'
    from (select '2026-02-26 07:40+08'::timestamptz as at) as moved`)
  const zhao = await api.as('zhao')
  const before = await ruleBook(db, cast.communityId)
  const answer = await zhao('tryRules', { params: params(), body: { scope: 'community', change: moved } })
  expect(answer.status).toBe(200)
  const trial = answer.body as Trial
  expect(trial).toMatchObject({
    untilAt: monday,
    homes: 3,
    homesJudged: 3,
    added: [],
    dropped: [],
    missed: [],
  })
  const eight = Date.parse('2026-02-26T08:00:00+08:00')
  expect(trial.changed).toMatchObject([
    {
      homeLabel: '3-2-501',
      greeting: '李奶奶',
      kind: 'missed',
      before: { at: eight, stage: 'notice', worst: 'alarm', worstAt: eight + 3_600_000 },
      after: { at: eight, stage: 'alarm', worst: 'alarm' },
      evidence: { silence: 'missed' },
      outcome: null,
    },
  ])
  expect(await ruleBook(db, cast.communityId)).toEqual(before)
})

test('who may save may try; one at a time, within what safety allows, and not for homes elsewhere', async () => {
  const zhao = await api.as('zhao')
  const body = { scope: 'community', change: moved }
  // Whichever comes first waits for the absences that it reads until the other one has its answer.
  const both = await api.db.transaction(async (tx) => {
    await tx.run(sql`lock table absence in access exclusive mode`)
    const asked = [1, 2].map(() => zhao('tryRules', { params: params(), body }))
    const refused = await Promise.race(asked)
    expect(refused.body).toMatchObject({
      code: 'not_allowed_now',
      zh: expect.stringContaining('一次只能试一个'),
    })
    return asked
  })
  const statuses = (await Promise.all(both)).map(({ status }) => status)
  expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409])
  const asked = async (person: 'zhao' | 'wang' | 'chen', what: { scope: string; change: object }) =>
    (await (await api.as(person))('tryRules', { params: params(), body: what })).status
  expect(await asked('zhao', { scope: 'community', change: { silence: { secondDeadlineMin: 120 } } })).toBe(
    400,
  )
  expect(await asked('zhao', { scope: `home-${api.cast.homes.sun}`, change: moved })).toBe(404)
  expect(await asked('wang', body)).toBe(404)
  expect(await asked('chen', body)).toBe(404)
})
