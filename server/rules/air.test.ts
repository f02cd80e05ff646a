// What is stored of the air, judged by the rules of the home and the bodies in it.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { noChanges } from '#contract/rule-layers.ts'
import { at, json, sql } from '#db/sql.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { CastDevice } from '#testing/cast.ts'
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

const reads = (device: CastDevice, kind: 'co' | 'gas', value: number, more: object = {}) =>
  say(device, 'readings', { values: [{ kind, value }], ...more })

/** Samples with the device's own times, the last one now. */
const curve = (device: CastDevice, kind: 'co' | 'gas', everyMs: number, values: readonly number[]) =>
  say(device, 'readings', {
    values: values.map((value, nth) => ({
      kind,
      value,
      time: clock.now() - (values.length - 1 - nth) * everyMs,
    })),
  })

test('the rules of a home are in force there, and nowhere else', async () => {
  await change({ homes: { [String(cast.homes.li)]: { co: { alarmPpm: 100 } } } })
  await reads(cast.devices.liCo, 'co', 150)
  await reads(cast.devices.coupleCo, 'co', 150)
  expect(found).toMatchObject([{ homeId: cast.homes.li, kind: 'co', stage: 'alarm' }])
})

test('of a home whose residents are of several tiers, the rules of the highest hold', async () => {
  await change({ tiers: { ...noChanges.tiers, high: { co: { alarmPpm: 120 } } } })
  await reads(cast.devices.coupleCo, 'co', 150)
  expect(found).toEqual([])
  await database.db.run(sql`update resident set tier = 'high' where id = ${cast.residents.zheng}`)
  await reads(cast.devices.coupleCo, 'co', 151)
  expect(found).toMatchObject([{ homeId: cast.homes.couple, stage: 'alarm' }])
})

test('safety 5: rules that cannot be read any more are none, and judging goes on', async () => {
  await database.db.run(sql`
    insert into rule_book (community_id, version, layers, note, created_at)
    values (${cast.communityId}, 1, ${json({ community: { co: { alarmPpm: 5000 } } })}, 'old', '2026-01-01')`)
  await reads(cast.devices.liCo, 'co', 300)
  expect(found).toMatchObject([{ stage: 'alarm' }])
})

test('whose body takes it up faster is in danger sooner, and of two the worse counts', async () => {
  const man = json({ sex: 'man', heightCm: 180, weightKg: 95 })
  const exposed = async (device: CastDevice) => {
    found.length = 0
    await curve(device, 'co', 5 * minuteMs, [0, ...Array.from({ length: 11 }, () => 48)])
    return found.at(-1)?.evidence.cohb?.estimate ?? 0
  }
  await database.db.run(sql`update resident set file = ${man} where id = ${cast.residents.li}`)
  const big = await exposed(cast.devices.liCo)
  await database.db.run(sql`update resident set file = ${man} where id = ${cast.residents.wu}`)
  const couple = await exposed(cast.devices.coupleCo)
  expect(big).toBeGreaterThan(0.8)
  expect(couple).toBeGreaterThan(big + 0.2)
})

test('wine in a pan at noon is for the desk, by the clock of the community', async () => {
  await curve(cast.devices.liGas, 'gas', minuteMs, [0.5, 6, 6])
  expect(found).toMatchObject([{ kind: 'gas', stage: 'notice', evidence: { window: '5%LEL-twice+cooking' } }])
  await database.db.run(sql`update area set zone = 'Europe/Berlin' where id = ${cast.communityId}`)
  await reads(cast.devices.liGas, 'gas', 6)
  expect(found.at(-1)).toMatchObject({ kind: 'gas', stage: 'alarm' })
})

const stagesOf = (kind: Verdict['kind']) => found.filter((one) => one.kind === kind).map(({ stage }) => stage)

