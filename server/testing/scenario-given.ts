// What is different about the world of a scenario: more residents, other pacts, absences, who is on duty.
import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { nextOccurrence } from '#domain/occurrence.ts'
import { limits } from '../limits.ts'
import type { Given } from '../scenarios/language.ts'
import type { Person, Resident } from '../scenarios/people.ts'
import type { Cast } from './cast.ts'
import { makeOwnRules, sentAtOnce } from './own-rules.ts'
import { addDevice } from './service.ts'

export type Home = { residentId: number; homeId: number; label: string }

export function fail(problem: string): never {
  throw new Error(problem)
}

/** As printed on a device that the cast does not have. */
export const serialOf = (label: string, kind: string, mark?: string): string =>
  `home-${label}-${kind}-1${mark === undefined ? '' : `-${mark}`}`

const Row = Type.Object({ id: Type.Integer() })

/** Somebody more, alone at home, paired with 王红 and 张伟. */
export async function addFlat(
  db: Db,
  {
    cast,
    homes,
    given,
    now,
  }: { cast: Cast; homes: Map<Resident, Home>; given: Given & { is: 'flat' }; now: number },
): Promise<void> {
  const { label, resident } = given
  const [building, unit = '1', room = '101'] = label.split('-')
  const home = await db.one(
    Row,
    sql`
      insert into home (community_id, area_id, building_id, unit, floor, room, label, address, flue)
      values (
        ${cast.communityId}, ${cast.areas.grid}, ${building === '3' ? cast.buildings.three : cast.buildings.five},
        ${Number(unit)}, ${Number(room.slice(0, -2))}, ${room}, ${label}, ${`和平路8号幸福里${label}`}, null
      )
      returning id`,
  )
  const { id } = await db.one(
    Row,
    sql`
      insert into resident (community_id, home_id, name, greeting, birth_year, tier, enrolled_on)
      values (${cast.communityId}, ${home.id}, ${resident}, ${resident}, 1943, 'general', '2026-01-05')
      returning id`,
  )
  homes.set(resident, { residentId: id, homeId: home.id, label })
  await addPact(
    db,
    { residentId: id, homeId: home.id, communityId: cast.communityId },
    { ...usualPact, zone: cast.zone, now },
  )
  await addDevice(db, {
    serial: serialOf(label, 'button'),
    homeId: home.id,
    kind: 'button',
    power: 'battery',
    residentId: id,
  })
  await db.run(sql`
    insert into pairing (home_id, person_id, community_id, role)
    values
      (${home.id}, ${cast.persons.wang}, ${cast.communityId}, 'steward'),
      (${home.id}, ${cast.persons.zhang}, ${cast.communityId}, 'backup')`)
}

const usualPact = { edge: 'morning', deadline: '08:00', days: [1, 2, 3, 4, 5, 6, 7] } as const
type Pact = {
  edge: 'morning' | 'evening'
  deadline: string
  days: readonly number[]
  zone: string
  now: number
}

async function addPact(
  db: Db,
  whose: { residentId: number; homeId: number; communityId: number },
  { edge, deadline, days, zone, now }: Pact,
): Promise<void> {
  const { remindBeforeMs } = limits
  const next = nextOccurrence({ deadline, days, edge, zone, after: now, remindBeforeMs })
  await db.run(sql`
    insert into pact (community_id, resident_id, home_id, edge, deadline, days, due_on, opens_at, remind_at, due_at)
    values (
      ${whose.communityId}, ${whose.residentId}, ${whose.homeId}, ${edge}, ${deadline}::time, ${[...days]}::int[],
      ${next.on}, ${at(next.opensAt)}, ${at(next.remindAt)}, ${at(next.dueAt)}
    )
    on conflict (resident_id, edge) do update set
      deadline = excluded.deadline,
      days = excluded.days,
      due_on = excluded.due_on,
      opens_at = excluded.opens_at,
      remind_at = excluded.remind_at,
      due_at = excluded.due_at`)
}

const dayMs = 86_400_000

type Applying = {
  given: Given
  homes: Map<Resident, Home>
  personIds: Record<Person, number>
  cast: Cast
  zone: string
  now: number
}

export async function applyGiven(
  db: Db,
  { given, homes, personIds, cast, zone, now }: Applying,
): Promise<void> {
  const home = (name: Resident) => homes.get(name) ?? fail(`nobody is called ${name}`)
  const { communityId } = cast
  switch (given.is) {
    case 'enrolled': {
      const { residentId, homeId } = home(given.resident)
      const yesterday = at(now - dayMs)
      await change(db, sql`update resident set enrolled_on = ${given.on} where id = ${residentId}`)
      return change(
        db,
        sql`
          insert into check_in (community_id, resident_id, home_id, at, received_at, time_source, via, origin)
          values (${communityId}, ${residentId}, ${homeId}, ${yesterday}, ${yesterday}, 'device', 'button', 'live')`,
      )
    }
    case 'neverPressed':
      return change(db, sql`delete from check_in where resident_id = ${home(given.resident).residentId}`)
    case 'risk':
      return change(
        db,
        sql`update resident set tier = ${given.tier} where id = ${home(given.resident).residentId}`,
      )
    case 'deaf':
      return change(
        db,
        sql`update resident set deaf = true, contact_mode = 'light' where id = ${home(given.resident).residentId}`,
      )
    case 'pact':
      return addPact(db, { ...home(given.resident), communityId }, { ...given, zone, now })
    case 'away':
      return change(
        db,
        sql`
          insert into absence (community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at)
          values (
            ${communityId}, ${home(given.resident).residentId}, ${given.fromOn}, ${given.untilOn}, '市人民医院', '李梅',
            '0514-1', ${at(now)}
          )`,
      )
    case 'onDuty':
      return change(
        db,
        sql`insert into on_duty (person_id, community_id) values (${personIds[given.person]}, ${communityId})`,
      )
    case 'noNeighbour':
      return change(db, sql`delete from pairing where role in ('neighbour', 'emergencyContact')`)
    case 'sendsAtOnce':
      return makeOwnRules(db, communityId, sentAtOnce)
    case 'asleep':
    case 'neverHeard':
    case 'flat':
      return
  }
}

const change = async (db: Db, statement: ReturnType<typeof sql>): Promise<void> =>
  void (await db.run(statement))
