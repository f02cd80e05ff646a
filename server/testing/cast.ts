// The people and homes of every test. 李奶奶 lives alone in 3-2-501; 王红 is her steward; 张伟 is second; 赵敏 sits
// at the desk; 陈静 supervises another community and may see nothing of this one.
import { createHash } from 'node:crypto'
import { Type } from 'typebox'
import type { Db } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import type { DeviceKind, PairingRole, PowerClass, RiskTier, Role } from '#contract/primitives.ts'
import { nextOccurrence } from '#domain/occurrence.ts'
import { limits } from '../limits.ts'
import { castPassword, castPasswordHash } from './cast-password.ts'

export type CastDevice = { id: number; serial: string; secret: string }
export type CastLogin = { login: string; password: string }
export type Cast = Awaited<ReturnType<typeof seedCast>>

const Row = Type.Object({ id: Type.Integer() })
const usualZone = 'Asia/Shanghai'

/**
 * Writes the cast into an empty, migrated database. Everybody's next morning is due at 8:00 there, the first
 * one after `now` (epoch ms); nothing has been heard of any device yet. @param zone where both communities are
 */
export async function seedCast(db: Db, now: number, zone: string = usualZone) {
  const areas = await seedAreas(db, zone)
  const buildings = await seedBuildings(db, areas)
  const persons = await seedPersons(db, areas)
  const homes = await seedHomes(db, areas, buildings)
  const { residents, links } = await seedResidents(db, { areas, homes, now, zone })
  const devices = await seedDevices(db, areas, homes, residents)
  await seedPairings(db, areas, homes, persons)
  const login = (name: keyof typeof persons): CastLogin => ({ login: name, password: castPassword })
  return {
    zone,
    /** 幸福里 */
    communityId: areas.xingfu,
    /** 和睦里 */
    otherCommunityId: areas.hemu,
    areas,
    buildings,
    homes,
    residents,
    persons,
    devices,
    /** The secrets in the private links of residents' own pages. */
    links,
    logins: {
      wang: login('wang'),
      zhang: login('zhang'),
      zhao: login('zhao'),
      lin: login('lin'),
      chen: login('chen'),
      guo: login('guo'),
    },
  }
}

async function seedAreas(db: Db, zone: string) {
  const area = async (kind: string, name: string, parent: { id: number; path: number[] } | null) => {
    const isCommunity = kind === 'community'
    const { id } = await db.one(
      Row,
      sql`
        insert into area (parent_id, kind, name, zone, path, center_lng, center_lat)
        values (
          ${parent?.id ?? null}, ${kind}, ${name}, ${isCommunity ? zone : null}, '{}',
          ${isCommunity ? 119.42 : null}, ${isCommunity ? 32.39 : null}
        )
        returning id`,
    )
    const path = [...(parent?.path ?? []), id]
    await db.run(sql`update area set path = ${path} where id = ${id}`)
    if (isCommunity) await db.run(sql`insert into community_log (community_id) values (${id})`)
    return { id, path }
  }
  const district = await area('district', '安宁区', null)
  const street = await area('street', '和平街道', district)
  const xingfu = await area('community', '幸福里', street)
  const grid = await area('grid', '第一网格', xingfu)
  const hemu = await area('community', '和睦里', street)
  return { district: district.id, street: street.id, xingfu: xingfu.id, grid: grid.id, hemu: hemu.id }
}

type Areas = Awaited<ReturnType<typeof seedAreas>>

async function seedBuildings(db: Db, areas: Areas) {
  const building = async (communityId: number, name: string, lng: number) => {
    const { id } = await db.one(
      Row,
      sql`
        insert into building (community_id, name, floors, units, lng, lat)
        values (${communityId}, ${name}, 6, 2, ${lng}, 32.39)
        returning id`,
    )
    return id
  }
  return {
    three: await building(areas.xingfu, '3', 119.4201),
    five: await building(areas.xingfu, '5', 119.4211),
    hemu: await building(areas.hemu, '1', 119.4301),
  }
}

type Buildings = Awaited<ReturnType<typeof seedBuildings>>

