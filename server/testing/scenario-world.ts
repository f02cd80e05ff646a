// The world of a scenario: the cast, and what is different about it. Everybody whom the scenario does not speak of is
// well: their devices are heard, and they greet.
import { Type } from 'typebox'
import { EpochMs, Id, RiskTier, type DeviceKind, type PowerClass } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { nextAskBefore } from '#domain/ask-plan.ts'
import type { Line, Scenario, Source } from '../scenarios/language.ts'
import { usualZone } from '../scenarios/language.ts'
import type { Person, Resident } from '../scenarios/people.ts'
import { seedCast, type Cast, type CastDevice } from './cast.ts'
import { addFlat, applyGiven, fail, serialOf, type Home } from './scenario-given.ts'
import { addDevice } from './service.ts'

const personKeys = {
  王红: 'wang',
  张伟: 'zhang',
  赵敏: 'zhao',
  林涛: 'lin',
  陈静: 'chen',
  郭兰: 'guo',
  周阿姨: 'zhou',
  李梅: 'daughter',
} as const satisfies Record<Person, keyof Cast['persons']>

export type ScenarioWorld = {
  cast: Cast
  personIds: Record<Person, number>
  homes: Map<Resident, Home>
  device: (source: Source) => CastDevice
  /** Those the story makes speak or listen. */
  speaking: CastDevice[]
  /** Who greets without being told to. */
  well: Resident[]
}

/** Writes it all into an emptied database. @param now epoch ms at which the scenario begins */
export async function seedScenario(db: Db, scenario: Scenario, now: number): Promise<ScenarioWorld> {
  const zone = scenario.zone ?? usualZone
  const cast = await seedCast(db, now, zone)
  const homes = homesOf(cast)
  for (const given of scenario.given) if (given.is === 'flat') await addFlat(db, { cast, homes, given, now })
  const personIds = Object.fromEntries(
    Object.entries(personKeys).map(([name, key]) => [name, cast.persons[key]]),
  ) as Record<Person, number>
  for (const given of scenario.given) await applyGiven(db, { given, homes, personIds, cast, zone, now })
  await remindBefore(db, now)
  const devices = await devicesOf(db, { scenario, cast, homes })
  await hearAll(db, { scenario, homes, now, except: [...devices.values()] })
  const mentioned = new Set([...scenario.story, ...scenario.ends.map((what) => ({ what }))].flatMap(mentions))
  return {
    cast,
    personIds,
    homes,
    device: (source) => devices.get(keyOf(source)) ?? fail(`there is no ${keyOf(source)}`),
    speaking: [...devices.values()],
    well: [...homes.keys()].filter((name) => !mentioned.has(name)),
  }
}

const Reminded = Type.Object({ id: Id, dueAt: EpochMs, tier: RiskTier, deaf: Type.Boolean() })

/** A reminder that was due before the story begins was given before it begins; what is asked next is still to come. */
async function remindBefore(db: Db, now: number): Promise<void> {
  const reminded = await db.many(
    Reminded,
    sql`
      select p.id, p.due_at, r.tier, r.deaf
      from pact p
      join resident r on r.id = p.resident_id
      where p.remind_at <= ${at(now)}`,
  )
  for (const { id, dueAt, tier, deaf } of reminded) {
    const next = nextAskBefore({ task: 'missed', tier, deaf, firstFortnight: false }, { dueAt, now })
    await db.run(sql`update pact set remind_at = ${next === null ? null : at(next)} where id = ${id}`)
  }
}

function homesOf({ homes, residents }: Cast): Map<Resident, Home> {
  return new Map<Resident, Home>([
    ['李奶奶', { residentId: residents.li, homeId: homes.li, label: '3-2-501' }],
    ['吴爷爷', { residentId: residents.wu, homeId: homes.couple, label: '3-2-601' }],
    ['郑奶奶', { residentId: residents.zheng, homeId: homes.couple, label: '3-2-601' }],
    ['何爷爷', { residentId: residents.he, homeId: homes.he, label: '5-1-102' }],
    ['孙奶奶', { residentId: residents.sun, homeId: homes.sun, label: '1-1-201' }],
  ])
}

