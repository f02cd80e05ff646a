// Everything the ladder must know of one incident: how it stands, who is around, who was told.
import { Type, type Static } from 'typebox'
import { AssignmentState, IncidentState } from '#contract/acts.ts'
import { AssignmentRole, DueKind, Evidence } from '#contract/incident.ts'
import {
  EpochMs,
  Id,
  IncidentKind,
  Origin,
  PairingRole,
  RiskTier,
  type Silence,
  Stage,
  orNull,
} from '#contract/primitives.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { grouped } from '#domain/grouped.ts'
import { groupLadder } from '#domain/group.ts'
import { ladderFor, type Around, type Ladder } from '#domain/ladder.ts'
import type { QuietHours } from '#domain/quiet-hours.ts'
import { asksOf, quietOf, type Asks } from './asks-of.ts'
import { rulesAround } from './rules-in-force.ts'

export const IncidentRow = Type.Object({
  id: Id,
  communityId: Id,
  /** Null is a group of homes, each of which has an incident of its own. */
  homeId: orNull(Id),
  /** A row of a group: the desk has it on its list there. */
  isRow: Type.Boolean(),
  residentId: orNull(Id),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  origin: Origin,
  evidence: Evidence,
  openedAt: EpochMs,
  acknowledgedAt: orNull(EpochMs),
  step: Type.Integer(),
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
  handledBy: orNull(Id),
  /** Of the silent one, else the worst in the home. */
  tier: RiskTier,
  /** Of the silent one, in the community's own days; null where the incident is about nobody in particular. */
  daysEnrolled: orNull(Type.Integer()),
  /** A telephone tells nothing of this resident (safety 18). */
  notByPhone: Type.Boolean(),
  zone: Type.String(),
})
export type IncidentRow = Static<typeof IncidentRow>

const AssignmentRow = Type.Object({
  id: Id,
  incidentId: Id,
  personId: Id,
  role: AssignmentRole,
  state: AssignmentState,
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
})
export type AssignmentRow = Static<typeof AssignmentRow>

export type Situation = IncidentRow &
  Asks & {
    ladder: Ladder
    /** When it is not repeated; null for whatever may not wait. */
    quiet: QuietHours | null
    around: Around
    assignments: AssignmentRow[]
  }

/** The situation of one incident; undefined where there is none. */
export async function situationOf(tx: Tx, incidentId: number, now: number): Promise<Situation | undefined> {
  const [situation] = await situationsOf(tx, [incidentId], now)
  return situation
}

/**
 * Reads it all, for all of them together, and holds the incidents: whoever changes one afterwards sees what we did. In
 * the order of their ids.
 */
export async function situationsOf(
  tx: Tx,
  incidentIds: readonly number[],
  now: number,
): Promise<Situation[]> {
  const [incidents, rules, pairsAll, desks, assigned] = await Promise.all([
    lockIncidents(tx, incidentIds, now),
    rulesAround(tx, incidentIds),
    pairsAround(tx, incidentIds),
    desksOf(tx, incidentIds),
    assignmentsOf(tx, incidentIds),
  ])
  const paired = grouped(pairsAll, ({ homeId }) => homeId)
  const assignments = grouped(assigned, ({ incidentId }) => incidentId)
  return incidents.map((incident) => {
    const pairs = incident.homeId === null ? [] : (paired.get(incident.homeId) ?? [])
    const as = (role: PairingRole) => pairs.filter((pair) => pair.role === role).map((pair) => pair.personId)
    const { kind, stage } = incident
    const silence = silenceOf(incident)
    return {
      ...incident,
      ladder: incident.homeId === null ? groupLadder(kind) : ladderFor({ kind, stage, silence }),
      ...asksOf({ ...incident, silence }, rules),
      quiet: quietOf({ ...incident, silence }, rules),
      around: {
        steward: as('steward'),
        backup: as('backup'),
        neighbour: as('neighbour'),
        family: as('emergencyContact'),
        desk: desks.get(incident.communityId) ?? [],
      },
      assignments: assignments.get(incident.id) ?? [],
    }
  })
}

/**
 * Null also for what an absence asks, which is no silence; but a departure that nobody has seen may be one: somebody
 * who fell before she left is the one emergency that an absence could hide.
 */
