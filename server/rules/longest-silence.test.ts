// Nobody is asked later than the longest silence allows; and whose rules say so: the community's, the tier's, the home's.
import { assert, asyncProperty, integer } from 'fast-check'
import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import type { RuleLayers } from '#contract/rule-layers.ts'
import { noChanges, rulesFor } from '#contract/rule-layers.ts'
import { at, json, sql } from '#db/sql.ts'
import { nextOccurrence } from '#domain/occurrence.ts'
import { withLongestSilence } from '#domain/silence.ts'
import type { Verdict } from '#domain/verdict.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { pressed } from '#testing/mornings.ts'
import { createRules, type Rules } from './rules.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
const t0 = Date.parse('2026-11-23T08:00:00+08:00')
const onTheDay = (time: string) => Date.parse(`2026-11-23T${time}+08:00`)
const log = { info: () => {}, warn: () => {}, error: () => {} }

let database: TestDatabase
let cast: Cast
let rules: Rules
let found: Verdict[]

beforeEach(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, t0 - 30 * minuteMs)
  // these stories are about people, not about devices
  await database.db.run(sql`
    update device
    set online = true, last_seen_at = ${at(t0)}, silent_at = ${at(t0 + 10 * dayMs)}`)
  found = []
  rules = createRules({
    db: database.db,
    clock: createFakeClock(t0),
    log,
    applyVerdicts: async (_tx, verdicts) => void found.push(...verdicts),
  })
})
afterEach(() => database.drop())

const Row = Type.Object({
  dueAt: Type.Integer(),
  remindAt: Type.Union([Type.Integer(), Type.Null()]),
  agreedAt: Type.Union([Type.Integer(), Type.Null()]),
})
const pactOf = (residentId: number) =>
  database.db.one(
    Row,
    sql`
      select due_at, remind_at, agreed_at
      from pact
      where resident_id = ${residentId}
        and edge = 'morning'`,
  )

const greets = (residentId: number, time: string) =>
  pressed(database.db, { residentId, at: onTheDay(time), on: '2026-11-23' })

/** Everybody else is out of the way. */
const only = (residentId: number) =>
  database.db.run(sql`update pact set paused = true where resident_id <> ${residentId}`)

const inForce = (change: Partial<RuleLayers>) =>
  database.db.run(sql`
    insert into rule_book (community_id, version, layers, note, created_at)
    values (${cast.communityId}, 1, ${json({ ...noChanges, ...change })}, '试', ${at(t0 - dayMs)})`)

test('after an early morning the next deadline comes 25 h 45 min later, and the agreed hour is kept beside it', async () => {
  const { li } = cast.residents
  await only(li)
  await greets(li, '05:12:40')
  await rules.judgeDeadlines(t0)
  const asked = onTheDay('05:12:00') + (25 * 60 + 45) * minuteMs
  expect(await pactOf(li)).toEqual({ dueAt: asked, remindAt: asked - 30 * minuteMs, agreedAt: t0 + dayMs })

  await rules.judgeDeadlines(asked)
  expect(found.map(({ kind, stage, evidence }) => ({ kind, stage, ...evidence }))).toMatchObject([
    { kind: 'missed', stage: 'alarm', silence: 'missed', task: 'longSilence', agreedAt: t0 + dayMs },
  ])
  expect(found[0]?.evidence.heardAt).toBe(onTheDay('05:12:40'))
})

test('a morning at the usual time moves nothing', async () => {
  const { li } = cast.residents
  await greets(li, '07:10:00')
  await rules.judgeDeadlines(t0)
  expect(await pactOf(li)).toEqual({
    dueAt: t0 + dayMs,
    remindAt: t0 + dayMs - 30 * minuteMs,
    agreedAt: null,
  })
})

test('a second press after the first one counts: nobody is asked at four in the morning', async () => {
  const { li } = cast.residents
  await greets(li, '03:05:00')
  await pressed(database.db, { residentId: li, at: onTheDay('07:30:00'), on: '2026-11-23', late: true })
  await rules.judgeDeadlines(t0)
  expect((await pactOf(li)).dueAt).toBe(t0 + dayMs)
})

test('whoever was heard since is asked later again, and is not missed', async () => {
  const { li } = cast.residents
  await only(li)
  await greets(li, '05:00:00')
  await rules.judgeDeadlines(t0)
  const early = onTheDay('06:45:00') + dayMs
  await pressed(database.db, { residentId: li, at: onTheDay('15:00:00'), on: '2026-11-23', late: true })
  await rules.judgeDeadlines(early)
  expect(found).toEqual([])
  expect(await pactOf(li)).toMatchObject({ dueAt: t0 + dayMs, agreedAt: null })

  await rules.judgeDeadlines(t0 + dayMs)
  expect(found.map(({ evidence }) => evidence.silence)).toEqual(['missed'])
  expect(found[0]?.evidence.task).toBeUndefined()
})

