import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEmptyDatabase, type TestDatabase } from '#testing/database.ts'
import { bigints, booleans, byteas, doubles, instants, ints, jsons, texts } from './column.ts'
import { sql } from './sql.ts'

let own: TestDatabase
beforeAll(async () => {
  own = await createEmptyDatabase()
})
afterAll(() => own.drop())

test('every kind of column comes back as it was given, with nothing where nothing was', async () => {
  const Row = Type.Object({
    id: Type.Union([Type.Integer(), Type.Null()]),
    bits: Type.Integer(),
    value: Type.Union([Type.Number(), Type.Null()]),
    yes: Type.Union([Type.Boolean(), Type.Null()]),
    at: Type.Union([Type.Integer(), Type.Null()]),
    name: Type.Union([Type.String(), Type.Null()]),
    body: Type.Unsafe<Buffer | null>(Type.Unknown()),
    flags: Type.Unsafe<unknown>(Type.Unknown()),
  })
  const rows = [
    {
      id: 1,
      bits: -7,
      value: 0.1,
      yes: true,
      at: 1_764_000_000_123,
      name: '李奶奶 "3-2-501", {}\\',
      body: Buffer.from([0, 255]),
      flags: { a: [1, '\u4e00'] },
    },
    {
      id: -1,
      bits: 2 ** 31 - 1,
      value: -1e300,
      yes: false,
      at: 0,
      name: '',
      body: Buffer.alloc(0),
      flags: {},
    },
    {
      id: Number.MAX_SAFE_INTEGER,
      bits: 0,
      value: 5,
      yes: true,
      at: Date.UTC(9999, 11, 31),
      name: 'NULL',
      body: Buffer.alloc(70_000, 1),
      flags: 'x',
    },
    { id: null, bits: 1, value: null, yes: null, at: null, name: null, body: null, flags: null },
  ]
  const found = await own.db.many(
    Row,
    sql`
      select *
      from unnest(
        ${bigints(rows.map(({ id }) => id))}::bigint[],
        ${ints(rows.map(({ bits }) => bits))}::int[],
        ${doubles(rows.map(({ value }) => value))}::float8[],
        ${booleans(rows.map(({ yes }) => yes))}::boolean[],
        ${instants(rows.map(({ at }) => at))}::timestamptz[],
        ${texts(rows.map(({ name }) => name))}::text[],
        ${byteas(rows.map(({ body }) => body))}::bytea[],
        ${jsons(rows.map(({ flags }) => flags))}::jsonb[]
      ) as given (id, bits, value, yes, at, name, body, flags)`,
  )
  expect(found).toEqual(rows)
})

test('no rows are an empty column', async () => {
  const Row = Type.Object({ id: Type.Integer(), name: Type.String() })
  const empty = sql`select * from unnest(${bigints([])}::bigint[], ${texts([])}::text[]) as given (id, name)`
  expect(await own.db.many(Row, empty)).toEqual([])
})

test('what is no instant and no whole number is an error here, not a row', () => {
  expect(() => instants([Number.NaN])).toThrow(/instant/)
  expect(() => bigints([0.5])).toThrow(/whole number/)
})
