import { Type } from 'typebox'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { UpKind } from '#contract/topics.ts'
import { at, json, sql } from '#db/sql.ts'
import type { CastDevice } from '#testing/cast.ts'
import { createJudging, type Judging } from '#testing/judging.ts'
import { createIngest } from '../ingest/ingest.ts'
import { limits } from '../limits.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
const sevenThirty = Date.parse('2026-11-23T07:30:00+08:00')
const t0 = Date.parse('2026-11-23T08:00:00+08:00')

let judging: Judging
let { database, cast, clock, rules, ingest, found, openRules, messageOf, say } = {} as Judging

beforeEach(async () => {
  judging = await createJudging({ startAt: sevenThirty, opens: true })
  ;({ database, cast, clock, rules, ingest, found, openRules, messageOf, say } = judging)
  for (const device of Object.values(cast.devices)) await say(device, 'heartbeat', { battery: 80 })
  found.length = 0
})

afterEach(() => judging.close())

/** Stored in one transaction: what comes while another is under way waits and goes together. */
async function sayTogether(device: CastDevice, kind: UpKind, bodies: unknown[]): Promise<void> {
  const first = await messageOf(cast.devices.coupleCo, 'heartbeat', {})
  const messages = await Promise.all(bodies.map((body) => messageOf(device, kind, body)))
  await Promise.all([first, ...messages].map((message) => ingest.accept(message)))
}

const press = (device: CastDevice, body: object = {}) => say(device, 'checkin', body)

async function judgeAll(now = clock.now()): Promise<void> {
  for (let slice = await rules.judgeDeadlines(now); slice.more;) slice = await rules.judgeDeadlines(now)
}

const Open = Type.Object({
  kind: Type.String(),
  stage: Type.String(),
  state: Type.String(),
  residentId: Type.Union([Type.Integer(), Type.Null()]),
  silence: Type.Union([Type.String(), Type.Null()]),
})
const incidents = () =>
  database.db.many(
    Open,
    sql`
      select kind, stage, state, resident_id, evidence ->> 'silence' as silence
      from incident
      order by id`,
  )

const Due = Type.Object({ residentId: Type.Integer(), dueOn: Type.String(), covered: Type.Boolean() })
const pacts = async () => {
  const rows = await database.db.many(
    Due,
    sql`select resident_id, due_on, covered_by is not null as covered from pact order by id`,
  )
  return new Map(rows.map(({ residentId, ...rest }) => [residentId, rest]))
}

const pressAllBut = async (...serials: string[]) => {
  for (const device of [
    cast.devices.liButton,
    cast.devices.wuButton,
    cast.devices.heButton,
    cast.devices.sunButton,
  ])
    if (!serials.includes(device.serial)) await press(device)
}

test('an SOS that lost a race is judged again before it counts as stored', async () => {
  let races = 1
  const { judgeBatch: judge } = openRules(() => {
    if (races-- > 0) throw new Error('an incident was neither there nor could be opened')
  })
  const quiet = () => {}
  const log = { info: quiet, warn: quiet, error: quiet }
  const own = createIngest({ db: database.db, clock, log, limits, judge, acknowledge: quiet })
  await own.accept(await messageOf(cast.devices.liButton, 'sos', {}))
  expect((await incidents()).map(({ kind }) => kind)).toEqual(['sos'])
})

test('a danger in a home on which the rules fail finds a human all the same, by the word of its device', async () => {
  // what stands there cannot be read: as an older program, or a hand, may have left it
  await say(cast.devices.liGas, 'alarm', { kind: 'gas', active: true })
  const { wang } = cast.persons
  await database.db.run(sql`update incident set state = 'closed', outcome = 'aired', handled_by = ${wang}`)
  await database.db.run(sql`update condition set stage = 'unheard of'`)
  await say(cast.devices.liButton, 'sos', {})
  await say(cast.devices.liCo, 'readings', { values: [{ kind: 'co', value: 300 }] })
  await say(cast.devices.liCo, 'readings', { values: [{ kind: 'gas', value: 4 }] })
  await say(cast.devices.liCo, 'alarm', { kind: 'smoke', active: true })
  await say(cast.devices.liCo, 'readings', { values: [{ kind: 'co', value: 29 }] })
  const open = (await incidents()).filter(({ state }) => state === 'open')
  const opened = open.map(({ kind, stage }) => `${kind} ${stage}`)
  expect(opened).toEqual(['sos alarm', 'co alarm', 'gas warning', 'smoke alarm'])
})

