// Many at once on a real database: what everybody receives, and that nobody is hidden by a card that holds many.
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Type } from 'typebox'
import { outcomesFor } from '#contract/outcomes.ts'
import { IncidentKind, isHazard, orNull, type Stage } from '#contract/primitives.ts'
import { at, sql } from '#db/sql.ts'
import type { Verdict } from '#domain/verdict.ts'
import { createResponding, type Responding } from '#testing/responding.ts'
import { limits } from '../limits.ts'

const minute = 60_000

let rig: Responding
beforeAll(async () => {
  rig = await createResponding()
})
beforeEach(() => rig.reset())
afterAll(() => rig.drop())

type Home = 'li' | 'couple' | 'he'
const livesIn = { li: ['li'], couple: ['wu', 'zheng'], he: ['he'] } as const

const silentDevice = (home: Home, stage: Stage | null = 'warning'): Verdict => {
  const { li, couple, he } = { li: 'liCo', couple: 'coupleCo', he: 'heButton' } as const
  const id = rig.cast.devices[{ li, couple, he }[home]].id
  return { ...rig.verdicts.device(stage, id), homeId: rig.cast.homes[home] }
}
const blind = (home: Home, nth = 0): Verdict => ({
  ...rig.verdicts.silence('blind', 'warning', rig.clock.now()),
  homeId: rig.cast.homes[home],
  residentId: rig.cast.residents[livesIn[home][nth] ?? livesIn[home][0]],
})
const groups = () => rig.incidents.groups(rig.db, { communityId: rig.cast.communityId })
const group = async () => {
  const [first, ...others] = await groups()
  if (!first || others.length > 0)
    throw new Error(`one group expected, not ${others.length + (first ? 1 : 0)}`)
  return first
}
/** We ourselves could not see from half an hour ago until now. */
const ownOutage = () =>
  rig.db.run(sql`
    insert into blind_interval (from_at, until_at, judge_after, cause)
    values (${at(rig.clock.now() - 30 * minute)}, ${at(rig.clock.now())}, ${at(rig.clock.now() + minute)}, 'no server ran')`)
const close = (incidentId: number, kind: IncidentKind) =>
  rig.incidents.close({
    incidentId,
    byId: rig.cast.persons.zhao,
    outcome: outcomesFor(kind)[0]?.code ?? 'device_fault',
    note: '已见到本人',
    now: rig.clock.now(),
  })

test('safety 8: after our own outage the desk has one list, and each row has its own deadline and its own steward', async () => {
  await rig.open('zhao', 'wang', 'zhang')
  await ownOutage()
  await rig.found(blind('li'), blind('couple'), blind('couple', 1), blind('he'))
  expect(rig.listen()).toEqual(['zhao alarm missed warning'])
  const { rows, evidence } = await group()
  expect(evidence.group).toMatchObject({ cause: 'ownOutage', homes: 3, untilAt: rig.clock.now() })
  expect(rows.map(({ residents }) => residents[0]?.greeting)).toEqual([
    '何爷爷',
    '李奶奶',
    '吴爷爷',
    '郑奶奶',
  ])
  expect(rows[0]).toMatchObject({ dueKind: 'contact', alone: true, answer: null })

  const taken = { incidentId: (await group()).id, byId: rig.cast.persons.zhao, now: rig.clock.now() }
  expect(await rig.incidents.takeGroup(taken)).toEqual({ ok: true })
  // Nobody works the list: whoever is at high risk is gone to so that T0+15 holds, the others before T0+60.
  await rig.after(limits.acknowledgeDueMs)
  expect(rig.listen()).toEqual(['zhang alarm missed warning'])
  await rig.after(35 * minute)
  expect(new Set(rig.listen())).toContain('wang alarm missed warning')
})

test('safety 2, 8: where nobody at the desk can be told of the list, the stewards go at once', async () => {
  await rig.open('wang', 'zhang')
  await ownOutage()
  await rig.found(blind('li'), blind('he'))
  await rig.jobs()
  expect(rig.listen()).toEqual(['wang alarm missed warning', 'zhang alarm missed warning'])
})

