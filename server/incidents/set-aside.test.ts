// Set aside on a real database: what devices say meanwhile is judged as ever, and only equipment keeps quiet.
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { at, sql } from '#db/sql.ts'
import { createJudging, quietDispatch, type Judging } from '#testing/judging.ts'
import { limits } from '../limits.ts'
import { createIncidents, type Incidents } from './incidents.ts'

const startAt = Date.parse('2026-03-02T10:00:00+08:00')
const minuteMs = 60_000

let judging: Judging
let incidents: Incidents

beforeAll(async () => {
  judging = await createJudging({ startAt, opens: true })
  const { lookAgain } = judging.rules
  incidents = createIncidents({ db: judging.database.db, dispatch: quietDispatch, limits, lookAgain })
})
afterAll(() => judging.close())
beforeEach(async () => {
  const { db } = judging.database
  await db.run(sql`truncate condition, incident, set_aside cascade`)
  await db.run(sql`update device set flags = '{}', out_of_service = false, silent_at = null, hot_at = null`)
})

const wish = () => ({
  reason: '师傅在修',
  untilAt: judging.clock.now() + 20 * minuteMs,
  byId: judging.cast.persons.zhao,
  now: judging.clock.now(),
})
const fault = (device: 'liCo' | 'liGas', isFaulty: boolean) =>
  judging.say(judging.cast.devices[device], 'heartbeat', { flags: isFaulty ? { fault: true } : {} })

const Row = Type.Object({ id: Type.Integer(), state: Type.String(), kind: Type.String() })
const conditions = () => judging.database.db.many(Row, sql`select id, state, kind from condition order by id`)
const cards = () => judging.database.db.many(Row, sql`select id, state, kind from incident order by id`)
const states = async () => ({
  conditions: (await conditions()).map(({ state }) => state),
  cards: (await cards()).map(({ state }) => state),
})

async function shelveFirst(): Promise<void> {
  const [first] = await conditions()
  expect(await incidents.shelve({ conditionId: first?.id ?? 0, ...wish() })).toEqual({ ok: true })
}

test('of two devices of one home one is shelved: the card stays for the other', async () => {
  await fault('liCo', true)
  await fault('liGas', true)
  await shelveFirst()
  expect(await states()).toEqual({ conditions: ['shelved', 'unacknowledged'], cards: ['open'] })
  // The other is mended: the card ends, and what is shelved stays on its shelf.
  await fault('liGas', false)
  expect(await states()).toMatchObject({ cards: ['closed'] })
  expect((await conditions())[0]?.state).toBe('shelved')
})

test('what is said again while it is shelved opens nothing, and what clears and returns is counted', async () => {
  await fault('liCo', true)
  await shelveFirst()
  for (const isFaulty of [false, true, false, true]) {
    await judging.clock.advance(5000)
    await fault('liCo', isFaulty)
  }
  expect(await states()).toEqual({ conditions: ['shelved'], cards: ['closed'] })
  const { count } = await judging.database.db.one(
    Type.Object({ count: Type.Integer() }),
    sql`select cardinality(came_back) as count from condition`,
  )
  expect(count).toBe(2)
})

test('put back while it stands it opens a card anew; put back when it is well it opens none', async () => {
  await fault('liCo', true)
  await shelveFirst()
  const [first] = await conditions()
  const putBack = () =>
    incidents.putBack({
      conditionId: first?.id ?? 0,
      byId: judging.cast.persons.zhao,
      now: judging.clock.now(),
    })
  await putBack()
  expect(await states()).toEqual({ conditions: ['unacknowledged'], cards: ['closed', 'open'] })
  await shelveFirst()
  await fault('liCo', false)
  await putBack()
  expect(await states()).toEqual({ conditions: ['normal'], cards: ['closed', 'closed'] })
})

test('it ends by itself, once, and not a second before its time', async () => {
  await fault('liCo', true)
  await shelveFirst()
  const endsAt = judging.clock.now() + 20 * minuteMs
  await incidents.endShelved(endsAt - 1)
  expect(await states()).toMatchObject({ conditions: ['shelved'] })
  await Promise.all([incidents.endShelved(endsAt), incidents.endShelved(endsAt).catch(() => undefined)])
  expect(await states()).toEqual({ conditions: ['unacknowledged'], cards: ['closed', 'open'] })
})

test('safety 11: the danger that a shelved detector senses opens its card at once, and ends the shelving when it is taken off', async () => {
  await fault('liCo', true)
  await shelveFirst()
  await judging.say(judging.cast.devices.liCo, 'alarm', { kind: 'co', active: true })
  expect((await cards()).map(({ kind, state }) => `${kind} ${state}`)).toContain('co open')
  expect((await conditions()).map(({ state }) => state)).toContain('shelved')
  await judging.say(judging.cast.devices.liCo, 'heartbeat', { flags: { tamper: true } })
  const shown = (await cards()).filter(({ state }) => state === 'open').map(({ kind }) => kind)
  expect(shown.sort()).toEqual(['co', 'device'])
  expect((await conditions()).map(({ state }) => state)).not.toContain('shelved')
})

test('out of service a device is not judged for its own state, and put back it is', async () => {
  const { db } = judging.database
  const { liGas } = judging.cast.devices
  expect(await incidents.takeOut({ deviceId: liGas.id, ...wish() })).toEqual({ ok: true })
  await fault('liGas', true)
  expect(await states()).toEqual({ conditions: ['outOfService'], cards: [] })
  await incidents.endShelved(judging.clock.now() + 30 * 24 * 60 * minuteMs)
  expect(await states()).toMatchObject({ conditions: ['outOfService'] })
  const [row] = await conditions()
  await incidents.putBack({
    conditionId: row?.id ?? 0,
    byId: judging.cast.persons.zhao,
    now: judging.clock.now(),
  })
  expect(await states()).toEqual({ conditions: ['unacknowledged'], cards: ['open'] })
  await db.run(sql`update device set last_seen_at = ${at(startAt)} where id = ${liGas.id}`)
})

test("a resident's own page was never in service, and cannot be taken out of it", async () => {
  const { db } = judging.database
  const { liGas } = judging.cast.devices
  await db.run(sql`update device set out_of_service = true where id = ${liGas.id}`)
  expect(await incidents.takeOut({ deviceId: liGas.id, ...wish() })).toMatchObject({
    ok: false,
    code: 'not_allowed_now',
  })
  expect(await incidents.takeOut({ deviceId: 999_999, ...wish() })).toMatchObject({ code: 'not_found' })
})