test('who greeted rolls on, who did not is missed once, to the millisecond of the deadline', async () => {
  await pressAllBut('li-button')
  await clock.moveTo(t0 - 1)
  await judgeAll()
  expect(found).toEqual([])

  await clock.moveTo(t0)
  await judgeAll()
  await judgeAll()
  expect(
    found.map(({ kind, residentId, stage, pact }) => ({ kind, residentId, stage, on: pact?.on })),
  ).toEqual(
    // two slices are judged at a time: which comes first is nobody's promise
    expect.arrayContaining([
      { kind: 'missed', residentId: cast.residents.li, stage: 'alarm', on: '2026-11-23' },
      { kind: 'missed', residentId: cast.residents.zheng, stage: 'alarm', on: '2026-11-23' },
    ]),
  )
  expect(found).toHaveLength(2)
  const after = await pacts()
  expect(after.size).toBe(5)
  for (const pact of after.values()) expect(pact).toEqual({ dueOn: '2026-11-24', covered: false })
})

test('two processes that judge the same deadlines judge each once', async () => {
  const other = openRules()
  await clock.moveTo(t0)
  await Promise.all([rules.judgeDeadlines(t0), other.judgeDeadlines(t0), rules.judgeDeadlines(t0)])
  await Promise.all([rules.judgeDeadlines(t0), other.judgeDeadlines(t0)])

  expect(new Set(found.map(({ residentId }) => residentId))).toEqual(new Set(Object.values(cast.residents)))
  expect(found).toHaveLength(5)
  expect(await incidents()).toHaveLength(5)
})

test('a press and the judgement at the same instant: covered, or missed and then answered, never lost', async () => {
  await clock.moveTo(t0)
  await Promise.all([judgeAll(t0), press(cast.devices.liButton, { time: t0 })])
  await judgeAll(t0)

  const answered = found.filter(({ residentId, stage }) => residentId === cast.residents.li && stage === null)
  const missed = found.filter(({ residentId, stage }) => residentId === cast.residents.li && stage !== null)
  expect(answered).toHaveLength(missed.length)
  expect((await pacts()).get(cast.residents.li)).toEqual({ dueOn: '2026-11-24', covered: false })
})

test('a late press ends nothing by itself, but stands on the card', async () => {
  await clock.moveTo(t0)
  await judgeAll()
  await clock.moveTo(t0 + 10 * minuteMs)
  found.length = 0
  await press(cast.devices.liButton)

  expect(found).toMatchObject([
    {
      kind: 'missed',
      stage: null,
      residentId: cast.residents.li,
      evidence: { lateCheckInAt: t0 + 10 * minuteMs },
      pact: { on: '2026-11-23' },
    },
  ])
  const Late = Type.Object({ state: Type.String(), late: Type.Integer() })
  expect(
    await database.db.one(
      Late,
      sql`
        select state, (evidence ->> 'lateCheckInAt')::bigint as late
        from incident
        where resident_id = ${cast.residents.li}`,
    ),
  ).toEqual({ state: 'open', late: t0 + 10 * minuteMs })
})

const motion = async (homeId: number, when: number, deviceId: number | null = null) => {
  await database.db.run(sql`
    insert into sign (at, community_id, home_id, device_id, what, indoors, received_at, time_source, origin)
    values (
      ${at(when)}, ${cast.communityId}, ${homeId}, ${deviceId}, 'motion', true, ${at(when)}, 'server', 'live'
    )`)
}

test('safety 6: a sign from indoors softens silence until the second deadline, and never for high risk', async () => {
  await motion(cast.homes.li, t0 - 20 * minuteMs)
  await motion(cast.homes.he, t0 - 20 * minuteMs)
  await press(cast.devices.wuButton)
  await clock.moveTo(t0)
  await judgeAll()
  const stageOf = (residentId: number) => found.find((one) => one.residentId === residentId)
  expect(stageOf(cast.residents.li)).toMatchObject({ stage: 'notice', evidence: { silence: 'late' } })
  expect(stageOf(cast.residents.he)).toMatchObject({ stage: 'alarm', evidence: { silence: 'missed' } })

  found.length = 0
  await clock.moveTo(t0 + hourMs - 1)
  await rules.judgeSecondDeadlines(clock.now())
  expect(found).toEqual([])
  await clock.moveTo(t0 + hourMs)
  await rules.judgeSecondDeadlines(clock.now())
  await rules.judgeSecondDeadlines(clock.now())
  expect(found).toMatchObject([
    {
      residentId: cast.residents.li,
      stage: 'alarm',
      evidence: { silence: 'missed' },
      pact: { on: '2026-11-23' },
    },
  ])
})

