// Three days lived through on the real database, then judged again: the same rules find the same, others exactly what differs.
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noChanges, type RuleLayers } from '#contract/rule-layers.ts'
import type { Raised, Trial, TrialIncident } from '#contract/rule-trial.ts'
import type { UpKind } from '#contract/topics.ts'
import { at, sql } from '#db/sql.ts'
import type { CastDevice } from '#testing/cast.ts'
import { createJudging, type Judging } from '#testing/judging.ts'
import { createLiving } from '#testing/living.ts'
import { replay } from './replay.ts'

const minuteMs = 60_000
const startAt = Date.parse('2026-11-23T05:00:00+08:00')
const endAt = Date.parse('2026-11-25T08:10:00+08:00')
const on = (day: number, time: string) => Date.parse(`2026-11-${day}T${time}+08:00`)

let judging: Judging
beforeAll(async () => {
  judging = await createJudging({ startAt, opens: true })
  await judging.change(inForce)
  await judging.database.db.run(sql`update device set power = 'battery'`)
  const { devices, residents } = judging.cast
  await judging.database.db.run(sql`
    update device
    set resident_id = ${residents.zheng}
    where id = ${devices.coupleCo.id}`)
  await judging.rules.applyDeviceRules()
  await liveThroughAll()
})
afterAll(() => judging.close())

/** In force all the time. */
const inForce: Partial<RuleLayers> = { community: { device: { alarmSilentMin: 12 } } }

type Happening = { at: number; act: (living: ReturnType<typeof createLiving>) => Promise<void> }

async function liveThroughAll(): Promise<void> {
  const living = createLiving(judging)
  const happenings = [...heartbeats(), ...people(), ...dangers()].toSorted((a, b) => a.at - b.at)
  for (const one of happenings) await one.act(living)
  await living.until(endAt - 1)
}

const says = (when: number, device: CastDevice, kind: UpKind, body: object = {}): Happening => ({
  at: when,
  act: (living) => living.says(when, [device], { kind, body }),
})

/** Twice a day: these detectors run on batteries too, so that two days are not a thousand heartbeats. */
function heartbeats(): Happening[] {
  const { liCo, liGas, coupleCo, liButton, wuButton } = judging.cast.devices
  const heard = [liCo, liGas, coupleCo, liButton, wuButton]
  return Array.from({ length: 5 }, (_, nth) => startAt + nth * 12 * 60 * minuteMs).map((when) => ({
    at: when,
    act: (living) => living.says(when, heard, { kind: 'heartbeat' }),
  }))
}

function people(): Happening[] {
  const { devices, homes, residents, persons, communityId } = judging.cast
  const { liButton, wuButton, heButton, coupleCo } = devices
  const closes = (
    when: number,
    homeId: number,
    found: { outcome: 'fall_hospital' | 'slept_late' | 'ill_helped'; residentId: number },
  ): Happening => ({ at: when, act: (living) => living.closes(when, homeId, { kind: 'missed', ...found }) })
  return [
    // Monday: 李奶奶 a second before eight; each of the couple stirs beside a device of their own, one answers, one does not.
    says(on(23, '07:59:59'), heButton, 'heartbeat'),
    says(on(23, '07:20:00'), coupleCo, 'activity', { kind: 'motion' }),
    says(on(23, '07:21:00'), wuButton, 'activity', { kind: 'motion' }),
    says(on(23, '07:59:59'), liButton, 'checkin'),
    says(on(23, '08:30:00'), wuButton, 'checkin'),
    closes(on(23, '08:40:00'), homes.he, { outcome: 'fall_hospital', residentId: residents.he }),
    closes(on(23, '09:40:00'), homes.couple, { outcome: 'slept_late', residentId: residents.zheng }),
    // Tuesday: an early press of 李奶奶 moves Wednesday's hour; 郑奶奶 is away; 吴爷爷 is missed, and found ill.
    {
      at: on(23, '20:00:00'),
      act: async (living) => {
        await living.until(on(23, '20:00:00'))
        await judging.database.db.run(sql`
          insert into absence (
            community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at, created_by
          )
          values (
            ${communityId}, ${residents.zheng}, '2026-11-24', '2026-11-25', '女儿家', '女儿', '1', ${at(on(23, '20:00:00'))},
            ${persons.zhao}
          )`)
      },
    },
    says(on(24, '04:30:00'), liButton, 'checkin'),
    closes(on(24, '08:50:00'), homes.he, { outcome: 'slept_late', residentId: residents.he }),
    closes(on(24, '09:10:00'), homes.couple, { outcome: 'ill_helped', residentId: residents.wu }),
    // Wednesday: 李奶奶 is asked at 06:15 and greets at 07:00; a button that was not heard for 26 hours is silent.
    says(on(25, '07:00:00'), liButton, 'checkin'),
    // At the very instant of the judgement: it was just over.
    says(on(25, '08:00:00'), wuButton, 'checkin'),
  ]
}