/** As the job does it, second by second would be the same: what is due is a row. */
async function waitUnheard(ms: number): Promise<void> {
  for (const until = clock.now() + ms; clock.now() < until;) {
    await clock.moveTo(clock.now() + 30_000)
    while ((await rules.judgeAgain(clock.now())).more);
  }
}

test('a spike at lunch that nobody hears more of is an alarm when the patience is over, once for all servers', async () => {
  await curve(cast.devices.liGas, 'gas', minuteMs, [0.5, 6, 6])
  const other = openRules()
  await clock.moveTo(noon + 4 * minuteMs - 1)
  expect(await rules.judgeAgain(clock.now())).toEqual({ count: 0, more: false })
  await clock.moveTo(noon + 4 * minuteMs)
  const slices = await Promise.all([rules, other, rules].map((one) => one.judgeAgain(clock.now())))
  expect(slices.reduce((sum, { count }) => sum + count, 0)).toBe(1)
  expect(stagesOf('gas')).toEqual(['notice', 'alarm'])
})

test('what blew over in time is looked at no more', async () => {
  await curve(cast.devices.liGas, 'gas', minuteMs, [0.5, 6, 6])
  await clock.moveTo(noon + 2 * minuteMs)
  await reads(cast.devices.liGas, 'gas', 0.5)
  await waitUnheard(30 * minuteMs)
  expect(stagesOf('gas').filter((stage) => stage !== 'notice')).toEqual([])
})

test('safety 5: a sensor that falls silent at 60 ppm is judged on as if it were there still', async () => {
  await reads(cast.devices.liCo, 'co', 60)
  await waitUnheard(80 * minuteMs)
  const worse = stagesOf('co').filter((stage, nth, all) => stage !== all[nth - 1])
  expect(worse).toEqual(['notice', 'warning', 'alarm'])
})

test('a flag that is still up ten minutes after a human closed is a new danger, also when nothing more is said', async () => {
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: true })
  await clock.moveTo(noon + 7 * minuteMs)
  await humanCloses()
  await waitUnheard(9.5 * minuteMs)
  expect(found).toEqual([])
  await waitUnheard(minuteMs)
  expect(found).toMatchObject([{ kind: 'co', stage: 'alarm' }])
})

test('the flag of a detector that was unplugged rings nobody anew once a human has closed, until it is heard again', async () => {
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: true })
  await clock.moveTo(noon + 5 * minuteMs)
  await say(cast.devices.liCo, 'state', { online: false })
  await waitUnheard(2 * minuteMs)
  expect(stagesOf('co')).not.toContain(null)
  await humanCloses()
  await waitUnheard(30 * minuteMs)
  expect(stagesOf('co')).toEqual([])
  await say(cast.devices.liCo, 'heartbeat', {})
  expect(stagesOf('co')).toEqual(['alarm'])
})

async function humanCloses(): Promise<void> {
  await database.db.run(sql`
    update incident
    set state = 'closed', outcome = 'no_danger_found', handled_by = ${cast.persons.wang}, handled_at = ${at(clock.now())},
      closed_at = ${at(clock.now())}`)
  await database.db.run(sql`update condition set state = 'normal'`)
  found.length = 0
}

const hourMs = 60 * minuteMs
const gasAlarm = (active: boolean, agoMs?: number) =>
  say(cast.devices.liGas, 'alarm', { kind: 'gas', active, ...(agoMs ? { time: noon - agoMs } : {}) })

test('safety 9: of one message at a time, what is now is believed before what was: a past alarm is a notice', async () => {
  await gasAlarm(false)
  await gasAlarm(true, 3 * hourMs)
  await gasAlarm(false, 2 * hourMs)
  expect(new Set(found.map(({ stage }) => stage))).toEqual(new Set(['notice']))
})