test('a late riser who presses before the second deadline is left in peace', async () => {
  await motion(cast.homes.li, t0 - 20 * minuteMs)
  await clock.moveTo(t0)
  await judgeAll()
  await clock.moveTo(t0 + 30 * minuteMs)
  await press(cast.devices.liButton)
  found.length = 0
  await clock.moveTo(t0 + 2 * hourMs)
  await rules.judgeSecondDeadlines(clock.now())

  expect(found).toEqual([])
  expect((await incidents()).find(({ residentId }) => residentId === cast.residents.li)).toMatchObject({
    state: 'closed',
    stage: 'notice',
  })
})

test('safety 7: an unbound press in a home of two softens neither silence', async () => {
  await database.db.run(sql`update device set resident_id = null where serial = 'wu-button'`)
  await press(cast.devices.wuButton)
  await clock.moveTo(t0)
  await judgeAll()

  const couple = found.filter(({ homeId }) => homeId === cast.homes.couple)
  expect(couple).toHaveLength(2)
  for (const verdict of couple)
    expect(verdict).toMatchObject({ stage: 'alarm', evidence: { lastSign: { what: 'unbound press' } } })
})

test('safety 6, 7: who stirs in a home of two is not known: it softens neither silence, unless the sensor is of one alone', async () => {
  await motion(cast.homes.couple, t0 - 20 * minuteMs)
  await motion(cast.homes.couple, t0 - 30 * minuteMs, cast.devices.wuButton.id)
  await clock.moveTo(t0)
  await judgeAll()
  const silenceOf = (residentId: number) =>
    found.find((one) => one.residentId === residentId)?.evidence.silence
  expect(silenceOf(cast.residents.wu)).toBe('late')
  expect(silenceOf(cast.residents.zheng)).toBe('missed')
})

test('safety 8: who cannot be seen is blind, not missed', async () => {
  await database.db.run(sql`update device set silent_at = null where serial = 'li-button'`)
  await database.db.run(sql`update device set online = false where serial = 'he-button'`)
  await clock.moveTo(t0)
  await judgeAll()
  const silenceOf = (residentId: number) =>
    found.find((one) => one.residentId === residentId)?.evidence.silence
  expect(silenceOf(cast.residents.li)).toBe('blind')
  expect(silenceOf(cast.residents.he)).toBe('blind')
  expect(silenceOf(cast.residents.wu)).toBe('missed')
})

const away = async (residentId: number, days: { from: string; until: string }) => {
  await database.db.run(sql`
    insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
    values (
      ${cast.communityId}, ${residentId}, ${days.from}, ${days.until}, '扬州女儿家', '李梅', '13800000000',
      ${at(sevenThirty)}
    )`)
}

test('safety 10: an absence excuses its days, and not the day of return', async () => {
  await away(cast.residents.li, { from: '2026-11-20', until: '2026-11-25' })
  await away(cast.residents.he, { from: '2026-11-20', until: '2026-11-23' })
  await clock.moveTo(t0)
  await judgeAll()

  const missed = found.map(({ residentId }) => residentId)
  expect(missed).not.toContain(cast.residents.li)
  expect(missed).toContain(cast.residents.he)
  expect((await pacts()).get(cast.residents.li)?.dueOn).toBe('2026-11-24')
})

test('several mornings that passed unseen are one question each, not one for each day', async () => {
  await press(cast.devices.heButton)
  const wednesday = t0 + 2 * dayMs
  await clock.moveTo(wednesday - 30 * minuteMs)
  await press(cast.devices.liButton)
  await clock.moveTo(wednesday + minuteMs)
  await judgeAll()
  await judgeAll()
  await judgeAll()

  const missed = found.filter(({ stage }) => stage !== null)
  expect(missed.every(({ pact }) => pact?.on === '2026-11-25')).toBe(true)
  expect(missed.map(({ residentId }) => residentId)).not.toContain(cast.residents.li)
  expect(missed).toHaveLength(4)
  expect([...(await pacts()).values()].every(({ dueOn }) => dueOn === '2026-11-26')).toBe(true)
})