async function seedPersons(db: Db, areas: Areas) {
  const hash = await castPasswordHash()
  const person = async (name: string, title: string | null, login: string | null) => {
    const { id } = await db.one(
      Row,
      sql`
        insert into person (name, title, phone, login, password_hash)
        values (${name}, ${title}, ${'139' + String(10_000_000 + name.charCodeAt(0))}, ${login}, ${login && hash})
        returning id`,
    )
    if (login) await db.run(sql`insert into contact_point (person_id, channel) values (${id}, 'page')`)
    return id
  }
  const grant = (personId: number, areaId: number, role: Role) =>
    db.run(sql`insert into area_grant (person_id, area_id, role) values (${personId}, ${areaId}, ${role})`)

  const persons = {
    wang: await person('王红', '红管家', 'wang'),
    zhang: await person('张伟', '红管家', 'zhang'),
    zhao: await person('赵敏', '值班员', 'zhao'),
    lin: await person('林涛', '区管理员', 'lin'),
    chen: await person('陈静', '督导', 'chen'),
    guo: await person('郭兰', '值班员', 'guo'),
    zhou: await person('周阿姨', null, null),
    daughter: await person('李梅', null, null),
  }
  await grant(persons.wang, areas.xingfu, 'steward')
  await grant(persons.zhang, areas.xingfu, 'steward')
  await grant(persons.zhao, areas.xingfu, 'desk')
  await grant(persons.lin, areas.district, 'admin')
  await grant(persons.chen, areas.hemu, 'supervisor')
  await grant(persons.guo, areas.hemu, 'desk')
  await db.run(sql`
    insert into on_duty (person_id, community_id)
    values (${persons.zhao}, ${areas.xingfu}), (${persons.guo}, ${areas.hemu})`)
  return persons
}

type Persons = Awaited<ReturnType<typeof seedPersons>>

async function seedHomes(db: Db, areas: Areas, buildings: Buildings) {
  const home = async (inside: 'xingfu' | 'hemu', buildingId: number, label: string) => {
    const [, unit = '1', room = '101'] = label.split('-')
    const { id } = await db.one(
      Row,
      sql`
        insert into home (community_id, area_id, building_id, unit, floor, room, label, address, flue, plan)
        values (
          ${areas[inside]}, ${inside === 'xingfu' ? areas.grid : areas.hemu}, ${buildingId},
          ${Number(unit)}, ${Number(room.slice(0, -2))}, ${room}, ${label},
          ${`和平路8号${inside === 'xingfu' ? '幸福里' : '和睦里'}${label}`}, ${`${label.slice(0, 3)}-东`},
          ${json({ outsideValve: '门外左侧管井', access: '楼道灯在右手', fuel: '天然气', authorityToEnter: true })}
        )
        returning id`,
    )
    return id
  }
  return {
    /** 3-2-501: 李奶奶 */
    li: await home('xingfu', buildings.three, '3-2-501'),
    /** 3-2-601, above 李奶奶: the couple 吴爷爷 and 郑奶奶 */
    couple: await home('xingfu', buildings.three, '3-2-601'),
    /** 5-1-102: 何爷爷 */
    he: await home('xingfu', buildings.five, '5-1-102'),
    /** 1-1-201 in 和睦里: 孙奶奶 */
    sun: await home('hemu', buildings.hemu, '1-1-201'),
  }
}

type Homes = Awaited<ReturnType<typeof seedHomes>>

