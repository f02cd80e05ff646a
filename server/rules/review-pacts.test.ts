import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { EpochMs, orNull } from '#contract/primitives.ts'
import { noChanges } from '#contract/rule-layers.ts'
import { at, sql } from '#db/sql.ts'
import { addDays } from '#domain/calendar-day.ts'
import { createJudging, type Judging } from '#testing/judging.ts'

const dayMs = 24 * 3_600_000
const startAt = Date.parse('2026-11-23T03:00:00+08:00')

let judging: Judging
/** Pacts of the cast. */
const everybody = 5
beforeAll(async () => {
  judging = await createJudging({ startAt, opens: false })
})
beforeEach(() =>
  judging.database.db.run(sql`
    with gone as (delete from check_in)
    update pact
    set review_at = null, unfit_since = null, paused = false`),
)
afterAll(() => judging.close())

const review = (now: number) => judging.rules.reviewPacts(now)
const ofLi = () =>
  judging.database.db.one(
    Type.Object({ reviewAt: orNull(EpochMs), unfitSince: orNull(EpochMs) }),
    sql`
      select review_at, unfit_since
      from pact
      where resident_id = ${judging.cast.residents.li}
        and edge = 'morning'`,
  )

/** 李奶奶 pressed on `count` mornings up to yesterday, each at this hour. */
async function pressedAt(hour: string, count: number, given: 'byHerself' | 'byOthers' = 'byHerself') {
  for (let nth = 1; nth <= count; nth += 1) {
    const on = addDays('2026-11-23', -nth)
    const pressedAt = at(Date.parse(`${on}T${hour}:00+08:00`))
    await judging.database.db.run(sql`
      insert into check_in (
        community_id, resident_id, home_id, pact_id, "on", at, received_at, time_source, via, late, origin, given_by,
        seen_or_spoken, place
      )
      select community_id, resident_id, home_id, id, ${on}, ${pressedAt}, ${pressedAt}, 'device', 'button', false, 'live',
        ${given === 'byOthers' ? judging.cast.persons.zhao : null}, ${given === 'byOthers' ? 'spoken' : null},
        ${given === 'byOthers' ? '电话' : null}
      from pact
      where resident_id = ${judging.cast.residents.li}`)
  }
}

test('a habit that has moved is found, and stays as old as it is until somebody decides', async () => {
  await pressedAt('05:50', 20)
  await review(startAt)
  expect(await ofLi()).toEqual({ reviewAt: startAt + 14 * dayMs, unfitSince: startAt })
  await review(startAt + 14 * dayMs)
  expect(await ofLi()).toEqual({ reviewAt: startAt + 28 * dayMs, unfitSince: startAt })
})

test('each pact is looked at once in the days that the rules say, however many servers look', async () => {
  await pressedAt('05:50', 20)
  const [first, second] = await Promise.all([review(startAt), judging.openRules().reviewPacts(startAt)])
  expect(first.count + second.count).toBe(everybody)
  expect((await review(startAt + 14 * dayMs - 1)).count).toBe(0)
  await judging.change({ ...noChanges, community: { proposal: { reviewEveryDays: 3 } } })
  expect((await review(startAt + 14 * dayMs)).count).toBe(everybody)
  expect(await ofLi()).toMatchObject({ reviewAt: startAt + 17 * dayMs })
})

test('few mornings, and those on which somebody answered for her, say nothing of a habit', async () => {
  await pressedAt('05:50', 6)
  await review(startAt)
  expect(await ofLi()).toMatchObject({ unfitSince: null })
  await judging.database.db.run(sql`delete from check_in`)
  await pressedAt('05:50', 20, 'byOthers')
  await review(startAt + 14 * dayMs)
  expect(await ofLi()).toMatchObject({ unfitSince: null })
})

test('where the mornings come back to what is agreed, nothing is asked any more', async () => {
  await pressedAt('05:50', 20)
  await review(startAt)
  await judging.database.db.run(sql`
    update pact
    set deadline = '07:00'
    where resident_id = ${judging.cast.residents.li}`)
  const before = await ofLi()
  expect(before.unfitSince).toBe(startAt)
  await review(startAt + 14 * dayMs)
  expect(await ofLi()).toMatchObject({ unfitSince: null })
})
