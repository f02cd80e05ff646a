// Verdicts together leave what they leave one after the other: there is one way for both.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Type } from 'typebox'
import { sql } from '#db/sql.ts'
import type { Verdict } from '#domain/verdict.ts'
import { createResponding, type Responding } from '#testing/responding.ts'

let rig: Responding
beforeAll(async () => {
  rig = await createResponding()
})
beforeEach(() => rig.reset())
afterAll(() => rig.drop())

const apply = (...verdicts: Verdict[]) =>
  rig.db.transaction((tx) => rig.incidents.applyVerdicts(tx, verdicts, rig.clock.now()))

const Line = Type.Object({ line: Type.String() })

/** Everything that verdicts write, without the ids that a sequence gave. */
async function written(): Promise<string[]> {
  const rows = await rig.db.many(
    Line,
    sql`
      with named as (
        select *, home_id || ' ' || kind || ' ' || coalesce(resident_id, 0) as name
        from incident
      )
      select concat_ws(' ', 'incident', name, stage, state, version, step, due_kind, evidence) as line
      from named
      union all
      select concat_ws(' ', 'condition', n.name, c.device_id, c.stage, c.state, c.evidence)
      from condition c
      join named n on n.id = c.incident_id
      union all
      select concat_ws(' ', 'assignment', n.name, a.person_id, a.role, a.state, a.due_kind)
      from assignment a
      join named n on n.id = a.incident_id
      union all
      select concat_ws(' ', 'telling', n.name, t.person_id, t.purpose, t.stage, t.state)
      from telling t
      join named n on n.id = t.incident_id
      union all
      select concat_ws(' ', 'call', n.name, e.number, e.person_id)
      from emergency_call e
      join named n on n.id = e.incident_id
      union all
      select concat_ws(' ', 'command', n.name, d.device_id, d.kind, d.text)
      from device_command d
      join named n on n.id = d.incident_id
      union all
      select concat_ws(' ', 'line', n.name, row_number() over (partition by n.name order by l.id), l.what, l.person_id, l.detail)
      from timeline l
      join named n on n.id = l.incident_id
      order by 1`,
  )
  return rows.map(({ line }) => line)
}

/** Opened, raised, pressed again, noted, ended by itself, and seen to be over, in two homes. */
function verdicts(dueAt: number): Verdict[] {
  const { cast, verdicts: li } = rig
  const he = { homeId: cast.homes.he, deviceId: cast.devices.heButton.id }
  const silent = { ...li.silence('missed', 'alarm', dueAt), homeId: cast.homes.couple }
  return [
    li.co('warning'),
    li.co('alarm', { value: 260, unit: 'ppm' }),
    li.co(null, { cleanSince: dueAt }),
    li.sos(),
    li.sos(),
    li.silence('late', 'notice', dueAt),
    li.silence('missed', 'alarm', dueAt),
    li.device('notice'),
    li.device('notice', cast.devices.liCo.id),
    { ...li.co('alarm'), ...he },
    { ...silent, residentId: cast.residents.wu },
    { ...silent, residentId: cast.residents.zheng },
    { ...silent, residentId: cast.residents.zheng, stage: null, evidence: { lateCheckInAt: dueAt } },
  ]
}

test('verdicts of one transaction leave the same rows as one after the other', async () => {
  const all = verdicts(rig.clock.now())
  for (const verdict of all) await apply(verdict)
  const alone = await written()
  await rig.reset()
  await apply(...all)
  expect(await written()).toEqual(alone)
  expect(alone.length).toBeGreaterThan(100)
})

test('devices that come back together end their incident, but not while one is still missing', async () => {
  const ids = Object.values(rig.cast.devices).map(({ id }) => id)
  const trouble = (stage: 'notice' | null, devices: number[]) =>
    devices.map((id) => rig.verdicts.device(stage, id))
  await apply(...trouble('notice', ids))
  await apply(...trouble(null, ids.slice(1)))
  expect(await rig.card()).toMatchObject({ kind: 'device', state: 'open' })
  await apply(...trouble(null, ids.slice(0, 1)))
  const { id, state } = await rig.card()
  expect(state).toBe('closed')
  expect((await rig.lines(id)).at(-1)).toBe('closedByItself')
})

test('safety 14: of gas and CO that are found at once, the gas keeps every other sound away', async () => {
  await rig.addTablet(rig.cast.homes.li)
  await apply(rig.verdicts.co('alarm'), rig.verdicts.gas('alarm'))
  const commands = await rig.db.many(
    Type.Object({ kind: Type.String() }),
    sql`
      select distinct c.kind
      from device_command c
      join device on device.id = c.device_id
      where device.home_id = ${rig.cast.homes.li}`,
  )
  expect(commands).toEqual([{ kind: 'mute' }])
})
