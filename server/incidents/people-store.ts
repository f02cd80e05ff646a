// Who people are to a home and a community, and the emergency calls that one of them was given.
import { Type } from 'typebox'
import { AssignmentRole } from '#contract/incident.ts'
import { Id, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Found = Type.Object({ found: Type.Boolean() })

/** Desk or admin over the community: may act on any incident there. */
export async function isDesk(db: Db, personId: number, communityId: number): Promise<boolean> {
  const { found } = await db.one(
    Found,
    sql`
      select exists (
        select
        from area_grant g
        join area community on community.id = ${communityId}
        join person on person.id = g.person_id and person.active
        where g.person_id = ${personId}
          and g.role in ('desk', 'admin')
          and g.area_id = any(community.path)
      ) as found`,
  )
  return found
}

/** A steward of the community or of a grid in it, or somebody who is paired with any home there. */
export async function worksIn(db: Db, personId: number, communityId: number): Promise<boolean> {
  const { found } = await db.one(
    Found,
    sql`
      select exists (
        select
        from person
        where id = ${personId}
          and active
          and (
            exists (
              select
              from area_grant g
              join area granted on granted.id = g.area_id
              join area community on community.id = ${communityId}
              where g.person_id = person.id
                and g.role = 'steward'
                and (g.area_id = any(community.path) or community.id = any(granted.path))
            )
            or exists (
              select
              from pairing
              where person_id = person.id
                and community_id = ${communityId}
                and role in ('steward', 'backup', 'neighbour')
            )
          )
      ) as found`,
  )
  return found
}

const RoleRow = Type.Object({ role: AssignmentRole })

/** What this person is to the home, nearest first; undefined for family and for strangers. */
export async function pairedRole(
  db: Db,
  homeId: number,
  personId: number,
): Promise<AssignmentRole | undefined> {
  const pair = await db.maybeOne(
    RoleRow,
    sql`
      select pairing.role
      from pairing
      join person on person.id = pairing.person_id and person.active
      where home_id = ${homeId}
        and person_id = ${personId}
        and role in ('steward', 'backup', 'neighbour')
      order by array_position('{steward,backup,neighbour}'::text[], role)
      limit 1`,
  )
  return pair?.role
}

const Name = Type.Object({ name: Type.String() })

export async function nameOf(db: Db, personId: number | null): Promise<string | undefined> {
  if (personId === null) return undefined
  const person = await db.maybeOne(Name, sql`select name from person where id = ${personId}`)
  return person?.name
}

const CallRow = Type.Object({ incidentId: Id, number: Type.String(), doneBy: orNull(Id) })

export function emergencyCall(db: Db, callId: number) {
  return db.maybeOne(
    CallRow,
    sql`
      select incident_id, number, done_by
      from emergency_call
      where id = ${callId}`,
  )
}
