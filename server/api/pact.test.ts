import { afterEach, expect, test } from 'vitest'
import type { PactReview, PactTerms, PactView } from '#contract/pact.ts'
import { noChanges } from '#contract/rule-layers.ts'
import { at, json, sql } from '#db/sql.ts'
import { Type } from 'typebox'
import { deadlineWords } from '#contract/words-deadlines.ts'
import { localInstant } from '#domain/occurrence.ts'
import { createTestApi } from '#testing/api.ts'
import { pressed } from '#testing/mornings.ts'

let api: Awaited<ReturnType<typeof createTestApi>>
afterEach(() => api.close())

const zone = 'Asia/Shanghai'
const everyDay = (hour: string) => ({ 1: hour, 2: hour, 3: hour, 4: hour, 5: hour, 6: hour, 7: hour })
const slowWeekend: PactTerms = { morning: { ...everyDay('08:00'), 6: '09:00', 7: '09:00' }, evening: null }

/** 李奶奶's next occurrence is of this Monday. */
const monday = '2026-03-02'
const of = async (how: 'pact' | 'savePact' | 'previewPact', body?: PactTerms) => {
  const zhao = await api.as('zhao')
  const reply = await zhao(how, { params: { id: api.cast.residents.li }, ...(body ? { body } : {}) })
  return reply as { status: number; body: PactView }
}
const said = ({ next }: { next: PactView['next'] }) => next.map((one) => deadlineWords(one, 'zh'))
const begin = async (at: string, on = monday) => {
  api = await createTestApi({ now: localInstant(on, at, zone) })
}
const row = () =>
  api.db.one(
    Type.Object({ on: Type.String(), hour: Type.String(), paused: Type.Boolean() }),
    sql`
      select due_on as "on", to_char(deadline, 'HH24:MI') as hour, paused
      from pact
      where resident_id = ${api.cast.residents.li}
        and edge = 'morning'`,
  )

test('what is agreed is shown with the next five deadlines in words; trying other hours changes nothing', async () => {
  await begin('02:00')
  const { body } = await of('pact')
  expect(body).toMatchObject({ morning: everyDay('08:00'), evening: null })
  expect(said(body)[0]).toBe('3月2日 周一 早上 8:00 前')
  const preview = await of('previewPact', slowWeekend)
  expect(said(preview.body).slice(-1)).toEqual(['3月6日 周五 早上 8:00 前'])
  expect((await of('pact')).body.morning).toEqual(everyDay('08:00'))
})

test('hours by weekday and an evening half are saved as they were shown, and only the pact of that half is touched', async () => {
  await begin('02:00')
  const terms = { ...slowWeekend, evening: { 3: '20:00' } }
  const preview = said((await of('previewPact', terms)).body)
  const saved = await of('savePact', terms)
  expect(said(saved.body)).toEqual(preview)
  expect(preview).toContain('3月4日 周三 晚上 20:00 前')
  expect(saved.body).toMatchObject(terms)
  const without = await of('savePact', slowWeekend)
  expect(without.body).toMatchObject({ evening: null, morning: slowWeekend.morning })
})

test('an hour that is moved while its morning is running neither hides that morning nor asks for it twice', async () => {
  await begin('07:55')
  const { body } = await of('savePact', { morning: everyDay('07:00'), evening: null })
  expect(said(body).slice(0, 2)).toEqual(['3月2日 周一 早上 8:00 前', '3月3日 周二 早上 7:00 前'])
  expect(await row()).toEqual({ on: monday, hour: '08:00', paused: false })
})

test('an evening that is judged already is not asked again the same evening', async () => {
  await begin('02:00')
  await of('savePact', { morning: everyDay('08:00'), evening: everyDay('20:00') })
  const tomorrow = '2026-03-03'
  // as judging leaves it at 20:00: rolled to the next day
  await api.db.run(sql`
    update pact
    set due_on = ${tomorrow}, opens_at = ${at(localInstant(tomorrow, '12:00', zone))},
      due_at = ${at(localInstant(tomorrow, '20:00', zone))}
    where resident_id = ${api.cast.residents.li}
      and edge = 'evening'`)
  await api.clock.advance(localInstant(monday, '20:30', zone) - api.clock.now())
  const { body } = await of('savePact', { morning: everyDay('08:00'), evening: everyDay('21:00') })
  expect(said(body).filter((line) => line.includes('晚上'))[0]).toBe('3月3日 周二 晚上 21:00 前')
})

