// What neighbour and family say who were asked (safety 7), and what it does: the real incidents and dispatch together.
import { Type } from 'typebox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { AskReply } from '#contract/ask.ts'
import { sql } from '#db/sql.ts'
import { makeOwnRules } from '#testing/own-rules.ts'
import { createResponding, type Responding } from '#testing/responding.ts'

const minute = 60_000

let rig: Responding
beforeAll(async () => {
  rig = await createResponding()
})
beforeEach(async () => {
  await rig.reset()
  await makeOwnRules(rig.db, rig.cast.communityId, {})
  await rig.db.run(sql`
    update resident
    set tier = 'general', deaf = false, contact_mode = 'phone', enrolled_on = '2026-01-05'
    where id = ${rig.cast.residents.li}`)
  await rig.open('wang', 'zhang', 'zhou', 'zhao', 'daughter')
  await rig.found(rig.verdicts.silence('missed', 'alarm', rig.clock.now()))
  await rig.after(minute)
  rig.listen()
})
afterAll(() => rig.drop())

type Name = keyof Responding['cast']['persons']
const asksOf = async (who: Name) => (await rig.incidents.jobsOf(rig.cast.persons[who], rig.clock.now())).asks
const missedId = async () =>
  (
    await rig.db.one(
      Type.Object({ id: Type.Integer() }),
      sql`select id from incident where kind = 'missed' order by id desc limit 1`,
    )
  ).id
const says = async (who: Name, reply: AskReply, text?: string) =>
  rig.incidents.replyToAsk({
    incidentId: await missedId(),
    byId: rig.cast.persons[who],
    reply,
    text,
    now: rig.clock.now(),
  })
const hasSeenHer = (who: Name) =>
  rig.db.transaction((tx) =>
    rig.incidents.noteProxy(tx, {
      residentId: rig.cast.residents.li,
      byId: rig.cast.persons[who],
      checkInId: 1,
      via: 'proxy',
      seenOrSpoken: 'seen',
      place: '家里',
      now: rig.clock.now(),
    }),
  )

test('neighbour and family see one question, and nothing of the file, the numbers or the other people', async () => {
  const [asked] = await asksOf('zhou')
  expect(asked).toEqual({
    incidentId: await missedId(),
    communityId: rig.cast.communityId,
    who: '李奶奶',
    homeLabel: '3-2-501',
    about: 'missed',
    origin: 'live',
    role: 'neighbour',
    state: 'told',
    askedAt: rig.clock.now(),
    byVisit: false,
    air: { co: null, gas: null },
    going: [],
    answeredAt: null,
  })
  expect(await asksOf('daughter')).toMatchObject([{ role: 'family', air: null }])
  const jobs = await rig.incidents.jobsOf(rig.cast.persons.zhou, rig.clock.now())
  expect(jobs.jobs).toEqual([])
})

test('safety 18: who hears no telephone is to be looked for, not phoned', async () => {
  await rig.db.run(sql`update resident set contact_mode = 'light' where id = ${rig.cast.residents.li}`)
  expect(await asksOf('zhou')).toMatchObject([{ byVisit: true }])
})

test('the neighbour goes and looks: the family sees who is on the way, and no steward is sent meanwhile', async () => {
  expect(await says('zhou', 'going')).toEqual({ ok: true })
  expect(await asksOf('zhou')).toMatchObject([{ state: 'enRoute', going: [] }])
  expect(await asksOf('daughter')).toMatchObject([{ going: [{ name: '周阿姨', atDoor: false }] }])
  rig.listen()
  await rig.after(12 * minute)
  expect(rig.listen()).not.toContain('wang alarm missed alarm')
})

test('safety 15: the neighbour knocks in vain: the steward is sent at once, and 110 is somebody’s task', async () => {
  await says('zhou', 'going')
  rig.listen()
  await rig.after(2 * minute)
  expect(await says('zhou', 'noAnswer')).toEqual({ ok: true })
  await rig.jobs()
  expect(rig.listen()).toContain('wang alarm missed alarm')
  const calls = await rig.db.many(
    Type.Object({ number: Type.String() }),
    sql`select number from emergency_call where incident_id = ${await missedId()}`,
  )
  expect(calls).toEqual([{ number: '110' }])
})

test('safety 1: "not well" rings everybody as her own press would, at once, and says who found it', async () => {
  expect(await says('zhou', 'notWell', '摔在卫生间')).toEqual({ ok: true })
  await rig.jobs()
  expect(rig.listen().filter((line) => line.includes('sos'))).toEqual(
    ['wang', 'zhang', 'zhao', 'zhou'].map((name) => `${name} alarm sos alarm`),
  )
  const sos = await rig.db.one(
    Type.Object({ saidBy: Type.String(), origin: Type.String() }),
    sql`select evidence ->> 'saidBy' as said_by, origin from incident where kind = 'sos'`,
  )
  expect(sos).toEqual({ saidBy: 'neighbour', origin: 'live' })
  // Called to the danger, the neighbour has one thing before her: what is to be done at the door.
  expect(await asksOf('zhou')).toEqual([])
  // Said again it rings again (safety 3), also by the family.
  expect(await says('daughter', 'notWell')).toEqual({ ok: true })
  await rig.jobs()
  expect(rig.listen()).toContain('wang alarm sos alarm')
})

test('"not well" is heard also after the question was answered and closed', async () => {
  await hasSeenHer('daughter')
  const incidentId = await missedId()
  const closing = {
    incidentId,
    byId: rig.cast.persons.zhao,
    outcome: 'slept_late',
    now: rig.clock.now(),
  } as const
  expect(await rig.incidents.close(closing)).toEqual({ ok: true })
  rig.listen()
  expect(await says('zhou', 'notWell')).toEqual({ ok: true })
  await rig.jobs()
  expect(rig.listen()).toContain('wang alarm sos alarm')
})

test('safety 7: a distant son’s "she is surely fine" is a note, and stops nothing', async () => {
  expect(await says('daughter', 'word', '昨晚还好好的，肯定没事')).toEqual({ ok: true })
  await rig.after(15 * minute)
  expect(rig.listen()).toContain('wang alarm missed alarm')
  expect(await asksOf('daughter')).toMatchObject([{ answeredAt: null }])
})

test('safety 7: family goes nowhere, and nobody else replies who was not asked', async () => {
  for (const reply of ['going', 'noAnswer'] as const)
    expect(await says('daughter', reply)).toMatchObject({ ok: false, code: 'not_allowed_now' })
  for (const reply of ['going', 'notWell', 'cannot', 'word'] as const)
    expect(await says('wang', reply, '没事')).toMatchObject({ ok: false, code: 'not_allowed_now' })
})

test('who cannot say is asked no more', async () => {
  expect(await says('zhou', 'cannot')).toEqual({ ok: true })
  expect(await asksOf('zhou')).toEqual([])
  expect(await asksOf('daughter')).toHaveLength(1)
})

test('the neighbour who was on the way has seen her: it is no longer hers, and the desk closes it', async () => {
  await says('zhou', 'going')
  await hasSeenHer('zhou')
  expect(await asksOf('zhou')).toEqual([])
  expect(await asksOf('daughter')).toMatchObject([{ going: [], answeredAt: rig.clock.now() }])
  await rig.jobs()
  rig.listen()
  await rig.after(30 * minute)
  expect(rig.listen()).toEqual([])
  await rig.after(30 * minute)
  expect(rig.listen()).toEqual(['zhao inform missed alarm'])
})
