import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { UpKind } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import { createJudging, type Judging } from '#testing/judging.ts'
import { isAnother } from './reused-id.ts'

const sevenThirty = Date.parse('2026-11-23T07:30:00+08:00')
let the: Judging
beforeAll(async () => {
  the = await createJudging({ startAt: sevenThirty, opens: true })
})
afterAll(() => the.close())

const Presses = Type.Object({ presses: Type.Integer() })
const presses = async (): Promise<number> => {
  const rows = await the.database.db.many(
    Presses,
    sql`select coalesce((evidence ->> 'presses')::int, 1) as presses from incident where kind = 'sos'`,
  )
  return rows.reduce((sum, row) => sum + row.presses, 0)
}

test('a button that counts its ids anew after each start is heard each time, and each of its copies is one', async () => {
  const { liButton } = the.cast.devices
  const say = (kind: UpKind, body: object) => the.say(liButton, kind, { id: '1', ...body })
  await say('heartbeat', { boot: 'a', seq: 1 })
  await say('sos', { boot: 'a', seq: 1 })
  expect(await presses()).toBe(1)
  await say('sos', { boot: 'b', seq: 1 })
  expect(await presses()).toBe(2)
  // again, alone and with others, in any order
  const copies = await Promise.all(
    ['b', 'a', 'b'].map((boot) => the.messageOf(liButton, 'sos', { id: '1', boot, seq: 1 })),
  )
  await Promise.all(copies.map((copy) => the.ingest.accept(copy)))
  await say('heartbeat', { boot: 'a', seq: 1 })
  expect(await presses()).toBe(2)
  const both = await Promise.all(
    ['c', 'd', 'c'].map((boot) => the.messageOf(liButton, 'sos', { id: '2', boot })),
  )
  await Promise.all(both.map((one) => the.ingest.accept(one)))
  expect(await presses()).toBe(4)
})

const first = { kind: 'sos', boot: 'a', seq: 7, deviceTime: 1000 } as const
test.each([
  ['the same', {}, false],
  ['counted anew each time that it is sent', { seq: 8 }, false],
  ['stamped anew each time that it is sent', { deviceTime: 2000 }, false],
  ['of another kind', { kind: 'heartbeat' }, true],
  ['of another moment, without a counter', { boot: null, seq: null, deviceTime: 2000 }, true],
  ['of another start, without a clock', { boot: 'b', deviceTime: null }, true],
  ['of another start and moment', { boot: 'b', deviceTime: 2000 }, true],
  ['nothing that could tell them apart', { boot: null, seq: null, deviceTime: null }, false],
] as const)('what is said again under an id: %s', (_, marks, another) => {
  expect(isAnother(first, { ...first, ...marks })).toBe(another)
})