function dangers(): Happening[] {
  const { devices, homes } = judging.cast
  const { liCo, liGas, coupleCo } = devices
  const curve = (
    device: CastDevice,
    kind: 'co' | 'gas',
    of: { from: number; everyMin: number; values: readonly number[] },
  ) =>
    of.values.map((value, nth) =>
      says(of.from + nth * of.everyMin * minuteMs, device, 'readings', { values: [{ kind, value }] }),
    )
  const fill = (count: number, value: number) => Array.from({ length: count }, () => value)
  const closes = (
    when: number,
    homeId: number,
    found: { kind: string; outcome: 'source_removed' | 'cooking' | 'no_danger_found' },
  ): Happening => ({ at: when, act: (living) => living.closes(when, homeId, found) })
  return [
    // Monday noon: 60 ppm for 100 minutes, then clean; removed at the stove.
    ...curve(liCo, 'co', {
      from: on(23, '11:00:00'),
      everyMin: 5,
      values: [0, ...fill(20, 60), ...fill(9, 1)],
    }),
    closes(on(23, '15:00:00'), homes.li, { kind: 'co', outcome: 'source_removed' }),
    // Monday supper: wine in a pan.
    ...curve(liGas, 'gas', {
      from: on(23, '17:30:30'),
      everyMin: 1,
      values: [0, 6, 6, 6, 1, ...fill(40, 0)],
    }),
    ...curve(liGas, 'gas', { from: on(23, '17:40:30'), everyMin: 8, values: fill(6, 0) }),
    closes(on(23, '19:30:00'), homes.li, { kind: 'gas', outcome: 'cooking' }),
    // Tuesday: the couple's detector says only its flag.
    says(on(24, '12:00:00'), coupleCo, 'alarm', { kind: 'co', active: true }),
    says(on(24, '12:20:00'), coupleCo, 'alarm', { kind: 'co', active: false }),
    closes(on(24, '13:00:00'), homes.couple, { kind: 'co', outcome: 'no_danger_found' }),
    // Tuesday evening: pulled out in mid-alarm; forty ppm before, which only warns.
    ...curve(liCo, 'co', { from: on(24, '19:00:00'), everyMin: 9, values: [0, ...fill(4, 350)] }),
    closes(on(24, '22:30:00'), homes.li, { kind: 'co', outcome: 'source_removed' }),
  ]
}

const ask = (layers?: RuleLayers) =>
  replay({
    db: judging.database.db,
    span: { fromAt: startAt, untilAt: endAt },
    ...(layers ? { layers } : {}),
  })

/** `3-2-501 co: 23T11:32 notice .. 23T12:25 alarm -> …`: at first and at worst, by the rules then and the proposed. */
const asRead = ({ homeLabel, greeting, kind, before, after }: TrialIncident) => {
  const said = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(8, 16)
  const each = (one: Raised | null) =>
    one ? `${said(one.at)} ${one.stage} .. ${said(one.worstAt)} ${one.worst}` : 'nothing'
  return `${homeLabel} ${greeting ?? ''} ${kind}: ${each(before)} -> ${each(after)}`.replace('  ', ' ')
}

const read = ({ added, dropped, changed, missed }: Trial) => ({
  added: added.map(asRead),
  dropped: dropped.map(asRead),
  changed: changed.map(asRead),
  missed: missed.map(asRead),
})

const nothing = { added: [], dropped: [], changed: [], missed: [] }

test('the same result live and in replay: what was found then is found again, and nothing else', async () => {
  const trial = await ask()
  expect(read(trial)).toEqual(nothing)
  expect(trial).toMatchObject({ homes: 4, homesJudged: 4, before: trial.after })
  const opened = await judging.database.db.one(
    Type.Object({ count: Type.Integer() }),
    sql`select count(*)::int as count from incident where subject = 'home' and kind <> 'device'`,
  )
  expect(trial.before).toBeGreaterThan(opened.count)
})

test('proposed rules show exactly what they would have done otherwise, and the trouble they would have told of later', async () => {
  const trial = await ask({
    ...noChanges,
    community: {
      device: { alarmSilentMin: 12, batterySilentH: 50 },
      silence: { signSoftens: false },
      co: { warningAt50Min: 30, alarmAt50Min: 90, alarmCohb: 5 },
    },
  })
  const later = '3-2-501 co: 23T11:32 notice .. 23T12:18 alarm -> 23T11:32 notice .. 23T12:33 alarm'
  expect(read(trial)).toEqual({
    added: [],
    dropped: ['5-1-102 device: 24T09:59 notice .. 24T09:59 notice -> nothing'],
    changed: [
      later,
      '3-2-601 吴爷爷 missed: 23T08:00 notice .. 23T08:00 notice -> 23T08:00 alarm .. 23T08:00 alarm',
      '3-2-601 郑奶奶 missed: 23T08:00 notice .. 23T09:00 alarm -> 23T08:00 alarm .. 23T08:00 alarm',
      '5-1-102 何爷爷 missed: 25T08:00 warning .. 25T08:00 warning -> 25T08:00 alarm .. 25T08:00 alarm',
    ],
    // the stove of Monday was real, and is told of a quarter of an hour later
    missed: [later],
  })
  expect(trial.unexplained).toBe(0)
})

test('the rules in force, proposed again, change nothing', async () => {
  expect(read(await ask({ ...noChanges, ...inForce }))).toEqual(nothing)
})

test('what only says who is asked first changes nothing that is found', async () => {
  const trial = await ask({ ...noChanges, community: { ...inForce.community, ladder: { tries: 2 } } })
  expect(trial).toMatchObject({ ...nothing, homes: 4, homesJudged: 4 })
  expect(trial.notReplayed).toContain('ladder')
})

test('where the time for it is over it ends, and says how many homes it has judged', async () => {
  const layers = { ...noChanges, community: { silence: { signSoftens: false } } }
  let looks = 0
  const span = { fromAt: startAt, untilAt: endAt }
  const trial = await replay({ db: judging.database.db, span, layers, isOver: () => (looks += 1) > 6 })
  expect(trial.homes).toBe(4)
  expect(trial.homesJudged).toBeLessThan(4)
})
