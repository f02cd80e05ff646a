// Everything the ladder must know of one incident: how it stands, who is around, who was told.
import { Type, type Static } from 'typebox'
import { AssignmentState, IncidentState } from '#contract/acts.ts'
import { AssignmentRole, DueKind, Evidence } from '#contract/incident.ts'
import { EpochMs, Id, IncidentKind, Origin, RiskTier, Stage, orNull } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { ladderFor, type Around, type Ladder } from '#domain/ladder.ts'

const IncidentRow = Type.Object({
  id: Id,
  communityId: Id,
  homeId: Id,
  residentId: orNull(Id),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  origin: Origin,
  evidence: Evidence,
  acknowledgedAt: orNull(EpochMs),
  step: Type.Integer(),
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
  handledBy: orNull(Id),
  /** Of the silent one, else the worst in the home. */
  tier: RiskTier,
  /** Enrolled less than fourteen days ago, in the community's own days. */
  firstFortnight: Type.Boolean(),
})

const AssignmentRow = Type.Object({
  id: Id,
  personId: Id,
  role: AssignmentRole,
  state: AssignmentState,
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
})
export type AssignmentRow = Static<typeof AssignmentRow>

export type Situation = Static<typeof IncidentRow> & {
  ladder: Ladder
  around: Around
  assignments: AssignmentRow[]
}

/** Reads it all and holds the incident: whoever changes it afterwards sees what we did. */
export async function situationOf(tx: Tx, incidentId: number, now: number): Promise<Situation | undefined> {
  const incident = await tx.maybeOne(
    IncidentRow,
    sql`
      select i.id, i.community_id, i.home_id, i.resident_id, i.kind, i.stage, i.state, i.origin, i.evidence,
        i.acknowledged_at, i.step, i.due_at, i.due_kind, i.handled_by,
        coalesce((
          select r.tier
          from resident r
          where r.home_id = i.home_id
            and (i.resident_id is null or r.id = i.resident_id)
          order by array_position('{high,key,general}'::text[], r.tier)
          limit 1
        ), 'general') as tier,
        coalesce((
          select r.enrolled_on + 14 > (${at(now)}::timestamptz at time zone community.zone)::date
          from resident r
          where r.id = i.resident_id
        ), false) as first_fortnight
      from incident i
      join area community on community.id = i.community_id
      where i.id = ${incidentId}
      for no key update of i`,
  )
  if (!incident) return undefined
  const { kind, stage, tier, firstFortnight } = incident
  const silence = kind === 'missed' ? (incident.evidence.silence ?? 'missed') : null
  return {
    ...incident,
    ladder: ladderFor({ kind, stage, silence, tier, firstFortnight }),
    around: await aroundHome(tx, incident),
    assignments: await assignmentsOf(tx, incident.id),
  }
}

export function assignmentsOf(tx: Tx, incidentId: number): Promise<AssignmentRow[]> {
  return tx.many(
    AssignmentRow,
    sql`
      select id, person_id, role, state, due_at, due_kind
      from assignment
      where incident_id = ${incidentId}
      order by id`,
  )
}

const PairRow = Type.Object({ role: AssignmentRole, personId: Id })

async function aroundHome(
  tx: Tx,
  { homeId, communityId }: { homeId: number; communityId: number },
): Promise<Around> {
  const paired = await tx.many(
    PairRow,
    sql`
      select p.role, p.person_id
      from pairing p
      join person on person.id = p.person_id and person.active
      where p.home_id = ${homeId}
        and p.role in ('steward', 'backup', 'neighbour')
      order by p.position, p.person_id`,
  )
  const as = (role: AssignmentRole) =>
    paired.filter((pair) => pair.role === role).map((pair) => pair.personId)
  return {
    steward: as('steward'),
    backup: as('backup'),
    neighbour: as('neighbour'),
    desk: await deskOf(tx, communityId),
  }
}

const PersonRow = Type.Object({ personId: Id })

/** Who is on duty; where the list is empty, whoever has the desk there: a forgotten list must not mean nobody. */
export async function deskOf(db: Db, communityId: number): Promise<number[]> {
  const onDuty = await db.many(
    PersonRow,
    sql`
      select d.person_id
      from on_duty d
      join person on person.id = d.person_id and person.active
      where d.community_id = ${communityId}
      order by d.person_id`,
  )
  if (onDuty.length > 0) return onDuty.map(({ personId }) => personId)
  const granted = await db.many(
    PersonRow,
    sql`
      select distinct g.person_id
      from area_grant g
      join area community on community.id = ${communityId}
      join person on person.id = g.person_id and person.active
      where g.role = 'desk'
        and g.area_id = any(community.path)
      order by g.person_id`,
  )
  return granted.map(({ personId }) => personId)
}