test('safety 3, 8: a list that was taken and is not done rings at the desk again', async () => {
  await rig.open('zhao')
  await ownOutage()
  await rig.found(blind('li'), blind('couple'))
  const { id } = await group()
  await rig.incidents.takeGroup({ incidentId: id, byId: rig.cast.persons.zhao, now: rig.clock.now() })
  rig.listen()
  await rig.after(limits.arriveDueMs)
  await rig.after(1000)
  expect(rig.listen()).toContain('zhao alarm missed warning')
  expect((await group()).acknowledgedBy).toBeNull()
})

test('each row is closed on its own, with who, when and what they found; the card closes with the last of them', async () => {
  await ownOutage()
  await rig.found(blind('li'), blind('he'))
  const { id, rows } = await group()
  const [first, second] = rows
  expect(await close(first?.incidentId ?? 0, 'missed')).toEqual({ ok: true })
  const half = await group()
  expect(half.rows.map(({ state }) => state)).toEqual(['open', 'closed'])
  expect(half.rows[1]?.answer).toMatchObject({ at: rig.clock.now(), by: '赵敏', what: 'closed' })
  expect(await close(second?.incidentId ?? 0, 'missed')).toEqual({ ok: true })
  expect(await groups()).toEqual([])
  const [closed] = await rig.incidents.groups(rig.db, { groupIds: [id] })
  expect([closed?.state, closed?.rows.length]).toEqual(['closed', 2])
  expect(await rig.lines(id)).toContain('allClosed')
})

test('a newcomer is announced at the desk by name, and an outage clears by itself, row by row', async () => {
  await rig.open('zhao')
  await rig.found(silentDevice('li'), silentDevice('couple'))
  expect(rig.listen()).toEqual(['zhao inform device warning'])
  const { id } = await group()
  await rig.db.run(
    sql`update home set building_id = ${rig.cast.buildings.three} where id = ${rig.cast.homes.he}`,
  )
  await rig.after(minute)
  await rig.found(silentDevice('he'))
  expect(rig.listen()).toEqual(['zhao inform device warning'])
  const joined = await group()
  expect(joined.evidence.group).toMatchObject({ homes: 3, newcomers: ['5-1-102'] })
  expect(joined.rows.filter(({ newcomer }) => newcomer).map(({ homeLabel }) => homeLabel)).toEqual([
    '5-1-102',
  ])
  const timeline = await rig.incidents.timeline(id)
  expect(timeline.filter(({ what }) => what === 'joined').at(-1)?.detail['text']).toBe('5-1-102 何爷爷')

  await rig.found(silentDevice('li', null), silentDevice('he', null))
  expect((await group()).rows.map(({ state }) => state)).toEqual(['open', 'closed', 'closed'])
  await rig.found(silentDevice('couple', null))
  expect(await groups()).toEqual([])
  await rig.db.run(
    sql`update home set building_id = ${rig.cast.buildings.five} where id = ${rig.cast.homes.he}`,
  )
})

test('behind a lost gateway, and on a lost network, homes of several buildings are one card', async () => {
  const { coupleCo, heButton, liCo } = rig.cast.devices
  const ids = [coupleCo.id, heButton.id]
  await rig.db.run(sql`update device set gateway_id = ${liCo.id} where id = any(${ids}::bigint[])`)
  await rig.found(silentDevice('couple'), silentDevice('he'))
  expect((await group()).evidence.group).toEqual({ cause: 'gateway', homes: 2, place: '3-2-501' })
  await rig.db.run(
    sql`update device set gateway_id = null, carrier = '移动' where id = any(${ids}::bigint[])`,
  )
  await rig.reset()
  await rig.found(silentDevice('couple'), silentDevice('he'))
  expect((await group()).evidence.group).toEqual({ cause: 'carrier', homes: 2, place: '移动' })
  await rig.db.run(sql`update device set carrier = null`)
})

test('a row that becomes worse leaves the card and rings by itself', async () => {
  await rig.open('wang', 'zhao')
  await ownOutage()
  await rig.found(blind('li'), blind('he'))
  rig.listen()
  await rig.found(rig.verdicts.silence('missed', 'alarm', rig.clock.now()))
  expect(rig.listen()).toContain('wang alarm missed alarm')
  expect((await group()).rows.map(({ homeLabel }) => homeLabel)).toEqual(['5-1-102'])
})

