import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { at, sql } from '#db/sql.ts'
import { nextOccurrence } from '#domain/occurrence.ts'
import type { Verdict } from '#domain/verdict.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { limits } from '../limits.ts'
import { createRules, type Rules } from './rules.ts'

const hourMs = 3_600_000

let database: TestDatabase
let cast: Cast
let rules: Rules
let found: Verdict[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, Date.parse('2026-01-01T00:00:00Z'))
  rules = createRules({
    db: database.db,
    clock: createFakeClock(0),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    applyVerdicts: async (_tx, verdicts) => void found.push(...verdicts),
  })
})
afterAll(() => database.drop())

/** From now on 李奶奶 greets at this time in this zone; nobody else is asked. */
async function pactIn(zone: string, deadline: string, after: number): Promise<void> {
  found = []
  const days = [1, 2, 3, 4, 5, 6, 7]
  const next = nextOccurrence({
    deadline,
    days,
    edge: 'morning',
    zone,
    after,
    remindBeforeMs: limits.remindBeforeMs,
  })
  const { db } = database
  await db.run(sql`update area set zone = ${zone} where kind = 'community'`)
  await db.run(sql`update pact set paused = resident_id <> ${cast.residents.li}`)
  await db.run(sql`
    update pact
    set deadline = ${deadline}::time,
      due_on = ${next.on},
      opens_at = ${at(next.opensAt)},
      due_at = ${at(next.dueAt)}
    where resident_id = ${cast.residents.li}`)
}

/** Looks every half hour, as if she never greeted. Gives each judgement: for which day, and when. */
async function judgedWhile(fromAt: number, untilAt: number): Promise<string[]> {
  const judged: string[] = []
  for (let now = fromAt; now <= untilAt; now += hourMs / 2) {
    await rules.judgeDeadlines(now)
    judged.push(
      ...found.splice(0).map(({ pact }) => `${pact?.on} at ${new Date(now).toISOString().slice(0, 16)}`),
    )
  }
  return judged
}

const utc = (text: string) => Date.parse(`${text}Z`)

test('the night in which an hour is left out: each morning is judged once, at eight on the wall', async () => {
  await pactIn('Europe/Berlin', '08:00', utc('2026-03-28T00:00'))
  expect(await judgedWhile(utc('2026-03-28T00:00'), utc('2026-03-31T00:00'))).toEqual([
    '2026-03-28 at 2026-03-28T07:00',
    '2026-03-29 at 2026-03-29T06:00',
    '2026-03-30 at 2026-03-30T06:00',
  ])
})

test('a deadline in the hour that is left out is judged right after it, and the next day at its time', async () => {
  await pactIn('Europe/Berlin', '02:30', utc('2026-03-28T00:00'))
  expect(await judgedWhile(utc('2026-03-28T00:00'), utc('2026-03-30T12:00'))).toEqual([
    '2026-03-28 at 2026-03-28T01:30',
    '2026-03-29 at 2026-03-29T01:00',
    '2026-03-30 at 2026-03-30T00:30',
  ])
})

test('the night in which an hour comes twice: a deadline in it is judged in the first, and not again', async () => {
  await pactIn('Europe/Berlin', '02:30', utc('2026-10-24T00:00'))
  expect(await judgedWhile(utc('2026-10-24T00:00'), utc('2026-10-26T12:00'))).toEqual([
    '2026-10-24 at 2026-10-24T00:30',
    '2026-10-25 at 2026-10-25T00:30',
    '2026-10-26 at 2026-10-26T01:30',
  ])
})

test('new year, and a leap day: no day is left out, none comes twice', async () => {
  await pactIn('Asia/Shanghai', '08:00', utc('2027-12-30T01:00'))
  expect(await judgedWhile(utc('2027-12-30T01:00'), utc('2028-01-02T12:00'))).toEqual(
    ['2027-12-31', '2028-01-01', '2028-01-02'].map((day) => `${day} at ${day}T00:00`),
  )
  await pactIn('Asia/Shanghai', '08:00', utc('2028-02-28T01:00'))
  expect(await judgedWhile(utc('2028-02-28T01:00'), utc('2028-03-01T12:00'))).toEqual(
    ['2028-02-29', '2028-03-01'].map((day) => `${day} at ${day}T00:00`),
  )
})
