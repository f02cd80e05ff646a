import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { at, sql, type Sql } from '#db/sql.ts'
import { seedCast, type Cast } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { limits } from '../limits.ts'
import { keptByDefault, keptFrom, kinds } from './kept.ts'
import { createRetention } from './retain.ts'

const dayMs = 24 * 3_600_000
const now = Date.parse('2026-03-02T09:00:00Z')
const daysAgo = (days: number) => at(now - days * dayMs)

let own: TestDatabase
let cast: Cast
beforeAll(async () => {
  own = await createTestDatabase()
  cast = await seedCast(own.db, now)
})
afterAll(() => own.drop())

const Count = Type.Object({ count: Type.Integer() })
const countIn = async (table: Sql) =>
  (await own.db.one(Count, sql`select count(*)::int as count from ${table}`)).count
const retain = (kept = keptByDefault) => createRetention(own.db, kept).retain(now)

/** One row from so many days ago in each table that goes by age alone. */
async function age(days: number): Promise<void> {
  const { communityId: community, homes, residents, persons, devices } = cast
  const when = daysAgo(days)
  await own.db.run(sql`
    insert into message (device_id, id, kind, received_at, origin)
    values (${devices.liCo.id}, ${String(days)}, 'readings', ${when}, 'live')`)
  await own.db.run(sql`insert into refused_message (reason, detail, received_at) values ('bad', '', ${when})`)
  await own.db.run(sql`
    insert into event_log (community_id, epoch, seq, at, kind, ref_id)
    values (${community}, 1, ${days}, ${when}, 'home', 1)`)
  await own.db.run(sql`
    insert into sign (at, community_id, home_id, what, indoors, received_at, time_source, origin)
    values (${when}, ${community}, ${homes.li}, 'motion', true, ${when}, 'device', 'live')`)
  await own.db.run(sql`
    insert into check_in (community_id, resident_id, home_id, at, received_at, time_source, via, origin)
    values (${community}, ${residents.li}, ${homes.li}, ${when}, ${when}, 'server', 'web', 'live')`)
  await own.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (${community}, ${residents.li}, ${when}::date, ${when}::date, '女儿家', '李梅', '', ${when})`)
  await own.db.run(sql`
    insert into ledger_signature (community_id, "on", signed_by, signed_at, counts)
    values (${community}, ${when}::date, ${persons.zhao}, ${when}, '{}')`)
  await own.db.run(sql`
    insert into blind_interval (from_at, until_at, judge_after, cause)
    values (${when}, ${when}, ${when}, 'a server was gone')`)
  await own.db.run(sql`insert into audit (at, what) values (${when}, 'looked')`)
}

test('each kind goes after its own time, and no sooner', async () => {
  for (const days of [0, 1, 3, 29, 31, 1094, 1096]) await age(days)
  await retain()
  const left = async () => ({
    events: await countIn(sql`event_log`),
    messages: await countIn(sql`message`),
    refused: await countIn(sql`refused_message`),
    signs: await countIn(sql`sign`),
    checkIns: await countIn(sql`check_in`),
    absences: await countIn(sql`absence`),
    signatures: await countIn(sql`ledger_signature`),
    blind: await countIn(sql`blind_interval`),
    audit: await countIn(sql`audit`),
  })
  expect(await left()).toEqual({
    events: 2,
    messages: 4,
    refused: 4,
    signs: 4,
    checkIns: 6,
    absences: 6,
    signatures: 6,
    blind: 6,
    audit: 6,
  })
  await retain({ ...keptByDefault, checkIns: 180, audit: 183, signs: 4 })
  expect(await left()).toMatchObject({
    signs: 3,
    checkIns: 5,
    absences: 5,
    signatures: 5,
    blind: 5,
    audit: 5,
  })
})

test('a closed incident goes with all that happened to it; an open one, and one whose air is still bad, stay', async () => {
  const { communityId: community, homes, persons, devices } = cast
  const Id = Type.Object({ id: Type.Integer() })
  const incident = async (state: 'open' | 'closed', condition: 'normal' | 'latchedAcknowledged') => {
    const old = daysAgo(3000)
    const { id } = await own.db.one(
      Id,
      sql`
        insert into incident (community_id, home_id, kind, stage, state, origin, evidence, opened_at, closed_at, outcome, handled_by)
        values (${community}, ${homes.li}, 'co', 'alarm', ${state}, 'live', '{}', ${old},
          ${state === 'closed' ? old : null}, 'aired', ${persons.wang})
        returning id`,
    )
    await own.db.run(sql`
      insert into condition (community_id, home_id, device_id, kind, stage, state, since, last_at, evidence, incident_id, origin)
      values (${community}, ${homes.li}, ${condition === 'normal' ? devices.liCo.id : devices.liGas.id}, 'co', 'alarm',
        ${condition}, ${old}, ${old}, '{}', ${id}, ${state === 'open' ? 'drill' : 'live'})`)
    await own.db.run(sql`
      insert into assignment (community_id, incident_id, person_id, role, state, told_at)
      values (${community}, ${id}, ${persons.wang}, 'steward', 'done', ${old})`)
    await own.db.run(sql`
      insert into telling (community_id, incident_id, person_id, purpose, stage, due_at, created_at, origin)
      values (${community}, ${id}, ${persons.wang}, 'alarm', 'alarm', ${old}, ${old}, 'live')`)
    await own.db.run(sql`
      insert into timeline (community_id, incident_id, at, what) values (${community}, ${id}, ${old}, 'opened')`)
    await own.db.run(sql`
      insert into emergency_call (community_id, incident_id, number, due_at) values (${community}, ${id}, '119', ${old})`)
    await own.db.run(sql`
      insert into device_command (community_id, device_id, kind, incident_id, created_at, expires_at)
      values (${community}, ${devices.liCo.id}, 'comfort', ${id}, ${old}, ${old})`)
    return id
  }
  await incident('closed', 'normal')
  const open = await incident('open', 'normal')
  const latched = await incident('closed', 'latchedAcknowledged')
  await retain()
  const left = await own.db.many(Id, sql`select id from incident order by id`)
  expect(left.map(({ id }) => id)).toEqual([open, latched])
  for (const part of ['timeline', 'telling', 'emergency_call', 'assignment', 'device_command', 'condition'])
    expect([part, (await own.db.pool.query(`select from ${part}`)).rowCount]).toEqual([part, 2])
})

test('whatever refers to an incident goes with it', async () => {
  const Name = Type.Object({ name: Type.String() })
  const referring = await own.db.many(
    Name,
    sql`
      select conrelid::regclass::text as name
      from pg_constraint
      where contype = 'f'
        and confrelid = 'incident'::regclass
        and confdeltype <> 'n' -- a row whose card is gone lets go of it by itself
      order by 1`,
  )
  const store = readFileSync(join(import.meta.dirname, 'retain-store.ts'), 'utf8')
  expect(referring.filter(({ name }) => !store.includes(`sql\`${name}\``))).toEqual([])
})

