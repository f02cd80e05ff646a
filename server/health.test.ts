import { afterAll, beforeAll, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import type { Step } from '#clock/steady-clock.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { createHealth } from './health.ts'

const now = Date.parse('2026-03-02T09:00:00+08:00')
const hourMs = 3_600_000
let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

function healthWith({ behindMs = 0, forward }: { behindMs?: number; forward?: Step }) {
  const refused = {}
  return createHealth({
    db: database.db,
    clock: { ...createFakeClock(now), behindMs: () => behindMs, putForward: () => forward },
    broker: {
      stats: () => ({ connections: 0, accepted: 0, pending: 0, refused }) as never,
      door: () => ({ isOpen: true, port: 1, shardGroups: null }),
    },
    servers: { id: 1, isAlive: () => true, known: async () => [] },
    freeSpace: { state: () => 'enough', bytes: () => 1 },
    isDemo: false,
  })()
}

test('a clock that was put back is not well until the server is started again', async () => {
  expect(await healthWith({})).toMatchObject({ ok: true, clockBehindMs: 0, clockPutForward: null })
  expect(await healthWith({ behindMs: hourMs })).toMatchObject({ ok: false, clockBehindMs: hourMs })
})

test('a clock that was put forward is told for an hour, and hinders nothing', async () => {
  const step = (agoMs: number): Step => ({ fromAt: now - agoMs - 3 * hourMs, untilAt: now - agoMs })
  const fresh = await healthWith({ forward: step(hourMs - 1) })
  expect(fresh).toMatchObject({ ok: true, clockPutForward: step(hourMs - 1) })
  expect((await healthWith({ forward: step(hourMs) })).clockPutForward).toBe(null)
})
