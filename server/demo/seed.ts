// Writes the demo community into an empty database, once, and gives the simulators their world.
import { createHash, randomBytes } from 'node:crypto'
import { Type } from 'typebox'
import type { DemoWorld } from '#contract/demo.ts'
import { noChanges, type RuleLayers } from '#contract/rule-layers.ts'
import type { Database, Db } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import { nextOccurrence } from '#domain/occurrence.ts'
import { limits } from '../limits.ts'
import { baseMap, buildings, center, zone } from './neighbourhood.ts'
import { greeting, residents, type PlannedResident } from './people.ts'
import { planDevices } from './devices.ts'
import { seedHistory } from './seed-history.ts'
import { contacts, demoPassword, staff } from './staff.ts'

const Row = Type.Object({ id: Type.Integer() })

export type DemoSeed = {
  db: Database
  now: number
  hashPassword: (password: string) => Promise<string>
}

/** One transaction: a demo is there whole or not at all. Every row of it carries origin `demo`. */
export async function seedDemo({ db, now, hashPassword }: DemoSeed): Promise<DemoWorld> {
  const passwordHash = await hashPassword(demoPassword)
  return db.transaction(async (tx) => {
    await tx.run(sql`
      insert into installation (mode, created_at, server_secret)
      values ('demo', ${at(now)}, ${randomBytes(32)})`)
    const areas = await seedAreas(tx)
    const persons = await seedStaff(tx, { ...areas, passwordHash })
    const homes = await seedHomes(tx, areas)
    const people = await seedResidents(tx, { homes, communityId: areas.here, now })
    const contactIds = await seedPairings(tx, { homes, persons, communityId: areas.here, passwordHash })
    await seedRules(tx, { communityId: areas.here, now })
    const devices = await seedDevices(tx, { homes, people, communityId: areas.here })
    const deskId = persons[staff.findIndex((one) => one.role === 'desk')] ?? 0
    await seedHistory(tx, { communityId: areas.here, zone, now, deskId, residents: people, devices })
    return {
      communityId: areas.here,
      zone,
      logins: [
        ...staff.map((one, index) => ({
          login: one.login,
          password: demoPassword,
          name: one.name,
          title: one.title,
          personId: persons[index] ?? 0,
        })),
        ...contacts.flatMap(({ login, name, relation }, index) =>
          login
            ? [{ login, password: demoPassword, name, title: relation, personId: contactIds[index] ?? 0 }]
            : [],
        ),
      ],
      residents: people,
      devices,
    }
  })
}

/** Its own rule: its stewards live next door, and somebody who looks at a demo should not wait for a quarter of an hour. */
const ownRules: RuleLayers = { ...noChanges, community: { ladder: { stewardAfterMin: 0 } } }

async function seedRules(db: Db, { communityId, now }: { communityId: number; now: number }): Promise<void> {
  await db.run(sql`
    insert into rule_book (community_id, version, layers, note, created_at)
    values (${communityId}, 1, ${json(ownRules)}, '幸福里的红管家住得近：一到时间就去看看', ${at(now)})`)
}

async function insertArea(db: Db, kind: string, name: string, path: number[]): Promise<number[]> {
  const isCommunity = kind === 'community'
  const { id } = await db.one(
    Row,
    sql`
      insert into area (parent_id, kind, name, zone, path, center_lng, center_lat, base_map, origin)
      values (
        ${path.at(-1) ?? null}, ${kind}, ${name}, ${isCommunity ? zone : null}, '{}',
        ${isCommunity ? center.lng : null}, ${isCommunity ? center.lat : null},
        ${isCommunity ? json(baseMap) : null}, 'demo'
      )
      returning id`,
  )
  await db.run(sql`update area set path = ${[...path, id]} where id = ${id}`)
  if (isCommunity) await db.run(sql`insert into community_log (community_id) values (${id})`)
  return [...path, id]
}

async function seedAreas(db: Db) {
  const district = await insertArea(db, 'district', '马村区', [])
  const street = await insertArea(db, 'street', '东苑街道', district)
  const here = await insertArea(db, 'community', '幸福里', street)
  const grid = await insertArea(db, 'grid', '第一网格', here)
  const elsewhere = await insertArea(db, 'community', '和睦里', street)
  return { here: last(here), grid: last(grid), elsewhere: last(elsewhere) }
}

async function seedStaff(db: Db, to: { here: number; elsewhere: number; passwordHash: string }) {
  const ids: number[] = []
  for (const one of staff) {
    const id = await insertPerson(db, { ...one, passwordHash: to.passwordHash })
    const areaId = one.community === 'here' ? to.here : to.elsewhere
    await db.run(
      sql`insert into area_grant (person_id, area_id, role) values (${id}, ${areaId}, ${one.role})`,
    )
    if (one.onDuty) await db.run(sql`insert into on_duty (person_id, community_id) values (${id}, ${areaId})`)
    ids.push(id)
  }
  return ids
}

type NewPerson = { name: string; title?: string; phone: string; login?: string; passwordHash?: string }

async function insertPerson(db: Db, person: NewPerson): Promise<number> {
  const { id } = await db.one(
    Row,
    sql`
      insert into person (name, title, phone, login, password_hash, origin)
      values (
        ${person.name}, ${person.title ?? null}, ${person.phone}, ${person.login ?? null},
        ${person.passwordHash ?? null}, 'demo'
      )
      returning id`,
  )
  await db.run(sql`insert into contact_point (person_id, channel) values (${id}, 'page')`)
  return id
}

const doorOf = (one: PlannedResident) => `${one.building}-${one.unit}-${one.room}`

