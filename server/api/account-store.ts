import { Type, type Static } from 'typebox'
import { Language, Origin, Role, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Person = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  title: orNull(Type.String()),
  language: Language,
})

export const findPerson = (db: Db, personId: number): Promise<Static<typeof Person> | undefined> =>
  db.maybeOne(
    Person,
    sql`
      select id, name, title, language
      from person
      where id = ${personId}
        and active`,
  )

/** Each role once, the widest first. */
export async function rolesOf(db: Db, personId: number): Promise<Role[]> {
  const rows = await db.many(
    Type.Object({ role: Role }),
    sql`
      select role
      from area_grant
      where person_id = ${personId}
      group by role
      order by array_position(array['admin', 'supervisor', 'desk', 'steward'], role)`,
  )
  return rows.map(({ role }) => role)
}

export const CommunityRow = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  zone: Type.String(),
  origin: Origin,
  centerLng: orNull(Type.Number()),
  centerLat: orNull(Type.Number()),
})
export type CommunityRow = Static<typeof CommunityRow>

/** Communities that a watching grant reaches: those whose path has its area. */
export const watchedCommunities = (db: Db, personId: number): Promise<CommunityRow[]> =>
  db.many(
    CommunityRow,
    sql`
      select c.id, c.name, c.zone, c.origin, c.center_lng, c.center_lat
      from area c
      where c.kind = 'community'
        and exists (
          select
          from area_grant g
          where g.person_id = ${personId}
            and g.role in ('admin', 'supervisor', 'desk')
            and g.area_id = any(c.path)
        )
      order by c.name, c.id`,
  )

/** Where a steward or a neighbour works: by grant above, at or below the community, or by pairing. */
export const servedCommunities = (db: Db, personId: number): Promise<CommunityRow[]> =>
  db.many(
    CommunityRow,
    sql`
      select c.id, c.name, c.zone, c.origin, c.center_lng, c.center_lat
      from area c
      where c.kind = 'community'
        and (
          exists (
            select
            from area_grant g
            join area granted on granted.id = g.area_id
            where g.person_id = ${personId}
              and (g.area_id = any(c.path) or c.id = any(granted.path))
          )
          or exists (
            select
            from pairing p
            where p.person_id = ${personId}
              and p.community_id = c.id
          )
        )
      order by c.name, c.id`,
  )

export async function keepLanguage(db: Db, personId: number, language: Language): Promise<void> {
  await db.run(sql`
    update person
    set language = ${language}
    where id = ${personId}`)
}