test('one whose judgement fails does not leave the others unseen', async () => {
  const poisoned = openRules((verdicts) => {
    if (verdicts.some(({ residentId }) => residentId === cast.residents.wu)) throw new Error('no')
  })
  await press(cast.devices.liButton)
  await expect(poisoned.judgeDeadlines(t0)).rejects.toThrow('no')
  expect(await incidents()).toHaveLength(3)
  expect((await pacts()).get(cast.residents.li)?.dueOn).toBe('2026-11-24')
  expect((await pacts()).get(cast.residents.wu)?.dueOn).toBe('2026-11-23')
})

const co = (device: CastDevice, ...values: { value: number; time: number }[]) =>
  say(device, 'readings', { values: values.map((value) => ({ kind: 'co', ...value })) })

test('safety 5: one sample of 300 ppm acts at once, clean air opens nothing', async () => {
  await co(cast.devices.liCo, { value: 2, time: sevenThirty })
  expect(found).toEqual([])
  await clock.moveTo(sevenThirty + minuteMs)
  await co(cast.devices.liCo, { value: 310, time: clock.now() })
  expect(found).toMatchObject([
    {
      kind: 'co',
      stage: 'alarm',
      homeId: cast.homes.li,
      evidence: { value: 310, unit: 'ppm' },
      ringsAgain: false,
    },
  ])
})

test('the flag of the detector acts at once, also when it fell again within the same moment', async () => {
  await sayTogether(cast.devices.liGas, 'alarm', [
    { kind: 'gas', active: true },
    { kind: 'gas', active: false },
  ])
  expect(found[0]).toMatchObject({ kind: 'gas', stage: 'alarm', evidence: { flag: true } })
  expect(await incidents()).toMatchObject([{ kind: 'gas', stage: 'alarm', state: 'open' }])
})

test('safety 17: a self-test raises nothing, and the real alarm after it does', async () => {
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: true, flags: { test: true } })
  await say(cast.devices.liCo, 'readings', { values: [{ kind: 'co', value: 400 }], flags: { test: true } })
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: false, flags: { test: true } })
  expect(found).toEqual([])
  await say(cast.devices.liCo, 'alarm', { kind: 'co', active: true })
  expect(found).toMatchObject([{ kind: 'co', stage: 'alarm' }])
})

test('safety 9: danger found only in buffered data is somebody to check on, live while COHb may be 2.5 %', async () => {
  const backlog = (peak: number, from: number) =>
    Array.from({ length: Math.floor((sevenThirty - from) / (5 * minuteMs)) + 1 }, (_, nth) => ({
      value: nth < 4 ? peak : 0,
      time: from + nth * 5 * minuteMs,
    }))
  // 20 minutes at 310 ppm yesterday evening, and 20 at 800 an hour and a half ago; clean air since
  await co(cast.devices.coupleCo, ...backlog(310, sevenThirty - 14 * hourMs))
  await co(cast.devices.liCo, ...backlog(800, sevenThirty - 2 * hourMs))

  expect(found.find(({ homeId }) => homeId === cast.homes.couple)).toMatchObject({
    kind: 'co',
    stage: 'notice',
    evidence: { peak: 310 },
  })
  expect(found.find(({ homeId }) => homeId === cast.homes.li)).toMatchObject({
    kind: 'co',
    stage: 'critical',
  })
})

test('safety 9: an alarm that rose and fell while nobody could hear it is a notice', async () => {
  await sayTogether(cast.devices.liGas, 'alarm', [
    { kind: 'gas', active: true, time: sevenThirty - 3 * hourMs },
    { kind: 'gas', active: false, time: sevenThirty - 2 * hourMs },
  ])
  expect(found).toMatchObject([
    { kind: 'gas', stage: 'notice', evidence: { flag: true, since: sevenThirty - 3 * hourMs } },
  ])
})

