// Devices by the rules of their community: when they are silent, and when their batteries will be low.
import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeClock } from '#clock/fake-clock.ts'
import { noChanges, type RuleLayers } from '#contract/rule-layers.ts'
import { topicOf, type UpKind } from '#contract/topics.ts'
import { sql } from '#db/sql.ts'
import type { Verdict } from '#domain/verdict.ts'
import { seedCast, type Cast, type CastDevice } from '#testing/cast.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { applyVerdicts } from '../incidents/apply-verdicts.ts'
import type { IncidentDispatch } from '../incidents/dispatch-side.ts'
import { createIngest, type Ingest } from '../ingest/ingest.ts'
import { limits } from '../limits.ts'
import { writeRuleBook } from './rule-book.ts'
import { createRules, type Rules } from './rules.ts'

const minuteMs = 60_000
const noon = Date.parse('2026-11-23T12:00:00+08:00')
const log = { info: () => {}, warn: () => {}, error: () => {} }
const quiet = async () => {}
/** Nobody is told here: these stories end at the incident. */
const dispatch: IncidentDispatch = {
  onOpened: quiet,
  onRaised: quiet,
  onAcknowledged: quiet,
  onDeclined: quiet,
  onAssigned: quiet,
  onNoAnswer: quiet,
  onJoined: quiet,
  onNews: quiet,
  onEnded: quiet,
}

let database: TestDatabase
let cast: Cast
let clock: ReturnType<typeof createFakeClock>
let rules: Rules
let ingest: Ingest
let found: Verdict[]

beforeEach(async () => {
  database = await createTestDatabase()
  cast = await seedCast(database.db, noon)
  clock = createFakeClock(noon)
  found = []
  rules = openRules()
  const judge = rules.judgeBatch
  ingest = createIngest({ db: database.db, clock, log, limits, judge, acknowledge: () => {} })
})

afterEach(async () => {
  await ingest.close()
  await database.drop()
})

const openRules = (): Rules =>
  createRules({
    db: database.db,
    clock,
    log,
    applyVerdicts: async (tx, verdicts, now) => {
      found.push(...verdicts)
      await applyVerdicts(tx, verdicts, { now, dispatch })
    },
  })

async function say(device: CastDevice, kind: UpKind, body: object): Promise<void> {
  const principal = await ingest.authenticate(device.serial, device.secret)
  if (!principal) throw new Error('the device was not let in')
  const payload = Buffer.from(JSON.stringify(body))
  const topic = topicOf(device.serial, kind)
  const receivedAt = clock.now()
  await ingest.accept({
    principal,
    clientId: device.serial,
    topic,
    payload,
    qos: 1,
    retain: false,
    receivedAt,
  })
}

const dayMs = 24 * 60 * minuteMs
const change = (layers: Partial<RuleLayers>) =>
  database.db.transaction((tx) =>
    writeRuleBook(tx, {
      communityId: cast.communityId,
      version: 1,
      layers: { ...noChanges, ...layers },
      note: 'for a test',
      byId: cast.persons.zhao,
      now: noon,
    }),
  )

/** Each day the button says its battery, and the job looks. */
async function days(count: number, percent: (day: number) => number): Promise<void> {
  for (let day = 0; day < count; day += 1) {
    await clock.moveTo(clock.now() + dayMs)
    await say(cast.devices.liButton, 'heartbeat', { battery: percent(day) })
    await Promise.all([rules.judgeBatteries(clock.now()), openRules().judgeBatteries(clock.now())])
  }
}

test('a battery that will be low within a month is said once, and is over when it was changed', async () => {
  await days(20, (day) => 60 - day)
  expect(found).toMatchObject([
    { deviceId: cast.devices.liButton.id, stage: 'notice', evidence: { trouble: 'lowSoon' } },
  ])
  const { lowAt = 0 } = found[0]?.evidence ?? {}
  expect((lowAt - noon) / dayMs).toBeCloseTo(46, 0)
  found = []
  await say(cast.devices.liButton, 'heartbeat', { battery: 99 })
  expect(found).toMatchObject([{ stage: null }])
})

test('one value a day is kept of a battery, whoever looks how often', async () => {
  await days(3, () => 80)
  await rules.judgeBatteries(clock.now() + minuteMs)
  const kept = await database.db.many(Kept, sql`select device_id, percent from battery_charge`)
  expect(kept).toHaveLength(3)
  expect(found).toEqual([])
})

const Kept = Type.Object({ deviceId: Type.Integer(), percent: Type.Number() })

test('how long a silence lasts is a rule of the community, also for what was heard before it was changed', async () => {
  await say(cast.devices.liButton, 'heartbeat', { battery: 80 })
  await say(cast.devices.sunButton, 'heartbeat', { battery: 80 })
  await change({
    community: { device: { batterySilentH: 3, batteryLowPercent: 40, batteryFinePercent: 50 } },
  })
  await rules.applyDeviceRules()
  await clock.moveTo(noon + 3 * 60 * minuteMs)
  await rules.judgeSilentDevices(clock.now())
  expect(found).toMatchObject([{ deviceId: cast.devices.liButton.id, evidence: { trouble: 'silent' } }])
  found = []
  await say(cast.devices.liButton, 'heartbeat', { battery: 39 })
  await say(cast.devices.sunButton, 'heartbeat', { battery: 39 })
  expect(found).toMatchObject([{ deviceId: cast.devices.liButton.id, evidence: { trouble: 'lowBattery' } }])
  await clock.moveTo(noon + 6 * 60 * minuteMs)
  found = []
  await rules.judgeSilentDevices(clock.now())
  expect(found).toMatchObject([{ deviceId: cast.devices.liButton.id, evidence: { trouble: 'silent' } }])
})
