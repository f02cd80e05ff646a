// 外出报备, live: it excuses by the rules, speaks up once, and hides no danger.
import { asyncProperty, assert, integer, constantFrom } from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noChanges } from '#contract/rule-layers.ts'
import type { UpKind } from '#contract/topics.ts'
import { at, json, sql } from '#db/sql.ts'
import { addDays } from '#domain/calendar-day.ts'
import type { CastDevice } from '#testing/cast.ts'
import { createJudging, type Judging } from '#testing/judging.ts'

const dayMs = 86_400_000
const t0 = Date.parse('2026-11-23T08:00:00+08:00')

let judging: Judging
let { database, cast, clock, rules, found, openRules } = {} as Judging

beforeEach(async () => {
  judging = await createJudging({ startAt: t0 - 3_600_000, opens: false })
  ;({ database, cast, clock, rules, found, openRules } = judging)
})

afterEach(() => judging.close())

const declare = (days: { fromOn: string; untilOn: string }) =>
  database.db.run(sql`
    insert into absence (
      community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at, look_at
    )
    values (
      ${cast.communityId}, ${cast.residents.li}, ${days.fromOn}, ${days.untilOn}, '女儿家', '李梅', '0514-1',
      ${at(clock.now())}, ${at(clock.now())}
    )`)

let said = 0
const say = (device: CastDevice, kind: UpKind, body: object) =>
  judging.say(device, kind, { id: `said-${(said += 1)}`, ...body })

const ofLi = () => found.filter(({ residentId }) => residentId === cast.residents.li)

test('safety 10: each question of an absence is asked once, however many servers look', async () => {
  await declare({ fromOn: '2026-11-23', untilOn: '2026-11-26' })
  const servers = [rules, openRules(), openRules()]
  const evening = Date.parse('2026-11-25T18:00:00+08:00')
  for (const now of [
    t0 - 3_600_000,
    t0 - 1,
    t0,
    t0 + 1000,
    evening - 1,
    evening,
    evening + 60_000,
    t0 + 5 * dayMs,
  ])
    await Promise.all(servers.map((server) => server.judgeAbsences(now)))
  expect(found.map(({ kind, stage, evidence: { task, on } }) => [kind, stage, task, on].join(' '))).toEqual([
    'missed notice departure 2026-11-23',
    'missed notice absenceEnds 2026-11-26',
  ])
})

test('after a day without a server the question is still asked, and not once the absence is over', async () => {
  await declare({ fromOn: '2026-11-23', untilOn: '2026-11-26' })
  await rules.judgeAbsences(t0 - 3_600_000)
  await rules.judgeAbsences(t0 + dayMs)
  expect(found.map(({ evidence }) => evidence.task)).toEqual(['departure'])
  await rules.judgeAbsences(t0 + 10 * dayMs)
  expect(found).toHaveLength(1)
})

test('an absence that a human has ended asks nothing any more', async () => {
  await declare({ fromOn: '2026-11-23', untilOn: '2026-11-26' })
  await database.db.run(sql`update absence set ended_at = ${at(t0 - 1000)}`)
  await rules.judgeAbsences(t0)
  expect(found).toEqual([])
})

test('safety 10: beyond the days that the rules of the community allow without a call nothing is excused', async () => {
  await database.db.run(sql`
    insert into rule_book (community_id, version, layers, note, created_at)
    values (${cast.communityId}, 1, ${json({ ...noChanges, community: { absence: { daysMax: 2 } } })}, '试', ${at(t0)})`)
  await declare({ fromOn: '2026-11-23', untilOn: '2026-11-27' })
  const missed: string[] = []
  for (const day of [0, 1, 2, 3]) {
    found.length = 0
    await rules.judgeDeadlines(t0 + day * dayMs)
    missed.push(...ofLi().map(({ evidence }) => evidence.on ?? ''))
  }
  expect(missed).toEqual(['2026-11-25', '2026-11-26'])
})

test('safety 10: a press while away asks whether somebody is back, on the first day as on any other', async () => {
  await declare({ fromOn: '2026-11-23', untilOn: '2026-11-27' })
  await say(cast.devices.liButton, 'checkin', {})
  expect(ofLi().map(({ stage, evidence }) => `${stage} ${evidence.task}`)).toEqual(['notice backEarly'])
  await rules.judgeAbsences(t0)
  expect(ofLi()).toHaveLength(1)
})

test('safety 10: no absence removes a hazard, whenever it begins and ends', async () => {
  const dangers = {
    co: () => say(cast.devices.liCo, 'alarm', { kind: 'co', active: true }),
    gas: () => say(cast.devices.liGas, 'readings', { values: [{ kind: 'gas', value: 22 }] }),
    sos: () => say(cast.devices.liButton, 'sos', {}),
  }
  await assert(
    asyncProperty(
      integer({ min: -14, max: 2 }),
      integer({ min: 0, max: 14 }),
      constantFrom('co', 'gas', 'sos'),
      async (fromDays, days, danger) => {
        await database.db.run(sql`truncate absence`)
        const fromOn = addDays('2026-11-23', fromDays)
        await declare({ fromOn, untilOn: addDays(fromOn, days) })
        found.length = 0
        await dangers[danger]()
        expect(found.map(({ kind, stage }) => `${kind} ${stage}`)).toContainEqual(
          expect.stringMatching(new RegExp(`^${danger} (alarm|critical)$`)),
        )
      },
    ),
    { numRuns: 25 },
  )
})