test('safety 3 and 9: every SOS press rings anew, a buffered one too; a cancelled one still gets a voice', async () => {
  await say(cast.devices.liButton, 'sos', { id: 's1', time: sevenThirty - 2 * dayMs })
  await say(cast.devices.liButton, 'sos', { id: 's1', time: sevenThirty - 2 * dayMs })
  await say(cast.devices.liButton, 'sos', { id: 's2' })
  await say(cast.devices.liButton, 'sos', { id: 's3', cancelled: true })

  expect(found.map(({ kind, stage, ringsAgain }) => ({ kind, stage, ringsAgain }))).toEqual([
    { kind: 'sos', stage: 'alarm', ringsAgain: true },
    { kind: 'sos', stage: 'alarm', ringsAgain: true },
    { kind: 'sos', stage: 'alarm', ringsAgain: false },
  ])
  expect(found[2]?.evidence.cancelled).toBe(true)
  expect(await incidents()).toMatchObject([{ kind: 'sos', state: 'open' }])
})

test('an unreadable alarm is raised as one, and says so', async () => {
  await say(cast.devices.liGas, 'alarm', 'LEAK')
  expect(found).toMatchObject([{ kind: 'gas', stage: 'alarm', evidence: { unreadable: true, flag: true } }])
})

test('smoke is believed', async () => {
  await say(cast.devices.liCo, 'alarm', { kind: 'smoke', active: true })
  await say(cast.devices.liCo, 'alarm', { kind: 'smoke', active: false })
  expect(found.map(({ kind, stage }) => `${kind} ${stage}`)).toEqual(['smoke alarm', 'smoke null'])
  expect(await incidents()).toMatchObject([{ kind: 'smoke', state: 'open' }])
})

test('a silent device is found once, and clears by itself when it is heard again', async () => {
  await clock.moveTo(sevenThirty + 10 * minuteMs)
  await say(cast.devices.liGas, 'heartbeat', {})
  await say(cast.devices.coupleCo, 'heartbeat', {})
  await rules.judgeSilentDevices(clock.now())
  await rules.judgeSilentDevices(clock.now())
  expect(found).toMatchObject([
    { kind: 'device', stage: 'warning', evidence: { trouble: 'silent', devices: ['li-co-1'] } },
  ])

  const principal = await ingest.authenticate('li-co-1', cast.devices.liCo.secret)
  if (principal) ingest.presence(principal, 'offline', { connection: '1/c1', at: clock.now() })
  await ingest.settled()
  expect(found).toHaveLength(1)
  await say(cast.devices.liCo, 'readings', { values: [{ kind: 'co', value: 0 }] })
  expect(found).toMatchObject([{ stage: 'warning' }, { kind: 'device', stage: null }])
  expect(await incidents()).toMatchObject([{ kind: 'device', state: 'closed' }])
})

test('a low battery is said once, and is over when it was changed', async () => {
  await say(cast.devices.liButton, 'heartbeat', { battery: 12 })
  await say(cast.devices.liButton, 'heartbeat', { battery: 11 })
  await say(cast.devices.liButton, 'heartbeat', { battery: 17 })
  await say(cast.devices.liButton, 'heartbeat', { battery: 100 })
  expect(found.map(({ stage, evidence }) => `${stage} ${evidence.trouble ?? ''}`)).toEqual([
    'notice lowBattery',
    'null ',
  ])
})

test('an ordinary reading changes no screen', async () => {
  const Head = Type.Object({ head: Type.Integer() })
  const headOf = () =>
    database.db.one(
      Head,
      sql`select coalesce(max(head), 0)::int as head from community_log where community_id = ${cast.communityId}`,
    )
  const before = await headOf()
  await co(cast.devices.liCo, { value: 1, time: sevenThirty })
  await say(cast.devices.liCo, 'heartbeat', { battery: 90 })
  expect(await headOf()).toEqual(before)
  await press(cast.devices.liButton)
  expect((await headOf()).head).toBeGreaterThan(before.head)
})

test('what a human has dealt with does not open again from its own history', async () => {
  await co(cast.devices.liCo, { value: 350, time: sevenThirty })
  await database.db.run(sql`
    update incident
    set state = 'handled', outcome = 'source_removed', handled_by = ${cast.persons.wang},
      handled_at = ${at(sevenThirty + minuteMs)}, evidence = evidence || ${json({})}::jsonb`)
  await database.db.run(sql`update condition set state = 'normal'`)
  found.length = 0
  await clock.moveTo(sevenThirty + 2 * minuteMs)
  await co(cast.devices.liCo, { value: 12, time: clock.now() })
  expect(found).toEqual([])
})
