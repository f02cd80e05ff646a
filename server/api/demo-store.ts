import { Type, type Static } from 'typebox'
import { Edge, LocalTime } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const DemoPact = Type.Object({
  id: Type.Integer(),
  residentId: Type.Integer(),
  homeId: Type.Integer(),
  communityId: Type.Integer(),
  edge: Edge,
  deadline: LocalTime,
  zone: Type.String(),
})
export type DemoPact = Static<typeof DemoPact>

/** Morning pacts of demo communities whose desk this person has; of these residents, or of all. */
export const demoPacts = (
  db: Db,
  { personId, residentIds }: { personId: number; residentIds: readonly number[] | undefined },
): Promise<DemoPact[]> =>
  db.many(
    DemoPact,
    sql`
      select p.id, p.resident_id, p.home_id, p.community_id, p.edge, to_char(p.deadline, 'HH24:MI') as deadline,
        c.zone
      from pact p
      join area c on c.id = p.community_id
      where c.origin = 'demo'
        and p.edge = 'morning'
        and (${residentIds === undefined} or p.resident_id = any(${[...(residentIds ?? [])]}::bigint[]))
        and exists (
          select
          from area_grant g
          where g.person_id = ${personId}
            and g.role in ('admin', 'desk')
            and g.area_id = any(c.path)
        )
      order by p.id`,
  )

/** The person's reach over a home of a demo community: its desk. */
export async function mayPlayWith(db: Db, personId: number, homeId: number): Promise<boolean> {
  const { yes } = await db.one(
    Type.Object({ yes: Type.Boolean() }),
    sql`
      select exists (
        select
        from home h
        join area c on c.id = h.community_id
        join area_grant g on g.area_id = any(c.path)
        where h.id = ${homeId}
          and c.origin = 'demo'
          and g.person_id = ${personId}
          and g.role in ('admin', 'desk')
      ) as yes`,
  )
  return yes
}

const DemoIncident = Type.Object({ id: Type.Integer(), communityId: Type.Integer() })
export type DemoIncident = Static<typeof DemoIncident>

/** The demo incidents of these homes, locked in one order. */
export const lockDemoIncidents = (tx: Tx, homeIds: readonly number[]): Promise<DemoIncident[]> =>
  tx.many(
    DemoIncident,
    sql`
      select id, community_id
      from incident
      where home_id = any(${[...homeIds]}::bigint[])
        and origin = 'demo'
      order by id
      for update`,
  )

/** Takes away what followed from these incidents, and them: children first. */
export async function deleteIncidents(tx: Tx, incidentIds: readonly number[]): Promise<void> {
  const ids = sql`any(${[...incidentIds]}::bigint[])`
  await tx.run(sql`
    delete from telling
    where incident_id = ${ids}`)
  await tx.run(sql`
    delete from timeline
    where incident_id = ${ids}`)
  await tx.run(sql`
    delete from emergency_call
    where incident_id = ${ids}`)
  await tx.run(sql`
    delete from assignment
    where incident_id = ${ids}`)
  await tx.run(sql`
    delete from device_command
    where incident_id = ${ids}`)
  await tx.run(sql`
    delete from condition
    where incident_id = ${ids}`)
  await tx.run(sql`
    delete from incident
    where id = ${ids}`)
}

/** Demo conditions of these homes that no incident kept. */
export async function deleteDemoConditions(tx: Tx, homeIds: readonly number[]): Promise<void> {
  // What was taken out of service is in service again: nothing would be left to put it back by.
  await tx.run(sql`
    update device
    set out_of_service = false
    where id in (
      select device_id
      from condition
      where home_id = any(${[...homeIds]}::bigint[])
        and origin = 'demo'
        and state = 'outOfService'
    )`)
  await tx.run(sql`
    delete from condition
    where home_id = any(${[...homeIds]}::bigint[])
      and origin = 'demo'`)
}

/** Demo check-ins and absences of these residents from this day on. */
export async function deleteDemoMorning(tx: Tx, residentIds: readonly number[], on: string): Promise<void> {
  const ids = sql`any(${[...residentIds]}::bigint[])`
  await tx.run(sql`
    delete from check_in
    where resident_id = ${ids}
      and "on" >= ${on}::date
      and origin = 'demo'`)
  await tx.run(sql`
    delete from absence
    where resident_id = ${ids}
      and until_on >= ${on}::date
      and origin = 'demo'`)
}

/** The bad air of an earlier telling: its last eight hours would otherwise alarm again at once. */
export async function clearDemoAir(tx: Tx, homeIds: readonly number[]): Promise<void> {
  const homes = sql`any(${[...homeIds]}::bigint[])`
  await tx.run(sql`
    delete from reading
    where device_id in (
        select id
        from device
        where home_id = ${homes}
      )
      and home_id = ${homes}
      and origin = 'demo'
      and (kind = 'co' and value >= 9 or kind = 'gas' and value >= 1)`)
  for (const rollup of [sql`reading_minute`, sql`reading_hour`])
    await tx.run(sql`
      delete from ${rollup}
      where home_id = ${homes}
        and origin = 'demo'
        and (kind = 'co' and highest >= 9 or kind = 'gas' and highest >= 1)`)
  await tx.run(sql`
    update device
    set hot_at = null,
      alarm_active = '{}'
    where home_id = ${homes}
      and origin = 'demo'`)
}

export async function deleteSignature(tx: Tx, communityId: number, on: string): Promise<void> {
  await tx.run(sql`
    delete from ledger_signature
    where community_id = ${communityId}
      and "on" = ${on}`)
}

/** Puts the next occurrence of these pacts where the demo wants it; nothing covers it yet. */
export async function movePacts(
  tx: Tx,
  pactIds: readonly number[],
  to: { on: string; opensAt: number; remindAt: number | null; dueAt: number },
): Promise<void> {
  await tx.run(sql`
    update pact
    set due_on = ${to.on},
      opens_at = ${at(to.opensAt)},
      remind_at = ${to.remindAt === null ? null : at(to.remindAt)},
      due_at = ${at(to.dueAt)},
      agreed_at = null,
      covered_by = null,
      covered_at = null
    where id = any(${[...pactIds]}::bigint[])`)
}
