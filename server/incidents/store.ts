// Rows of incident, and who may act on one. Every function asks one question.
import { Type, type Static } from 'typebox'
import { AssignmentState, Finding, IncidentState } from '#contract/acts.ts'
import { AssignmentRole, DueKind, Evidence } from '#contract/incident.ts'
import { OutcomeCode } from '#contract/outcomes.ts'
import { EpochMs, Id, IncidentKind, LocalDate, Origin, Stage, orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, json, sql, type Sql } from '#db/sql.ts'

export const IncidentRow = Type.Object({
  id: Id,
  communityId: Id,
  homeId: Id,
  residentId: orNull(Id),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  origin: Origin,
  evidence: Evidence,
  openedAt: EpochMs,
  acknowledgedAt: orNull(EpochMs),
  acknowledgedBy: orNull(Id),
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
  outcome: orNull(OutcomeCode),
  handledBy: orNull(Id),
  closedBy: orNull(Id),
  pactId: orNull(Id),
  on: orNull(LocalDate),
  foldedInto: orNull(Id),
  version: Type.Integer(),
})
export type IncidentRow = Static<typeof IncidentRow>

export const incidentColumns = sql`
  id, community_id, home_id, resident_id, kind, stage, state, origin, evidence, opened_at, acknowledged_at,
  acknowledged_by, due_at, due_kind, outcome, handled_by, closed_by, pact_id, "on", folded_into, version`

/**
 * The row, held until the transaction ends: of two people who act at once, the second sees what the first did.
 * `no key`: rows that only refer to the incident (a line of the outbox on its timeline) must not wait for us, who may
 * be waiting for them.
 */
export function lockIncident(tx: Tx, incidentId: number): Promise<IncidentRow | undefined> {
  return tx.maybeOne(
    IncidentRow,
    sql`
      select ${incidentColumns}
      from incident
      where id = ${incidentId}
        and subject = 'home'
      for no key update`,
  )
}

/** Every open silence of this resident, of whatever origin. */
export function lockMissed(tx: Tx, residentId: number): Promise<IncidentRow[]> {
  return tx.many(
    IncidentRow,
    sql`
      select ${incidentColumns}
      from incident
      where home_id = (select home_id from resident where id = ${residentId})
        and resident_id = ${residentId}
        and kind = 'missed'
        and state = 'open'
      order by id
      for no key update`,
  )
}

/** Writes what changed and raises the version: whoever decided on the old one is told so. */
export async function changeIncident(tx: Tx, incidentId: number, changes: Sql): Promise<void> {
  await tx.run(sql`
    update incident
    set version = version + 1, ${changes}
    where id = ${incidentId}`)
}

/** Something about it changed that stands in other rows. */
export async function touchIncident(tx: Tx, incidentId: number): Promise<void> {
  await tx.run(sql`
    update incident
    set version = version + 1
    where id = ${incidentId}`)
}

export const AssignmentRow = Type.Object({
  id: Id,
  personId: Id,
  role: AssignmentRole,
  state: AssignmentState,
  finding: orNull(Finding),
})
export type AssignmentRow = Static<typeof AssignmentRow>

/** In the order in which they were told. The incident is locked, so these need no lock of their own. */
export function assignmentsOf(tx: Tx, incidentId: number): Promise<AssignmentRow[]> {
  return tx.many(
    AssignmentRow,
    sql`
      select id, person_id, role, state, finding
      from assignment
      where incident_id = ${incidentId}
      order by id`,
  )
}

/** Ends what was asked of people: who was at it is done, who never answered is free again. */
export async function endAssignments(tx: Tx, incidentIds: readonly number[], now: number): Promise<void> {
  await tx.run(sql`
    update assignment
    set state = case when state = 'told' then 'withdrawn' else 'done' end,
      done_at = case when state = 'told' then null else ${at(now)}::timestamptz end,
      due_at = null,
      due_kind = null
    where incident_id = any(${incidentIds}::bigint[])
      and state in ('told', 'acknowledged', 'enRoute', 'onScene')`)
}

export type Deed = {
  at: number
  personId: number | null
  what: string
  communityId: number
  homeId: number | null
  residentId: number | null
  detail?: Record<string, unknown>
}

/** Who wrote what (ground.md: an actor on every write). */
export async function writeAudit(tx: Tx, deed: Deed): Promise<void> {
  await tx.run(sql`
    insert into audit (at, person_id, what, community_id, home_id, resident_id, detail)
    values (
      ${at(deed.at)}, ${deed.personId}, ${deed.what}, ${deed.communityId}, ${deed.homeId}, ${deed.residentId},
      ${json(deed.detail ?? {})}
    )`)
}

/** Who last did something to it; null is the service itself. */
export async function lastActor(tx: Tx, incidentId: number): Promise<number | null> {
  const line = await tx.maybeOne(
    Type.Object({ personId: orNull(Id) }),
    sql`
      select case when what in ('told', 'informed', 'skipped', 'heard', 'unreached') then null else person_id end
        as person_id
      from timeline
      where incident_id = ${incidentId}
      order by id desc
      limit 1`,
  )
  return line?.personId ?? null
}