test('an evening half asks before that: the morning stays where it was agreed', async () => {
  const { li } = cast.residents
  await only(li)
  const evening = onTheDay('20:00:00')
  await database.db.run(sql`
    insert into pact (community_id, resident_id, home_id, edge, deadline, due_on, opens_at, due_at)
    values (
      ${cast.communityId}, ${li}, ${cast.homes.li}, 'evening', '20:00', '2026-11-23', ${at(evening - 8 * 60 * minuteMs)},
      ${at(evening)}
    )`)
  const id = await database.db.one(
    Type.Object({ id: Type.Integer() }),
    sql`
      insert into check_in (community_id, resident_id, home_id, at, received_at, time_source, via, origin)
      values (${cast.communityId}, ${li}, ${cast.homes.li}, ${at(onTheDay('05:00:00'))}, ${at(t0)}, 'device', 'button', 'live')
      returning id`,
  )
  await database.db.run(sql`
    update pact
    set covered_by = ${id.id}, covered_at = ${at(onTheDay('05:00:00'))}
    where resident_id = ${li}
      and edge = 'morning'`)
  await rules.judgeDeadlines(t0)
  expect(await pactOf(li)).toMatchObject({ dueAt: t0 + dayMs, agreedAt: null })
})

test('the last word on the longest silence and the reminder is the home’s, then the tier’s, then the community’s', async () => {
  const { li } = cast.residents
  await inForce({
    community: { silence: { remindBeforeMin: 60 } },
    tiers: { high: {}, key: {}, general: { silence: { longestSilenceMin: 1500 } } },
    homes: { [String(cast.homes.li)]: { silence: { remindBeforeMin: 20 } } },
  })
  await database.db.run(sql`update resident set tier = 'general'`)
  await greets(li, '06:30:00')
  const { wu } = cast.residents
  await greets(wu, '07:20:00')
  await rules.judgeDeadlines(t0)
  const asked = onTheDay('07:30:00') + dayMs
  expect(await pactOf(li)).toEqual({ dueAt: asked, remindAt: asked - 20 * minuteMs, agreedAt: t0 + dayMs })
  expect(await pactOf(wu)).toEqual({
    dueAt: t0 + dayMs,
    remindAt: t0 + dayMs - 60 * minuteMs,
    agreedAt: null,
  })
})

test('the row says what the domain says, whenever they pressed and whatever the rule', async () => {
  const { li } = cast.residents
  await only(li)
  const first = await pactOf(li)
  await assert(
    asyncProperty(
      integer({ min: 0, max: 5 * 3600 - 1 }),
      integer({ min: 1440, max: 1545 }),
      integer({ min: 5, max: 120 }),
      async (afterS, longestSilenceMin, remindBeforeMin) => {
        await database.db.run(sql`truncate rule_book`)
        await database.db.run(sql`delete from check_in`)
        await database.db.run(sql`
          update pact
          set due_on = '2026-11-23', due_at = ${at(first.dueAt)}, agreed_at = null
          where resident_id = ${li}`)
        await inForce({
          homes: { [String(cast.homes.li)]: { silence: { longestSilenceMin, remindBeforeMin } } },
        })
        const pressAt = onTheDay('03:00:00') + afterS * 1000
        await pressed(database.db, { residentId: li, at: pressAt, on: '2026-11-23' })
        await rules.judgeDeadlines(t0)
        const remindBeforeMs = remindBeforeMin * minuteMs
        const agreed = nextOccurrence({
          deadline: '08:00',
          days: [1, 2, 3, 4, 5, 6, 7],
          edge: 'morning',
          zone: 'Asia/Shanghai',
          after: t0,
          remindBeforeMs,
        })
        const { silence } = rulesFor(
          { ...noChanges, community: { silence: { longestSilenceMin, remindBeforeMin } } },
          { tier: 'general' },
        )
        const { dueAt, remindAt } = withLongestSilence(agreed, pressAt, silence)
        expect(await pactOf(li)).toEqual({
          dueAt,
          remindAt,
          agreedAt: dueAt < agreed.dueAt ? agreed.dueAt : null,
        })
      },
    ),
    { numRuns: 40 },
  )
})

test('every due deadline is judged exactly once, also where homes have their own rules and two processes look', async () => {
  const other = createRules({
    db: database.db,
    clock: createFakeClock(t0),
    log,
    applyVerdicts: async (_tx, verdicts) => void found.push(...verdicts),
  })
  await database.db.run(sql`update resident set enrolled_on = '2026-11-22'`)
  await inForce({
    community: { silence: { fortnightDays: 0 } },
    homes: { [String(cast.homes.li)]: { silence: { fortnightDays: 28 } } },
  })
  await Promise.all([rules.judgeDeadlines(t0), other.judgeDeadlines(t0)])
  await Promise.all([rules.judgeDeadlines(t0 + 1000), other.judgeDeadlines(t0 + 1000)])
  const seen = found.map(({ pact }) => `${pact?.id} ${pact?.on}`)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBeGreaterThan(1)
  const ofLi = found.filter(({ residentId }) => residentId === cast.residents.li)
  expect(ofLi.map(({ stage, evidence }) => `${stage} ${evidence.task}`)).toEqual(['warning neverPressed'])
  const others = found.filter(
    (one) => one.residentId !== cast.residents.li && one.communityId === cast.communityId,
  )
  expect(others.every(({ evidence }) => evidence.task === undefined)).toBe(true)
})
