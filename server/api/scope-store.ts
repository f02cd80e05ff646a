import { Type } from 'typebox'
import type { Role } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'

const Yes = Type.Object({ yes: Type.Boolean() })
const InCommunity = Type.Object({ communityId: Type.Integer() })

/** Whether a grant of one of these roles reaches the area: it lies on the path from the district down to it. */
export async function hasGrant(
  db: Db,
  { personId, areaId, roles }: { personId: number; areaId: number; roles: readonly Role[] },
): Promise<boolean> {
  const { yes } = await db.one(
    Yes,
    sql`
      select exists (
        select
        from area_grant g
        join area a on g.area_id = any(a.path)
        join person p on p.id = g.person_id
        where g.person_id = ${personId}
          and g.role = any(${[...roles]})
          and a.id = ${areaId}
          and p.active
      ) as yes`,
  )
  return yes
}

export async function hasRoleAnywhere(db: Db, personId: number, role: Role): Promise<boolean> {
  const { yes } = await db.one(
    Yes,
    sql`
      select exists (
        select
        from area_grant g
        join person p on p.id = g.person_id
        where g.person_id = ${personId}
          and g.role = ${role}
          and p.active
      ) as yes`,
  )
  return yes
}

/**
 * Whether this person is, or was until `closedAfter` (epoch ms), assigned to the incident. Family, and the neighbour of
 * somebody who is silent, are no responders: they were only asked (safety 7).
 */
export async function hasAssignment(
  db: Db,
  {
    personId,
    incidentId,
    as,
    closedAfter,
  }: { personId: number; incidentId: number; as: 'responder' | 'anybody'; closedAfter: number },
): Promise<boolean> {
  const { yes } = await db.one(
    Yes,
    sql`
      select exists (
        select
        from assignment a
        join incident i on i.id = a.incident_id
        join person p on p.id = a.person_id
        where a.person_id = ${personId}
          and a.incident_id = ${incidentId}
          and (
            ${as === 'anybody'}
            or (a.role <> 'family' and not (a.role = 'neighbour' and i.kind = 'missed'))
          )
          and (i.closed_at is null or i.closed_at > ${at(closedAfter)})
          and p.active
      ) as yes`,
  )
  return yes
}

const communityBy = async (db: Db, question: Sql): Promise<number | undefined> =>
  (await db.maybeOne(InCommunity, question))?.communityId

export const communityOfCommunity = (db: Db, id: number): Promise<number | undefined> =>
  communityBy(db, sql`select id as community_id from area where id = ${id} and kind = 'community'`)

export const communityOfHome = (db: Db, id: number): Promise<number | undefined> =>
  communityBy(db, sql`select community_id from home where id = ${id}`)

export const communityOfResident = (db: Db, id: number): Promise<number | undefined> =>
  communityBy(db, sql`select community_id from resident where id = ${id}`)

export const communityOfAbsence = (db: Db, id: number): Promise<number | undefined> =>
  communityBy(db, sql`select community_id from absence where id = ${id}`)

export const communityOfIncident = (db: Db, id: number): Promise<number | undefined> =>
  communityBy(db, sql`select community_id from incident where id = ${id}`)

export const communityOfCondition = (db: Db, id: number): Promise<number | undefined> =>
  communityBy(db, sql`select community_id from condition where id = ${id}`)

export const communityOfDevice = (db: Db, id: number): Promise<number | undefined> =>
  communityBy(db, sql`select community_id from device where id = ${id}`)

const OfIncident = Type.Object({ incidentId: Type.Integer() })

export async function incidentOfCall(db: Db, callId: number): Promise<number | undefined> {
  const found = await db.maybeOne(
    OfIncident,
    sql`select incident_id from emergency_call where id = ${callId}`,
  )
  return found?.incidentId
}