test('safety 9: an alarm from a buffer that nothing has ended yet rings at once: it may last to this moment', async () => {
  await gasAlarm(true, 3 * hourMs)
  expect(found).toMatchObject([{ kind: 'gas', stage: 'alarm', evidence: { since: noon - 3 * hourMs } }])
  await gasAlarm(false, 2 * hourMs)
  expect(found.at(-1)).toMatchObject({ stage: 'alarm' })
})

const lastOf = (kind: Verdict['kind']) => found.findLast((one) => one.kind === kind)

test('safety 5: a detector that hangs in mid-alarm is found within ten minutes, and its alarm stands', async () => {
  await reads(cast.devices.liCo, 'co', 350)
  await waitUnheard(9.5 * minuteMs)
  expect(lastOf('device')).toBeUndefined()
  await waitUnheard(minuteMs)
  const evidence = { trouble: 'silent', inAlarm: true, unprotected: ['co', 'gas'] }
  expect(lastOf('device')).toMatchObject({ stage: 'alarm', evidence })
  expect(stagesOf('co')).not.toContain(null)
  await say(cast.devices.liCo, 'heartbeat', {})
  expect(lastOf('device')).toMatchObject({ stage: null })
})

test('safety 5: missed in mid-alarm and back with a heartbeat alone, it is missed again within ten minutes', async () => {
  await reads(cast.devices.liCo, 'co', 350)
  await clock.moveTo(noon + minuteMs)
  await reads(cast.devices.liCo, 'co', 20)
  await waitUnheard(10.5 * minuteMs)
  expect(lastOf('device')).toMatchObject({ stage: 'alarm' })
  await say(cast.devices.liCo, 'heartbeat', {})
  expect(lastOf('device')).toMatchObject({ stage: null })
  await waitUnheard(9.5 * minuteMs)
  expect(lastOf('device')).toMatchObject({ stage: null })
  await waitUnheard(minuteMs)
  expect(lastOf('device')).toMatchObject({ stage: 'alarm', evidence: { trouble: 'silent', inAlarm: true } })
})

test('another sensing element is on record for a day, said once, and clears by itself', async () => {
  for (const mark of ['A-1', 'A-1', 'B-7', 'B-7']) {
    await clock.moveTo(clock.now() + minuteMs)
    await say(cast.devices.liCo, 'heartbeat', { sensor: mark })
  }
  await say(cast.devices.liCo, 'heartbeat', {})
  expect(found).toMatchObject([{ kind: 'device', stage: 'warning', evidence: { trouble: 'tamper' } }])
  await clock.moveTo(noon + 25 * 60 * minuteMs)
  await say(cast.devices.liCo, 'heartbeat', { sensor: 'B-7' })
  expect(found.slice(1)).toMatchObject([{ kind: 'device', stage: null }])
})

test('safety 5: the zeros of another element never clear what the first one saw', async () => {
  await reads(cast.devices.liCo, 'co', 350, { sensor: 'A-1' })
  await clock.moveTo(noon + minuteMs)
  await curve(cast.devices.liCo, 'co', minuteMs, [350, 0])
  for (let minute = 2; minute < 42; minute += 5) {
    await clock.moveTo(noon + minute * minuteMs)
    await reads(cast.devices.liCo, 'co', 0, { sensor: 'B-7' })
  }
  expect(lastOf('co')?.evidence.doubts).toContain('tamper')
  expect(stagesOf('co')).not.toContain(null)
})

test('what is doubtful about the sensor is kept with the verdict', async () => {
  await reads(cast.devices.liCo, 'co', 400, { flags: { warmup: true } })
  expect(lastOf('co')).toMatchObject({ stage: 'critical', evidence: { doubts: ['warmup'] } })
})

test('a detector that says it is at its end leaves the home unprotected, and the notice says so', async () => {
  await reads(cast.devices.liGas, 'gas', 0)
  await say(cast.devices.liCo, 'heartbeat', { flags: { endOfLife: true } })
  expect(lastOf('device')).toMatchObject({ stage: 'notice', evidence: { unprotected: ['co'] } })
})
