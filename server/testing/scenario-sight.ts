// What the desk sees in a scenario: cards, the morning's count, and what could not be read.
import { Type, type Static } from 'typebox'
import type { AlarmLoad } from '#contract/alarms.ts'
import { IncidentState } from '#contract/acts.ts'
import { Evidence } from '#contract/incident.ts'
import { IncidentKind, Origin, Stage, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { groupCards } from '../incidents/group-cards.ts'
import { wallClock } from '../scenarios/instants.ts'
import type { Card, Group, Line, Place, Scenario } from '../scenarios/language.ts'
import type { Subjects } from './scenario-received.ts'
import type { ScenarioWorld } from './scenario-world.ts'
import type { StoryPages } from './story-pages.ts'

type Options = { db: Db; world: ScenarioWorld; pages: StoryPages; scenario: Scenario }

const Seen = Type.Object({
  id: Type.Integer(),
  homeId: Type.Integer(),
  residentId: orNull(Type.Integer()),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  origin: Origin,
  evidence: Evidence,
  acknowledgedBy: orNull(Type.String()),
  outcome: orNull(Type.String()),
  label: Type.String(),
  calls: Type.Array(Type.String()),
})
type Seen = Static<typeof Seen>

export function createScenarioSight({ db, world, pages, scenario }: Options) {
  const fits = (card: Card, seen: Seen): boolean => cardFits(card, seen, world)

  async function look(what: Line['what'], now: number): Promise<string[]> {
    const when = wallClock(scenario, now)
    switch (what.is) {
      case 'card': {
        const all = await incidents(db)
        return all.some((seen) => fits(what, seen))
          ? []
          : [`${when} no such card: ${show(what)}; there is ${showAll(all)}`]
      }
      case 'group':
        return grouped(what, when)
      case 'noCard': {
        const open = (await incidents(db)).filter(({ state }) => state !== 'closed')
        return open.length === 0 ? [] : [`${when} the board is not empty: ${showAll(open)}`]
      }
      case 'calendar': {
        const desk = await (await pages.page('zhao')).call('desk', { params: { id: world.cast.communityId } })
        const missing = desk.calendar.warnings.map((one) => `${one.year} ${one.missing}`).join()
        return missing === what.missing.join() ? [] : [`${when} of the calendar is missing: ${missing}`]
      }
      case 'place':
        return placed(what, when)
      case 'aside':
      case 'flood': {
        const call = (await pages.page('zhao')).call
        const load = await call('alarmLoad', { params: { id: world.cast.communityId } })
        return loadFits(what, load) ? [] : [`${when} not ${JSON.stringify(what)}: ${JSON.stringify(load)}`]
      }
      case 'unprotected': {
        const home = world.homes.get(what.resident)
        const { call } = await pages.page('zhao')
        const sheet = await call('home', { params: { id: home?.homeId ?? 0 } })
        const seen = sheet.tile.unprotected.join()
        return seen === what.dangers.join() ? [] : [`${when} ${what.resident} is unprotected from: ${seen}`]
      }
      case 'refusedMessage': {
        const call = (await pages.page('zhao')).call
        const refused = await call('refused', { params: { id: world.cast.communityId } })
        return refused.some(({ reason }) => reason === what.reason)
          ? []
          : [`${when} nothing was refused as ${what.reason}`]
      }
      default:
        return []
    }
  }

  async function grouped(what: Group, when: string): Promise<string[]> {
    const all = await groups(db)
    const wanted = what.rows.map((name) => world.homes.get(name)?.homeId)
    const found = all.some(
      (one) =>
        one.cause.split(':')[0] === what.cause &&
        `${one.kind} ${one.stage}` === what.what &&
        one.state === what.state &&
        one.homeIds.join() === wanted.join(),
    )
    return found ? [] : [`${when} no such group: ${JSON.stringify(what)}; there is ${JSON.stringify(all)}`]
  }

  async function placed({ resident, place }: Place, when: string): Promise<string[]> {
    const home = world.homes.get(resident)
    const isOther = resident === '孙奶奶'
    const id = isOther ? world.cast.otherCommunityId : world.cast.communityId
    const desk = await (
      await pages.page(isOther ? 'guo' : 'zhao')
    ).call('ledger', { params: { id }, query: {} })
    const found = desk.names.find(({ residentId }) => residentId === home?.residentId)?.place
    return found === place ? [] : [`${when} ${resident} is ${found ?? 'nowhere'} in the count, not ${place}`]
  }

  return {
    look,
    /** Each card once, and no card besides. */
    async atTheEnd(now: number): Promise<string[]> {
      const left = await incidents(db)
      const problems: string[] = []
      for (const what of scenario.ends) {
        if (what.is === 'place') {
          problems.push(...(await placed(what, wallClock(scenario, now))))
          continue
        }
        if (what.is === 'group') {
          problems.push(...(await grouped(what, wallClock(scenario, now))))
          continue
        }
        const index = left.findIndex((seen) => fits(what, seen))
        if (index >= 0) left.splice(index, 1)
        else problems.push(`at the end no such card: ${show(what)}; there is ${showAll(left)}`)
      }
      return [...problems, ...left.map((seen) => `at the end an unexpected card: ${showAll([seen])}`)]
    },
    async subjects(): Promise<Subjects> {
      const all = new Map((await incidents(db, 'every row')).map((seen) => [seen.id, seen]))
      return {
        isAbout: (incidentId, resident) => isAbout(all.get(incidentId), resident, world),
        serialOf: (where) => world.device(where).serial,
      }
    },
  }
}

function isAbout(seen: Seen | undefined, resident: string, world: ScenarioWorld): boolean {
  const home = world.homes.get(resident)
  if (!seen || seen.homeId !== home?.homeId) return false
  return seen.residentId === null || seen.residentId === home.residentId
}

function cardFits(card: Card, seen: Seen, world: ScenarioWorld): boolean {
  const { what, state, origin = 'live', acknowledgedBy, outcome, calls, evidence = {} } = card
  return (
    isAbout(seen, card.of, world) &&
    `${seen.kind} ${seen.stage}` === what &&
    seen.state === state &&
    seen.origin === origin &&
    (acknowledgedBy === undefined || seen.acknowledgedBy === acknowledgedBy) &&
    (outcome ?? null) === seen.outcome &&
    (calls === undefined || seen.calls.join() === [...calls].sort().join()) &&
    Object.entries(evidence).every(([key, value]) => hasMember(seen.evidence[key as keyof Evidence], value))
  )
}

function loadFits(what: Line['what'] & { is: 'aside' | 'flood' }, load: AlarmLoad): boolean {
  if (what.is === 'aside') return load.shelved === what.shelved && load.outOfService === what.outOfService
  const names = load.floods.map(({ name }) => name)
  return names.sort().join() === [...what.who].sort().join()
}

function hasMember(seen: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return seen === wanted
  if (typeof seen !== 'object' || seen === null) return false
  const members = seen as Record<string, unknown>
  return Object.entries(wanted).every(([key, value]) => hasMember(members[key], value))
}

const show = ({ is: _is, ...card }: Card): string => JSON.stringify(card)
const showAll = (all: readonly Seen[]): string =>
  all.length === 0
    ? 'none'
    : all
        .map(({ label, kind, stage, state, origin, acknowledgedBy, outcome, calls, evidence }) =>
          JSON.stringify({
            label,
            what: `${kind} ${stage}`,
            state,
            origin,
            acknowledgedBy,
            outcome,
            calls,
            evidence,
          }),
        )
        .join(' | ')

/** Cards as the board shows them; a row of a group, and what stands on the card of a danger, is none of its own. */
function incidents(db: Db, which: 'cards' | 'every row' = 'cards'): Promise<Seen[]> {
  return db.many(
    Seen,
    sql`
      select i.id, i.home_id, i.resident_id, i.kind, i.stage, i.state, i.origin, i.evidence, i.outcome,
        acknowledger.name as acknowledged_by, home.label,
        array(
          select c.number || ' ' || coalesce(person.name, '')
          from emergency_call c
          left join person on person.id = c.person_id
          where c.incident_id = i.id
          order by 1
        ) as calls
      from incident i
      join home on home.id = i.home_id
      left join person acknowledger on acknowledger.id = i.acknowledged_by
      where i.home_id is not null
        and (i.folded_into is null or ${which === 'every row'})
      order by i.id`,
  )
}

const SeenGroup = Type.Object({
  cause: Type.String(),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  homeIds: Type.Array(Type.Integer()),
})

/** Groups with the homes in them, in the order in which the desk is to ask. */
async function groups(db: Db): Promise<Static<typeof SeenGroup>[]> {
  const ids = await db.many(
    Type.Object({ id: Type.Integer(), cause: Type.String() }),
    sql`select id, cause from incident where subject = 'group' order by id`,
  )
  const cards = await groupCards(db, { groupIds: ids.map(({ id }) => id) })
  return cards.map(({ id, kind, stage, state, rows }) => ({
    cause: ids.find((one) => one.id === id)?.cause ?? '',
    kind,
    stage,
    state,
    homeIds: rows.map(({ homeId }) => homeId),
  }))
}
