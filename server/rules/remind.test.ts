import { Type } from 'typebox'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import type { RuleChange } from '#contract/rule-set.ts'
import { at, sql } from '#db/sql.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { makeOwnRules } from '#testing/own-rules.ts'
import { createRules, type Rules } from './rules.ts'

const minute = 60_000
const sevenThirty = Date.parse('2026-11-23T07:30:00+08:00')
const t0 = Date.parse('2026-11-23T08:00:00+08:00')

let database: TestDatabase
let cast: Cast
let rules: Rules

beforeEach(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, sevenThirty)
  rules = createRules({
    db: database.db,
    clock: createFakeClock(sevenThirty),
    log: { info: () => {}, warn: () => {}, error: () => {} },
    applyVerdicts: () => Promise.reject(new Error('a reminder is no verdict')),
  })
})
afterEach(() => database.drop())

const run = (statement: ReturnType<typeof sql>) => database.db.run(statement)
const Command = Type.Object({ serial: Type.String(), kind: Type.String(), expiresAt: Type.Integer() })
const commands = () =>
  database.db.many(
    Command,
    sql`select d.serial, c.kind, c.expires_at from device_command c join device d on d.id = c.device_id order by 1`,
  )

/** Every minute from 7:30 to 8:00: in which minutes before the hour the button of 李奶奶 was told, each ask delivered. */
async function askedOf(serial: string, from = sevenThirty): Promise<number[]> {
  const asked: number[] = []
  for (let now = from; now <= t0; now += minute) {
    await rules.remind(now)
    await rules.remind(now)
    const told = await database.db.many(
      Type.Object({ id: Type.Integer() }),
      sql`
        update device_command c
        set sent_at = ${at(now)}
        from device d
        where d.id = c.device_id
          and c.sent_at is null
          and d.serial = ${serial}
        returning c.id`,
    )
    asked.push(...told.map(() => (now - t0) / minute))
  }
  return asked
}

test('who has not greeted is reminded once, who has or is away is not', async () => {
  await run(sql`update pact set covered_by = 1 where resident_id = ${cast.residents.li}`)
  await run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (
      ${cast.communityId}, ${cast.residents.he}, '2026-11-20', '2026-11-25', '扬州女儿家', '李梅', '13800000000',
      ${at(sevenThirty)}
    )`)
  await rules.remind(sevenThirty)
  await rules.remind(sevenThirty)
  expect(await commands()).toEqual([
    { serial: 'sun-button', kind: 'remind', expiresAt: t0 },
    { serial: 'wu-button', kind: 'remind', expiresAt: t0 },
  ])
  expect(await askedOf('he-button')).toEqual([])
})

describe('who was reminded in vain', () => {
  const is = (what: ReturnType<typeof sql>) =>
    run(sql`update resident set ${what} where id = ${cast.residents.li}`)
  const own = (change: RuleChange) => makeOwnRules(database.db, cast.communityId, change)

  test('is asked again before the deadline, as the plan says, and nothing else comes of it', async () => {
    expect(await askedOf('li-button')).toEqual([-30, -15, -10, -5])
    const { count } = await database.db.one(
      Type.Object({ count: Type.Integer() }),
      sql`select count(*)::int as count from incident`,
    )
    expect(count).toBe(0)
  })

  test('and no more once a press has covered the morning', async () => {
    await askedOf('li-button', t0 - 10 * minute)
    await run(sql`update pact set covered_by = 1 where resident_id = ${cast.residents.li}`)
    expect(await askedOf('li-button', t0 - 5 * minute)).toEqual([])
  })

  test('safety 18: a deaf resident is asked sooner, as a light asks; who agreed on a visit is left in peace', async () => {
    await makeOwnRules(database.db, cast.communityId, { ladder: { firstTryMin: -10 } })
    await is(sql`deaf = true, contact_mode = 'light'`)
    expect(await askedOf('li-button')).toEqual([-30, -15, -10, -5])
    await run(sql`update pact set remind_at = ${at(sevenThirty)}`)
    await is(sql`deaf = false, contact_mode = 'visit'`)
    expect(await askedOf('li-button')).toEqual([-30])
  })

  test('is asked by the rules in force, of the community, the tier and the home', async () => {
    await own({ ladder: { firstTryMin: -20, tries: 2, triesApartMin: 4 } })
    expect(await askedOf('li-button')).toEqual([-30, -20, -16, -8])
  })

  test('a reminder that comes late is not said again a moment later', async () => {
    expect(await askedOf('li-button', t0 - 16 * minute)).toEqual([-16, -10, -5])
  })

  test('a newcomer who has never pressed is reminded, and then shown how', async () => {
    await is(sql`enrolled_on = '2026-11-20'`)
    await run(sql`delete from check_in where resident_id = ${cast.residents.li}`)
    expect(await askedOf('li-button')).toEqual([-30])
  })

  test('a device that is away is not told everything at once when it comes back', async () => {
    for (const before of [30, 10, 5]) await rules.remind(t0 - before * minute)
    expect((await commands()).filter(({ serial }) => serial === 'li-button')).toHaveLength(1)
  })

  test.each([
    ['gas', 'notice', []],
    ['co', 'alarm', []],
    ['sos', 'alarm', []],
    ['co', 'notice', [-30, -15, -10, -5]],
  ])('safety 14: with %s at %s in the home she is reminded %j', async (kind, stage, asked) => {
    await run(sql`
      insert into incident (community_id, home_id, kind, stage, state, origin, evidence, opened_at, step)
      values (
        ${cast.communityId}, ${cast.homes.li}, ${kind}, ${stage}, 'open', 'live', '{}', ${at(sevenThirty)}, 0
      )`)
    expect(await askedOf('li-button')).toEqual(asked)
    expect((await commands()).map(({ serial }) => serial)).toContain('sun-button')
  })

  test('a couple who share a button are reminded by it once', async () => {
    await run(sql`update device set resident_id = null where serial = 'wu-button'`)
    expect(await askedOf('wu-button')).toEqual([-30, -15, -10, -5])
  })
})
