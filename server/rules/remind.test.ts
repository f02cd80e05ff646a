import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { at, sql } from '#db/sql.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { createRules, type Rules } from './rules.ts'

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

test('who has not greeted is reminded once, who has or is away is not', async () => {
  await database.db.run(sql`update pact set covered_by = 1 where resident_id = ${cast.residents.li}`)
  await database.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (
      ${cast.communityId}, ${cast.residents.he}, '2026-11-20', '2026-11-25', '扬州女儿家', '李梅', '13800000000',
      ${at(sevenThirty)}
    )`)
  await rules.remind(sevenThirty)
  await rules.remind(sevenThirty)

  const Command = Type.Object({ serial: Type.String(), kind: Type.String(), expiresAt: Type.Integer() })
  expect(
    await database.db.many(
      Command,
      sql`select d.serial, c.kind, c.expires_at from device_command c join device d on d.id = c.device_id order by 1`,
    ),
  ).toEqual([
    { serial: 'sun-button', kind: 'remind', expiresAt: t0 },
    { serial: 'wu-button', kind: 'remind', expiresAt: t0 },
  ])
})
