// Devices by the rules of their community: when they are silent, and when their batteries will be low.
import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sql } from '#db/sql.ts'
import { createJudging, type Judging } from '#testing/judging.ts'

const minuteMs = 60_000
const noon = Date.parse('2026-11-23T12:00:00+08:00')
let judging: Judging
let { database, cast, clock, rules, found, openRules, say, change } = {} as Judging

beforeEach(async () => {
  judging = await createJudging({ startAt: noon, opens: true })
  ;({ database, cast, clock, rules, found, openRules, say, change } = judging)
})

afterEach(() => judging.close())

const dayMs = 24 * 60 * minuteMs
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
  found.length = 0
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
  found.length = 0
  await say(cast.devices.liButton, 'heartbeat', { battery: 39 })
  await say(cast.devices.sunButton, 'heartbeat', { battery: 39 })
  expect(found).toMatchObject([{ deviceId: cast.devices.liButton.id, evidence: { trouble: 'lowBattery' } }])
  await clock.moveTo(noon + 6 * 60 * minuteMs)
  found.length = 0
  await rules.judgeSilentDevices(clock.now())
  expect(found).toMatchObject([{ deviceId: cast.devices.liButton.id, evidence: { trouble: 'silent' } }])
})