const powers: Record<DeviceKind, PowerClass> = {
  button: 'battery',
  curtain: 'battery',
  motion: 'battery',
  co: 'mains',
  gas: 'mains',
  tablet: 'mains',
  gateway: 'mains',
}

const keyOf = ({ at: resident, device, mark }: Source) => `${resident} ${device} ${mark ?? ''}`

/** Devices that the story speaks of; what the cast does not have yet is hung up. */
async function devicesOf(
  db: Db,
  { scenario, cast, homes }: { scenario: Scenario; cast: Cast; homes: Map<Resident, Home> },
): Promise<Map<string, CastDevice>> {
  const devices = new Map<string, CastDevice>()
  for (const source of scenario.story.flatMap(sourcesOf)) {
    if (devices.has(keyOf(source))) continue
    const { homeId, residentId, label } = homes.get(source.at) ?? fail(`nobody is called ${source.at}`)
    const known =
      source.mark === undefined ? await castDevice(db, { cast, source, homeId, residentId }) : undefined
    const { mark, device: kind } = source
    const made =
      known ??
      (await addDevice(db, {
        serial: serialOf(label, kind, mark ?? (isPersonal(kind) ? String(residentId) : undefined)),
        homeId,
        kind,
        power: powers[kind],
        ...(isPersonal(kind) && mark !== 'shared' ? { residentId } : {}),
        ...(mark === 'demo' || mark === 'drill' ? { origin: mark } : {}),
        ...(mark === 'outdoors' ? { indoors: false } : {}),
      }))
    devices.set(keyOf(source), made)
  }
  return devices
}

const isPersonal = (kind: DeviceKind) => kind === 'button' || kind === 'curtain' || kind === 'tablet'

async function castDevice(
  db: Db,
  { source, homeId, residentId }: { cast: Cast; source: Source; homeId: number; residentId: number },
): Promise<CastDevice | undefined> {
  const found = await db.maybeOne(
    Type.Object({ id: Type.Integer(), serial: Type.String() }),
    sql`
      select id, serial
      from device
      where home_id = ${homeId}
        and kind = ${source.device}
        and origin = 'live'
        and indoors
        and (resident_id is null or resident_id = ${residentId})
        and (${!isPersonal(source.device)} or resident_id is not null)
      limit 1`,
  )
  return found && { ...found, secret: `secret-of-${found.serial}-0123456789abcdef` }
}

type OfDevice = Line['what'] & { is: 'says' | 'backlog' | 'curve' | 'line' | 'setsAside' }
const ofDevices: readonly string[] = ['says', 'backlog', 'curve', 'line', 'setsAside']
const isOfDevice = (what: Line['what']): what is OfDevice => ofDevices.includes(what.is)

export function sourcesOf({ what }: Line): Source[] {
  if (isOfDevice(what)) return [what.from]
  return what.is === 'sounds' ? [what.where] : []
}

/** As if heard a moment ago, and for two months to come: only those in the story may fall silent. */
async function hearAll(
  db: Db,
  {
    scenario,
    homes,
    now,
    except,
  }: { scenario: Scenario; homes: Map<Resident, Home>; now: number; except: CastDevice[] },
): Promise<void> {
  const unheard = scenario.given.flatMap((given) =>
    given.is === 'neverHeard' ? [homes.get(given.resident)?.residentId ?? 0] : [],
  )
  await db.run(sql`
    update device
    set last_seen_at = ${at(now)}, silent_at = ${at(now + 60 * 86_400_000)}
    where id <> all(${except.map(({ id }) => id)}::bigint[])
      and coalesce(resident_id, 0) <> all(${unheard}::bigint[])`)
}

function mentions({ what }: { what: Line['what'] }): Resident[] {
  if (what.is !== 'setsAside' && isOfDevice(what)) return [what.from.at]
  if (what.is === 'webPress' || what.is === 'declares' || what.is === 'endsAbsence' || what.is === 'place')
    return [what.resident]
  if (what.is === 'answersFor') return [...what.residents]
  if (what.is === 'card') return [what.of]
  if (what.is === 'group') return [...what.rows]
  if (what.is === 'sounds') return [what.where.at]
  return []
}

export const keyOfPerson = (person: Person) => personKeys[person]
