import { inspect } from 'node:util'
import { Client } from 'pg'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmptyDatabase, type TestDatabase } from '#testing/database.ts'
import { at, json, sql } from './sql.ts'

const Resident = Type.Object({
  id: Type.Number(),
  fullName: Type.String(),
  bornOn: Type.Union([Type.String(), Type.Null()]),
  checkedInAt: Type.Union([Type.Number(), Type.Null()]),
  file: Type.Object({ wakes: Type.Array(Type.String()) }),
})

let own: TestDatabase

beforeAll(async () => {
  own = await createEmptyDatabase()
  await own.db.run(sql`
    create table cast_member (
      id bigint generated always as identity primary key,
      full_name text not null unique,
      born_on date,
      checked_in_at timestamptz,
      file jsonb not null default '{"wakes": []}'
    )`)
})

afterAll(() => own.drop())

describe('rows', () => {
  test('come back in the names and values of TypeScript', async () => {
    const { db } = own
    const morning = Date.UTC(2026, 0, 5, 23, 30, 15, 250)
    const written = await db.run(sql`
      insert into cast_member (full_name, born_on, checked_in_at, file)
      values (${'李秀英'}, ${'1943-03-01'}, ${at(morning)}, ${json({ wakes: ['light'] })})`)
    expect(written).toBe(1)
    const found = await db.one(Resident, sql`select * from cast_member where full_name = ${'李秀英'}`)
    expect(found).toEqual({
      id: 1,
      fullName: '李秀英',
      bornOn: '1943-03-01',
      checkedInAt: morning,
      file: { wakes: ['light'] },
    })
  })

  test('lists of numbers, instants and dates arrive and leave as lists', async () => {
    const Lists = Type.Object({
      ids: Type.Array(Type.Number()),
      instants: Type.Array(Type.Number()),
      days: Type.Array(Type.String()),
    })
    const found = await own.db.one(
      Lists,
      sql`select
        ${[1, 2]}::bigint[] as ids,
        ${[at(0), at(1_700_000_000_123)]}::timestamptz[] as instants,
        ${['2026-03-29']}::date[] as days`,
    )
    expect(found).toEqual({ ids: [1, 2], instants: [0, 1_700_000_000_123], days: ['2026-03-29'] })
  })

  test('sums are numbers, and a bigint that no number holds is an error', async () => {
    const { db } = own
    const Sum = Type.Object({ sum: Type.Number() })
    expect(await db.one(Sum, sql`select sum(n) from unnest(${[1, 2]}::bigint[]) as n`)).toEqual({ sum: 3 })
    await expect(db.one(Sum, sql`select 9007199254740993::bigint as sum`)).rejects.toThrow('9007199254740993')
  })

  test('a timestamp without a zone is an error', async () => {
    const When = Type.Object({ at: Type.Number() })
    await expect(own.db.one(When, sql`select timestamp '2026-01-01' as at`)).rejects.toThrow(
      'use timestamptz',
    )
  })

  test('one that does not fit its schema is an error that names the columns and keeps the values to itself', async () => {
    const { db } = own
    const Strict = Type.Object({ id: Type.Number(), bornOn: Type.Number(), room: Type.String() })
    const asked = db.many(Strict, sql`select id, born_on from cast_member`)
    await expect(asked).rejects.toThrow(
      'column room is not selected; column born_on must be number, is string',
    )
    await expect(asked).rejects.not.toThrow('1943')
  })

  test('a misfit inside of a jsonb is named with its way', async () => {
    const Strict = Type.Object({ file: Type.Object({ wakes: Type.Array(Type.Number()) }) })
    const asked = own.db.many(Strict, sql`select file from cast_member`)
    await expect(asked).rejects.toThrow('column file must be number at wakes.0')
  })

  test('a row that is there already is an error which names the constraint and not the person', async () => {
    const again = own.db.run(sql`insert into cast_member (full_name) values (${'李秀英'})`)
    const error: Error = await again.then(
      () => new Error('it was written'),
      (reason: Error) => reason,
    )
    expect(error).toMatchObject({ code: '23505', constraint: 'cast_member_full_name_key' })
    expect(inspect(error)).not.toContain('李秀英')
  })

  test('one wants exactly one, maybeOne at most one', async () => {
    const { db } = own
    const N = Type.Object({ n: Type.Number() })
    await expect(db.one(N, sql`select 1 as n where false`)).rejects.toThrow('none found')
    await expect(db.one(N, sql`select n from generate_series(1, 2) as n`)).rejects.toThrow('2 found')
    await expect(db.maybeOne(N, sql`select n from generate_series(1, 2) as n`)).rejects.toThrow('2 found')
    expect(await db.maybeOne(N, sql`select 1 as n where false`)).toBeUndefined()
  })

  test('two columns of one name are an error, not one column', async () => {
    const N = Type.Object({ n: Type.Number() })
    await expect(own.db.one(N, sql`select 1 as n, 2 as n`)).rejects.toThrow('two columns have one name')
  })
})

describe('a session', () => {
  test('counts days in UTC, whatever the zone of the machine', async () => {
    const Day = Type.Object({ day: Type.String() })
    const found = await own.db.one(
      Day,
      sql`select ${at(Date.UTC(2026, 5, 1, 23, 59))}::timestamptz::date as day`,
    )
    expect(found.day).toBe('2026-06-01')
    expect(new Date(Date.UTC(2026, 5, 1)).getTimezoneOffset()).toBe(150)
  })

  test('is answered its COMMIT by the disk, also where haste is the rule of the server', async () => {
    const Setting = Type.Object({ setting: Type.String() })
    const ours = sql`select current_setting('synchronous_commit') as setting`
    expect(await own.db.one(Setting, ours)).toEqual({ setting: 'on' })
    // as the databases of tests are set up
    const others = new Client({ connectionString: own.url })
    await others.connect()
    const { rows } = await others.query('show synchronous_commit')
    await others.end()
    expect(rows).toEqual([{ synchronous_commit: 'off' }])
  })
})