async function seedResidents(
  db: Db,
  { areas, homes, now, zone }: { areas: Areas; homes: Homes; now: number; zone: string },
) {
  const due = nextOccurrence({
    deadline: '08:00',
    days: [1, 2, 3, 4, 5, 6, 7],
    edge: 'morning',
    zone,
    after: now,
    remindBeforeMs: limits.remindBeforeMs,
  })
  const resident = async (home: keyof Homes, name: string, greeting: string, tier: RiskTier = 'general') => {
    const communityId = home === 'sun' ? areas.hemu : areas.xingfu
    const { id } = await db.one(
      Row,
      sql`
        insert into resident (community_id, home_id, name, greeting, birth_year, tier, enrolled_on, link_hash)
        values (
          ${communityId}, ${homes[home]}, ${name}, ${greeting}, 1943, ${tier}, '2026-01-05',
          ${sha256(linkOf(name))}
        )
        returning id`,
    )
    await db.run(sql`
      insert into pact (community_id, resident_id, home_id, due_on, opens_at, remind_at, due_at)
      values (
        ${communityId}, ${id}, ${homes[home]}, ${due.on}, ${at(due.opensAt)},
        ${at(due.remindAt)}, ${at(due.dueAt)}
      )`)
    return id
  }
  const residents = {
    li: await resident('li', '李秀英', '李奶奶', 'key'),
    wu: await resident('couple', '吴国强', '吴爷爷'),
    zheng: await resident('couple', '郑桂兰', '郑奶奶'),
    he: await resident('he', '何德明', '何爷爷', 'high'),
    sun: await resident('sun', '孙玉珍', '孙奶奶'),
  }
  const links = { li: linkOf('李秀英'), wu: linkOf('吴国强'), zheng: linkOf('郑桂兰'), sun: linkOf('孙玉珍') }
  return { residents, links }
}

type Residents = Awaited<ReturnType<typeof seedResidents>>['residents']

async function seedDevices(db: Db, areas: Areas, homes: Homes, residents: Residents) {
  const device = async (
    serial: string,
    on: { home: keyof Homes; kind: DeviceKind; power: PowerClass; resident?: keyof Residents },
  ): Promise<CastDevice> => {
    const secret = `secret-of-${serial}-0123456789abcdef`
    const { id } = await db.one(
      Row,
      sql`
        insert into device (serial, community_id, home_id, resident_id, kind, power, secret_hash)
        values (
          ${serial}, ${on.home === 'sun' ? areas.hemu : areas.xingfu}, ${homes[on.home]},
          ${on.resident ? residents[on.resident] : null}, ${on.kind}, ${on.power}, ${sha256(secret)}
        )
        returning id`,
    )
    return { id, serial, secret }
  }
  return {
    liButton: await device('li-button', { home: 'li', kind: 'button', power: 'battery', resident: 'li' }),
    liCo: await device('li-co-1', { home: 'li', kind: 'co', power: 'mains' }),
    liGas: await device('li-gas-1', { home: 'li', kind: 'gas', power: 'mains' }),
    wuButton: await device('wu-button', { home: 'couple', kind: 'button', power: 'battery', resident: 'wu' }),
    coupleCo: await device('couple-co-1', { home: 'couple', kind: 'co', power: 'mains' }),
    heButton: await device('he-button', { home: 'he', kind: 'button', power: 'battery', resident: 'he' }),
    sunButton: await device('sun-button', { home: 'sun', kind: 'button', power: 'battery', resident: 'sun' }),
  }
}

async function seedPairings(db: Db, areas: Areas, homes: Homes, persons: Persons): Promise<void> {
  const pair = (
    home: keyof Homes,
    person: keyof Persons,
    as: { role: PairingRole; relation?: string; holdsKey?: true },
  ) =>
    db.run(sql`
      insert into pairing (home_id, person_id, community_id, role, relation, holds_key)
      values (
        ${homes[home]}, ${persons[person]}, ${home === 'sun' ? areas.hemu : areas.xingfu},
        ${as.role}, ${as.relation ?? null}, ${as.holdsKey ?? false}
      )`)
  await pair('li', 'wang', { role: 'steward' })
  await pair('li', 'zhang', { role: 'backup' })
  await pair('li', 'zhou', { role: 'neighbour', relation: '对门邻居', holdsKey: true })
  await pair('li', 'daughter', { role: 'emergencyContact', relation: '女儿' })
  await pair('couple', 'wang', { role: 'steward' })
  await pair('couple', 'zhang', { role: 'backup' })
  await pair('he', 'zhang', { role: 'steward' })
  await pair('he', 'wang', { role: 'backup' })
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** A fixed secret for each name, of 128 bits as a real one. */
const linkOf = (name: string): string => sha256(`link of ${name}`).subarray(0, 16).toString('base64url')