test('a pact without any morning, and an hour that is none, are refused and change nothing', async () => {
  await begin('02:00')
  expect((await of('savePact', { morning: {}, evening: null })).status).toBe(400)
  expect((await of('savePact', { morning: { 1: '25:00' }, evening: null })).status).toBe(400)
  expect((await of('savePact', { morning: { 8: '08:00' } as object, evening: null })).status).toBe(400)
  expect(await row()).toEqual({ on: monday, hour: '08:00', paused: false })
})

test('a proposal comes from their own mornings alone, and says what it would cost', async () => {
  await begin('12:00', '2026-03-01')
  const { communityId, residents, homes } = api.cast
  await api.db.run(sql`
    insert into check_in (
      community_id, resident_id, home_id, "on", at, received_at, time_source, via, edge, late, given_by, origin
    )
    select ${communityId}, ${residents.li}, ${homes.li}, day::date, at, at, 'server', 'button', 'morning', false, null,
      'live'
    from generate_series('2026-02-01'::date, '2026-02-28', '1 day') as day
    cross join lateral (select (day::timestamp + '06:10'::time + extract(day from day) % 5 * '2 min'::interval)
      at time zone ${zone} as at) as pressed`)
  const { body } = await of('pact')
  expect(body.proposal).toMatchObject({ mornings: 28, isShift: true })
  const { deadline, expectedDelayMin, expectedMissesPerYear } = body.proposal ?? {}
  expect(deadline).toMatch(/^0[678]:/)
  expect(expectedDelayMin).toBeGreaterThan(10)
  expect(expectedMissesPerYear).toBeLessThanOrEqual(2)
})

test('a pact that is saved reminds as long before its hour as the rules of the home say', async () => {
  await begin('02:00')
  const { communityId, homes, residents } = api.cast
  const layers = { ...noChanges, homes: { [String(homes.li)]: { silence: { remindBeforeMin: 75 } } } }
  await api.db.run(sql`
    insert into rule_book (community_id, version, layers, note, created_at)
    values (${communityId}, 1, ${json(layers)}, '试', ${at(localInstant(monday, '01:00', zone))})`)
  await of('savePact', slowWeekend)
  const { remindAt } = await api.db.one(
    Type.Object({ remindAt: Type.Integer() }),
    sql`
      select remind_at
      from pact
      where resident_id = ${residents.li}
        and edge = 'morning'`,
  )
  expect(remindAt).toBe(localInstant(monday, '06:45', zone))
})

test('who no longer fits is listed with what is proposed, until staff change the pact or leave it as it is', async () => {
  await begin('02:00')
  const { li } = api.cast.residents
  for (let day = 1; day <= 12; day += 1) {
    const on = new Date(api.clock.now() - day * 86_400_000).toISOString().slice(0, 10)
    await pressed(api.db, { residentId: li, at: localInstant(on, '05:50', zone), on, late: true })
  }
  const found = () =>
    api.db.run(sql`update pact set unfit_since = ${at(api.clock.now())} where resident_id = ${li}`)
  const zhao = await api.as('zhao')
  const listed = async () =>
    ((await zhao('pactReviews', { params: { id: api.cast.communityId } })).body as { pacts: PactReview[] })
      .pacts
  expect(await listed()).toEqual([])
  await found()
  expect(await listed()).toMatchObject([
    { homeLabel: '3-2-501', name: '李秀英', proposal: { isShift: true } },
  ])

  expect((await zhao('leavePact', { params: { id: li } })).status).toBe(200)
  expect(await listed()).toEqual([])
  const reviewAt = async () =>
    (
      await api.db.one(
        Type.Object({ reviewAt: Type.Integer() }),
        sql`select review_at from pact where resident_id = ${li} and edge = 'morning'`,
      )
    ).reviewAt
  expect(await reviewAt()).toBe(api.clock.now() + 14 * 86_400_000)

  await found()
  const [review] = await listed()
  await of('savePact', { morning: everyDay(review?.proposal.deadline ?? ''), evening: null })
  expect(await listed()).toEqual([])
  // Who is away is asked about when they are back.
  await found()
  await of('savePact', { morning: everyDay('08:00'), evening: null })
  await found()
  await api.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (${api.cast.communityId}, ${li}, '2026-03-01', '2026-03-05', '女儿家', '女儿', '1', ${at(api.clock.now())})`)
  expect(await listed()).toEqual([])
})
