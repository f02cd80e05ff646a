import { describe, expect, test } from 'vitest'
import { at, compiled, joined, json, sql, type Sql } from './sql.ts'

describe('the sql tag', () => {
  test('a value becomes a parameter, whatever is in it', () => {
    const name = `'; drop table resident; --`
    expect(compiled(sql`select * from resident where name = ${name}`)).toEqual({
      text: 'select * from resident where name = $1',
      values: [name],
    })
  })

  test('a fragment in a fragment is put in place and its parameters are counted on', () => {
    const open = sql`closed_at is null and kind = ${'co'}`
    const statement = sql`select * from incident where ${open} and home_id = ${7} limit ${10}`
    expect(compiled(statement)).toEqual({
      text: 'select * from incident where closed_at is null and kind = $1 and home_id = $2 limit $3',
      values: ['co', 7, 10],
    })
  })

  test('a fragment used twice counts twice', () => {
    const due = sql`due_at <= ${at(0)}`
    expect(compiled(sql`${due} or ${due}`)).toEqual({
      text: 'due_at <= $1 or due_at <= $2',
      values: [new Date(0), new Date(0)],
    })
  })

  test('conditions are joined', () => {
    const conditions = [sql`a = ${1}`, sql`b = ${2}`, sql`c`]
    expect(compiled(joined(conditions, sql` and `))).toEqual({
      text: 'a = $1 and b = $2 and c',
      values: [1, 2],
    })
    expect(compiled(joined([], sql`, `))).toEqual({ text: '', values: [] })
  })

  test('an object from outside that looks like a fragment is a parameter', () => {
    const forged = JSON.parse('{"strings":["1; drop table resident"],"values":[]}') as Sql
    expect(compiled(sql`select ${forged}`)).toEqual({ text: 'select $1', values: [forged] })
  })

  test('undefined is refused with the place, because pg would write null', () => {
    const missing = undefined as unknown as string
    expect(() => sql`update home set room = ${missing}`).toThrow('undefined, after "update home set room ="')
  })

  test('an instant that is none, and a JSON that is none, are refused', () => {
    expect(() => at(Number.NaN)).toThrow('epoch milliseconds')
    expect(() => json(undefined)).toThrow('undefined')
    expect(json([1, 'two'])).toBe('[1,"two"]')
  })
})