async function seedHomes(db: Db, areas: { here: number; grid: number }): Promise<Map<string, number>> {
  const buildingIds: number[] = []
  for (const one of buildings) {
    const row = sql`
      insert into building (community_id, name, floors, units, lng, lat)
      values (${areas.here}, ${one.name}, ${one.floors}, ${one.units}, ${one.lng}, ${one.lat})
      returning id`
    buildingIds.push((await db.one(Row, row)).id)
  }
  const homes = new Map<string, number>()
  for (const one of residents) {
    const label = doorOf(one)
    if (homes.has(label)) continue
    const address = `幸福里${one.building}号楼${one.unit}单元${one.room}`
    const row = sql`
      insert into home (community_id, area_id, building_id, unit, floor, room, label, address, flue, plan)
      values (
        ${areas.here}, ${areas.grid}, ${buildingIds[one.building - 1] ?? 0}, ${one.unit}, ${one.floor},
        ${one.room}, ${label}, ${address}, ${`${one.building}-${one.unit}-${one.room.slice(-1)}`},
        ${json(homePlan(one))}
      )
      returning id`
    homes.set(label, (await db.one(Row, row)).id)
  }
  return homes
}

const homePlan = (one: PlannedResident) => ({
  outsideValve: '楼道燃气立管旁，逆时针四分之一圈',
  access: one.floor > 3 ? '无电梯，楼梯感应灯' : '楼梯感应灯',
  fuel: one.part === 'co' ? '冬季煤炉' : '天然气',
  authorityToEnter: one.tier !== 'general',
})

type Homes = { homes: Map<string, number>; communityId: number }

async function seedResidents(db: Db, { homes, communityId, now }: Homes & { now: number }) {
  const people: DemoWorld['residents'] = []
  for (const one of residents) {
    const homeId = homes.get(doorOf(one)) ?? 0
    const token = randomBytes(16).toString('base64url')
    const row = sql`
      insert into resident (
        community_id, home_id, name, greeting, birth_year, tier, deaf, contact_mode, enrolled_on, file, link_hash
      )
      values (
        ${communityId}, ${homeId}, ${one.name}, ${greeting(one)}, ${one.birthYear}, ${one.tier}, ${one.deaf},
        ${one.deaf ? 'light' : 'phone'}, '2025-11-03', ${json({ facts: one.facts })}, ${sha256(token)}
      )
      returning id`
    const { id } = await db.one(Row, row)
    await insertPact(db, { communityId, residentId: id, homeId, deadline: one.deadline, now })
    people.push({
      id,
      homeId,
      name: one.name,
      greeting: greeting(one),
      label: doorOf(one),
      tier: one.tier,
      deadline: one.deadline,
      part: one.part,
      href: `/r#${token}`,
    })
  }
  return people
}

type NewPact = { communityId: number; residentId: number; homeId: number; deadline: string; now: number }

/** Real deadlines: the simulated residents greet each morning by themselves (simulators/everyday.ts). */
async function insertPact(db: Db, { communityId, residentId, homeId, deadline, now }: NewPact) {
  const days = [1, 2, 3, 4, 5, 6, 7]
  const remindBeforeMs = limits.remindBeforeMs
  const next = nextOccurrence({ deadline, days, edge: 'morning', zone, after: now, remindBeforeMs })
  await db.run(sql`
    insert into pact (community_id, resident_id, home_id, deadline, paused, due_on, opens_at, remind_at, due_at)
    values (
      ${communityId}, ${residentId}, ${homeId}, ${deadline}, false, ${next.on}, ${at(next.opensAt)},
      ${at(next.remindAt)}, ${at(next.dueAt)}
    )`)
}

/** Homes are dealt to the four stewards by building; the next in the row is the backup. */
async function seedPairings(
  db: Db,
  { homes, persons, communityId, passwordHash }: Homes & { persons: number[]; passwordHash: string },
): Promise<number[]> {
  const stewards = persons.filter((_, index) => staff[index]?.role === 'steward')
  const pair = (homeId: number, personId: number, role: string, relation: string | null, holdsKey: boolean) =>
    db.run(sql`
      insert into pairing (home_id, person_id, community_id, role, relation, holds_key)
      values (${homeId}, ${personId}, ${communityId}, ${role}, ${relation}, ${holdsKey})`)
  for (const [label, homeId] of homes) {
    const turn = stewardTurn(label)
    await pair(homeId, stewards[turn] ?? 0, 'steward', null, false)
    await pair(homeId, stewards[(turn + 1) % stewards.length] ?? 0, 'backup', null, false)
  }
  const ids: number[] = []
  for (const one of contacts) {
    const personId = await insertPerson(db, one.login ? { ...one, passwordHash } : one)
    await pair(homes.get(one.of) ?? 0, personId, one.role, one.relation, one.holdsKey)
    ids.push(personId)
  }
  return ids
}

/** The buildings of the story (3, 6 and 8) are 王红's, the first in the list; the others are shared out. */
const stewardTurn = (label: string): number => {
  const building = Number(label.split('-')[0])
  return [3, 6, 8].includes(building) ? 0 : building % 4
}

async function seedDevices(
  db: Db,
  { homes, people, communityId }: Homes & { people: DemoWorld['residents'] },
): Promise<DemoWorld['devices']> {
  const devices = planDevices([...homes], people)
  for (const one of devices)
    await db.run(sql`
      insert into device (serial, community_id, home_id, resident_id, kind, power, secret_hash, origin)
      values (
        ${one.serial}, ${communityId}, ${one.homeId}, ${one.residentId}, ${one.kind}, ${one.power},
        ${sha256(one.secret)}, 'demo'
      )`)
  return devices
}

const sha256 = (text: string) => createHash('sha256').update(text).digest()
const last = (path: number[]): number => path.at(-1) ?? 0
