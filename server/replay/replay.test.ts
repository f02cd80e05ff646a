// Three days lived through on the real database, then judged again: the same rules find the same, others exactly what differs.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noChanges, type RuleLayers } from '#contract/rule-layers.ts'
import type { TrialIncident } from '#contract/rule-trial.ts'
import type { UpKind } from '#contract/topics.ts'
import { at, sql } from '#db/sql.ts'
import type { CastDevice } from '#testing/cast.ts'
import { createJudging, type Judging } from '#testing/judging.ts'
import { createLiving } from '#testing/living.ts'
import { replay } from './replay.ts'

const minuteMs = 60_000
const startAt = Date.parse('2026-11-23T05:00:00+08:00')
const endAt = Date.parse('2026-11-26T06:00:00+08:00')
const on = (day: number, time: string) => Date.parse(`2026-11-${day}T${time}+08:00`)

let judging: Judging
beforeAll(async () => {
  judging = await createJudging({ startAt, opens: true })
  await judging.change(inForce)
  await judging.rules.applyDeviceRules()
  await liveThroughAll()
})
afterAll(() => judging.close())

/** In force all the time; an hour for mains devices, so that three days are not a thousand heartbeats. */
const inForce: Partial<RuleLayers> = { community: { device: { mainsSilentMin: 60 } } }

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

/** But for what is unplugged: one detector for some hours, one in the middle of its alarm. */
function heartbeats(): Happening[] {
  const { liCo, liGas, coupleCo, liButton, wuButton } = judging.cast.devices
  const unplugged = [
    { device: coupleCo, fromAt: on(24, '02:00:00'), untilAt: on(24, '05:00:00') },
    { device: liCo, fromAt: on(24, '19:45:00'), untilAt: on(24, '21:00:00') },
  ]
  const all: Happening[] = []
  for (let when = startAt; when < endAt; when += 55 * minuteMs) {
    const isOff = (device: CastDevice) =>
      unplugged.some((one) => one.device === device && when >= one.fromAt && when < one.untilAt)
    const heard = [liCo, liGas, coupleCo, liButton, wuButton].filter((device) => !isOff(device))
    all.push({ at: when, act: (living) => living.says(when, heard, { kind: 'heartbeat' }) })
  }
  return all
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
    // Monday: 李奶奶 a second before eight; a movement in the couple's home makes both late, one answers, one does not.
    says(on(23, '07:59:59'), heButton, 'heartbeat'),
    says(on(23, '07:20:00'), coupleCo, 'activity', { kind: 'motion' }),
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
    says(on(24, '07:30:00'), heButton, 'checkin'),
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
    ...curve(liCo, 'co', { from: on(24, '19:00:00'), everyMin: 4, values: [0, ...fill(10, 350)] }),
    closes(on(24, '22:30:00'), homes.li, { kind: 'co', outcome: 'source_removed' }),
  ]
}

const ask = (layers?: RuleLayers) =>
  replay({
    db: judging.database.db,
    span: { fromAt: startAt, untilAt: endAt },
    ...(layers ? { layers } : {}),
  })

const asRead = ({ homeLabel, greeting, kind, before, after }: TrialIncident) =>
  [
    homeLabel,
    ...(greeting === null ? [] : [greeting]),
    kind,
    ...[before, after].map(
      (one) =>
        one && `${new Date(one.at + 8 * 3_600_000).toISOString().slice(8, 16)} ${one.stage}-${one.worst}`,
    ),
  ].join(' ')

test('the same result live and in replay: three days judged again find what was found then, and nothing else', async () => {
  const trial = await ask()
  expect({
    ...trial,
    added: trial.added.map(asRead),
    dropped: trial.dropped.map(asRead),
    changed: trial.changed.map(asRead),
  }).toMatchObject({
    added: [],
    dropped: [],
    changed: [],
    missed: [],
    homes: 4,
    homesJudged: 4,
  })
  expect(trial.before).toBe(trial.after)
  expect(trial.before).toBeGreaterThan(10)
})
