import { Type } from 'typebox'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { sql } from '#db/sql.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { standardBrokers } from '#testing/external-brokers.ts'
import { until } from '#testing/until.ts'
import { createExternalBroker } from '../../broker/external/create-external-broker.ts'
import { createShardLeases } from './shard-leases.ts'
import { lockDealing } from './shard-lease-store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const quiet = () => {}
const log = { info: quiet, warn: quiet, error: quiet }

test('who counts as dead lets go of the broker at once, though the database answers nothing', async () => {
  const [standard] = standardBrokers
  if (!standard) throw new Error('a bare aedes is always there')
  const { url, stop } = await standard.start()
  onTestFinished(stop)
  const broker = createExternalBroker<{ serial: string }>({
    url,
    identify: () => Promise.resolve(new Map()),
    accept: () => Promise.resolve(),
    onRefused: quiet,
    now: Date.now,
    log,
  })
  onTestFinished(() => broker.close())
  let lives = true
  const servers = { id: 1, isAlive: () => lives, db: database.db }
  const leases = createShardLeases({ servers, groups: ['4'], broker, log })
  await leases.begin()
  onTestFinished(() => leases.close())
  await until('it consumes', () => broker.isReady())
  await database.db.transaction(async (tx) => {
    await lockDealing(tx)
    const Waiting = Type.Object({ count: Type.Integer() })
    const waiting = sql`select count(*)::int as count from pg_locks where locktype = 'advisory' and not granted`
    await until('its next question waits', async () => (await database.db.one(Waiting, waiting)).count > 0)
    lives = false
    await until('it has let go', () => broker.held().length === 0)
  })
  expect(broker.stats().accepted).toBe(0)
})