test('docs/data.md says of every table how long it is kept, and of every setting its default and its bound', async () => {
  const Name = Type.Object({ name: Type.String() })
  const tables = await own.db.many(
    Name,
    sql`select tablename as name from pg_tables where schemaname = 'public' order by 1`,
  )
  const docs = readFileSync(join(import.meta.dirname, '../../docs/data.md'), 'utf8')
  expect(tables.filter(({ name }) => !docs.includes(`\`${name}\``))).toEqual([])
  const rows = Object.values(kinds).map(({ name, days, daysMin }) => `| \`${name}\` | ${days} | ${daysMin} |`)
  expect(rows.filter((row) => !docs.includes(row))).toEqual([])
})

test('what cannot be kept so shortly is refused in one message, with its bound', () => {
  const problems: string[] = []
  keptFrom({ RETAIN_MESSAGES_DAYS: '3', RETAIN_INCIDENTS_DAYS: 'ever', RETAIN_HOURS_DAYS: '60' }, problems)
  expect(problems.toSorted()).toEqual([
    'RETAIN_HOURS_DAYS (60) must not be less than RETAIN_MINUTES_DAYS (90).',
    'RETAIN_INCIDENTS_DAYS must be a number of days from 365 to 36500, not "ever".',
    'RETAIN_MESSAGES_DAYS must be a number of days from 4 to 36500, not "3".',
  ])
  expect(keptFrom({ RETAIN_MESSAGES_DAYS: '7' }, []).messages).toBe(7)
  // a repeated id is known for longer than late data may come
  expect(kinds.messages.daysMin * dayMs).toBeGreaterThan(limits.deviceClockBehindMsMax)
  expect(kinds.readings.daysMin * dayMs).toBeGreaterThan(limits.deviceClockBehindMsMax + dayMs)
})