function silenceOf({ kind, evidence }: IncidentRow): Silence | null {
  if (kind !== 'missed') return null
  return evidence.silence ?? (evidence.task && evidence.task !== 'departure' ? null : 'missed')
}

function lockIncidents(tx: Tx, incidentIds: readonly number[], now: number) {
  return tx.many(
    IncidentRow,
    sql`
      select i.id, i.community_id, i.home_id, i.resident_id, i.kind, i.stage, i.state, i.origin, i.evidence,
        i.opened_at, i.acknowledged_at, i.step, i.due_at, i.due_kind, i.handled_by,
        exists (
          select
          from incident g
          where g.id = i.folded_into
            and g.subject = 'group'
        ) as is_row,
        coalesce((
          select r.tier
          from resident r
          where r.home_id = i.home_id
            and (i.resident_id is null or r.id = i.resident_id)
          order by array_position('{high,key,general}'::text[], r.tier)
          limit 1
        ), 'general') as tier,
        (${at(now)}::timestamptz at time zone community.zone)::date - silent.enrolled_on as days_enrolled,
        coalesce(silent.deaf or silent.contact_mode in ('light', 'vibration'), false) as not_by_phone,
        community.zone
      from incident i
      join area community on community.id = i.community_id
      left join resident silent on silent.id = i.resident_id
      where i.id = any(${bigints(incidentIds)}::bigint[])
      order by i.id
      for no key update of i`,
  )
}

function assignmentsOf(tx: Tx, incidentIds: readonly number[]): Promise<AssignmentRow[]> {
  return tx.many(
    AssignmentRow,
    sql`
      select id, incident_id, person_id, role, state, due_at, due_kind
      from assignment
      where incident_id = any(${bigints(incidentIds)}::bigint[])
      order by id`,
  )
}

const PairRow = Type.Object({ homeId: Id, role: PairingRole, personId: Id })

function pairsAround(tx: Tx, incidentIds: readonly number[]) {
  return tx.many(
    PairRow,
    sql`
      select p.home_id, p.role, p.person_id
      from pairing p
      join person on person.id = p.person_id and person.active
      where p.home_id in (
          select home_id
          from incident
          where id = any(${bigints(incidentIds)}::bigint[])
        )
        and p.role in ('steward', 'backup', 'neighbour', 'emergencyContact')
      order by p.home_id, p.position, p.person_id`,
  )
}

const DeskRow = Type.Object({ communityId: Id, personId: Id })
const MaybeDeskRow = Type.Object({ communityId: Id, personId: orNull(Id) })

/** Who is on duty; where the list is empty, whoever has the desk there: a forgotten list must not mean nobody. */
async function desksOf(tx: Tx, incidentIds: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await tx.many(
    MaybeDeskRow,
    sql`
      select distinct i.community_id, person.id as person_id
      from incident i
      left join on_duty d on d.community_id = i.community_id
      left join person on person.id = d.person_id and person.active
      where i.id = any(${bigints(incidentIds)}::bigint[])
      order by i.community_id, person.id`,
  )
  const communityIds = [...new Set(rows.map(({ communityId }) => communityId))]
  const onDuty = rows.flatMap(({ communityId, personId }) =>
    personId === null ? [] : [{ communityId, personId }],
  )
  const desks = grouped(onDuty, ({ communityId }) => communityId)
  const forgotten = communityIds.filter((id) => !desks.has(id))
  const granted = forgotten.length > 0 ? await grantedDesks(tx, forgotten) : []
  const all = new Map([...desks, ...grouped(granted, ({ communityId }) => communityId)])
  return new Map([...all].map(([id, desk]) => [id, desk.map(({ personId }) => personId)]))
}

function grantedDesks(tx: Tx, communityIds: readonly number[]) {
  return tx.many(
    DeskRow,
    sql`
      select distinct community.id as community_id, g.person_id
      from area community
      join area_grant g on g.area_id = any(community.path) and g.role = 'desk'
      join person on person.id = g.person_id and person.active
      where community.id = any(${bigints(communityIds)}::bigint[])
      order by community.id, g.person_id`,
  )
}
