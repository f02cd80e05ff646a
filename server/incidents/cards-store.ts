// The rows a card is made of, each asked once for all cards together.
import { Type, type Static } from 'typebox'
import {
  Assignment,
  EmergencyCall,
  Evidence,
  IncidentCard,
  Paired,
  ResidentBrief,
} from '#contract/incident.ts'
import { DeviceKind, EpochMs, Id, Origin, PowerClass, orNull } from '#contract/primitives.ts'
import type { IncidentState } from '#contract/acts.ts'
import type { Db } from '#db/database.ts'
import { joined, sql, type Sql } from '#db/sql.ts'

/** Which cards: every member narrows further. Without `states`, those that are not closed. */
export type CardFilter = {
  communityId?: number
  homeIds?: readonly number[]
  incidentIds?: readonly number[]
  /** Only incidents that this person is, or was, assigned to. */
  personId?: number
  states?: readonly IncidentState[]
}

const {
  residents: _residents,
  air: _air,
  assignments: _assignments,
  calls: _calls,
  ...flat
} = IncidentCard.properties
const FlatCard = Type.Object({ ...flat, evidence: Evidence })
export type FlatCard = Static<typeof FlatCard>

/** More cards than anybody can look at: the board of a community in a bad hour is far below it. */
const cardsMax = 2000

export function flatCards(db: Db, filter: CardFilter): Promise<FlatCard[]> {
  return db.many(
    FlatCard,
    sql`
      select i.id, i.community_id, i.home_id, home.label as home_label, home.address, home.building_id,
        i.resident_id, i.kind, i.stage, i.state, i.origin, i.evidence, i.opened_at, i.acknowledged_at,
        acknowledger.name as acknowledged_by, i.due_at, i.due_kind, i.outcome, handler.name as handled_by,
        i.handled_by as handled_by_id, i.closed_at, i.folded_into, i.version
      from incident i
      join home on home.id = i.home_id
      left join person acknowledger on acknowledger.id = i.acknowledged_by
      left join person handler on handler.id = i.handled_by
      where ${joined(conditionsOf(filter), sql` and `)}
      order by i.id desc
      limit ${cardsMax}`,
  )
}

function conditionsOf({ communityId, homeIds, incidentIds, personId, states }: CardFilter): Sql[] {
  const found = [sql`i.state = any(${states ?? ['open', 'handled']}::text[])`]
  if (communityId !== undefined) found.push(sql`i.community_id = ${communityId}`)
  if (homeIds !== undefined) found.push(sql`i.home_id = any(${homeIds}::bigint[])`)
  if (incidentIds !== undefined) found.push(sql`i.id = any(${incidentIds}::bigint[])`)
  if (personId !== undefined)
    found.push(
      sql`exists (select from assignment a where a.incident_id = i.id and a.person_id = ${personId})`,
    )
  return found
}

const ResidentRow = Type.Object({
  ...ResidentBrief.properties,
  homeId: Id,
  file: Type.Record(Type.String(), Type.Unknown()),
})
export type ResidentRow = Static<typeof ResidentRow>

export function residentsOf(db: Db, homeIds: readonly number[]): Promise<ResidentRow[]> {
  return db.many(
    ResidentRow,
    sql`
      select id, home_id, name, greeting, birth_year, tier, deaf, file
      from resident
      where home_id = any(${homeIds}::bigint[])
      order by id`,
  )
}

const DetectorRow = Type.Object({
  homeId: Id,
  kind: DeviceKind,
  power: PowerClass,
  origin: Origin,
  lastCo: orNull(Type.Number()),
  lastCoAt: orNull(EpochMs),
  lastGas: orNull(Type.Number()),
  lastGasAt: orNull(EpochMs),
})
export type DetectorRow = Static<typeof DetectorRow>

/** What ever measured the air of these homes. */
export function detectorsOf(db: Db, homeIds: readonly number[]): Promise<DetectorRow[]> {
  return db.many(
    DetectorRow,
    sql`
      select home_id, kind, power, origin, last_co, last_co_at, last_gas, last_gas_at
      from device
      where home_id = any(${homeIds}::bigint[])
        and not out_of_service
        and (last_co_at is not null or last_gas_at is not null)
      order by id`,
  )
}

export function assignmentsOfIncidents(
  db: Db,
  incidentIds: readonly number[],
): Promise<Static<typeof Assignment>[]> {
  return db.many(
    Assignment,
    sql`
      select a.id, a.incident_id, a.person_id, person.name as person_name, a.role, a.state, a.told_at,
        a.acknowledged_at, a.departed_at, a.arrived_at, a.finding, a.done_at, a.due_at, a.due_kind
      from assignment a
      join person on person.id = a.person_id
      where a.incident_id = any(${incidentIds}::bigint[])
      order by a.id`,
  )
}

const CallRow = Type.Object({ ...EmergencyCall.properties, incidentId: Id })

export function callsOf(db: Db, incidentIds: readonly number[]): Promise<Static<typeof CallRow>[]> {
  return db.many(
    CallRow,
    sql`
      select c.id, c.incident_id, c.number, c.person_id, person.name as person_name, c.due_at, c.done_at, c.answer
      from emergency_call c
      left join person on person.id = coalesce(c.done_by, c.person_id)
      where c.incident_id = any(${incidentIds}::bigint[])
      order by c.id`,
  )
}

const PairedRow = Type.Object({ ...Paired.properties, homeId: Id })

/** Who belongs to these homes, nearest first. Numbers of invented people cannot be dialled (safety 17). */
export function pairedWith(db: Db, homeIds: readonly number[]): Promise<Static<typeof PairedRow>[]> {
  return db.many(
    PairedRow,
    sql`
      select p.home_id, p.person_id, p.role, person.name, p.relation, person.phone,
        person.origin = 'live' and person.phone is not null as dialable, p.holds_key
      from pairing p
      join person on person.id = p.person_id and person.active
      where p.home_id = any(${homeIds}::bigint[])
      order by
        array_position('{steward,backup,neighbour,keyHolder,emergencyContact}'::text[], p.role),
        p.position,
        p.person_id`,
  )
}

const PlanRow = Type.Object({ homeId: Id, plan: Type.Record(Type.String(), Type.Unknown()) })

export function plansOf(db: Db, homeIds: readonly number[]): Promise<Static<typeof PlanRow>[]> {
  return db.many(
    PlanRow,
    sql`
      select id as home_id, plan
      from home
      where id = any(${homeIds}::bigint[])`,
  )
}