test('safety 12: when the danger is closed, her silence is a card of its own again and goes to her steward', async () => {
  await rig.open('wang', 'zhao')
  await rig.found(rig.verdicts.co('alarm'))
  await rig.found(rig.verdicts.silence('missed', 'alarm', rig.clock.now()))
  const [air, silence] = await rig.cards()
  expect(silence).toMatchObject({ foldedInto: air?.id, dueAt: null })
  rig.listen()
  await close(air?.id ?? 0, 'co')
  await rig.jobs()
  expect(rig.listen()).toContain('wang alarm missed alarm')
  expect((await rig.cards()).find(({ kind }) => kind === 'missed')).toMatchObject({
    state: 'open',
    foldedInto: null,
    dueKind: 'acknowledge',
  })
})

test('of five hundred found at once, the desk is rung once and everybody has a row', async () => {
  const { cast, db } = rig
  const Row = Type.Object({ homeId: Type.Integer(), residentId: Type.Integer() })
  const many = await db.many(
    Row,
    sql`
      with homes as (
        insert into home (community_id, area_id, building_id, unit, floor, room, label, address)
        select ${cast.communityId}, ${cast.areas.grid}, ${cast.buildings.five}, 50 + n % 40, n / 40, 'm' || n, '5-m-' || n, ''
        from generate_series(1, 500) n
        returning id
      )
      insert into resident (community_id, home_id, name, greeting, enrolled_on)
      select ${cast.communityId}, id, '居民', '居民', '2026-01-05'
      from homes
      returning home_id, id as resident_id`,
  )
  await rig.open('zhao', 'wang')
  await ownOutage()
  await rig.found(...many.map((one) => ({ ...blind('li'), ...one })))
  expect(rig.listen()).toEqual(['zhao alarm missed warning'])
  expect((await group()).rows).toHaveLength(500)
})

const Left = Type.Object({
  homeId: Type.Integer(),
  residentId: orNull(Type.Integer()),
  kind: IncidentKind,
  foldedInto: orNull(Type.Integer()),
  id: Type.Integer(),
})
const openOnes = () =>
  rig.db.many(
    Left,
    sql`
      select id, home_id, resident_id, kind, folded_into
      from incident
      where state = 'open' and subject = 'home'`,
  )

test('safety 1, 11: whatever is found in whatever order, each finding is a card or a row, and each can be closed', async () => {
  const home = fc.constantFrom<Home>('li', 'couple', 'he')
  const found = fc.oneof(
    fc.record({ what: fc.constant('device' as const), home }),
    fc.record({ what: fc.constant('blind' as const), home }),
    fc.record({
      what: fc.constantFrom('co' as const, 'gas' as const, 'sos' as const, 'missed' as const),
      home,
    }),
  )
  const verdictOf = ({
    what,
    home: at,
  }: {
    what: 'device' | 'blind' | 'co' | 'gas' | 'sos' | 'missed'
    home: Home
  }) => {
    const place = { homeId: rig.cast.homes[at] }
    if (what === 'device') return silentDevice(at)
    if (what === 'blind') return blind(at)
    if (what === 'missed')
      return { ...blind(at), stage: 'alarm' as const, evidence: { silence: 'missed' as const } }
    return { ...(what === 'sos' ? rig.verdicts.sos() : rig.verdicts[what]('alarm')), ...place }
  }
  const batches = fc.array(fc.array(found, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(batches, async (days) => {
      await rig.reset()
      await ownOutage()
      const all = days.map((day) => day.map(verdictOf))
      for (const verdicts of all)
        await rig.db.transaction((tx) => rig.incidents.applyVerdicts(tx, verdicts, rig.clock.now()))
      const left = await openOnes()
      for (const { homeId, kind, residentId } of all.flat())
        expect(
          left.some(
            (one) =>
              one.homeId === homeId &&
              one.kind === kind &&
              (kind !== 'missed' || one.residentId === residentId),
          ),
        ).toBe(true)
      expect(left.filter(({ kind, foldedInto }) => isHazard(kind) && foldedInto !== null)).toEqual([])
      for (const one of left) expect(await close(one.id, one.kind)).toEqual({ ok: true })
      expect([await openOnes(), await groups()]).toEqual([[], []])
    }),
    { numRuns: 12 },
  )
}, 60_000)
