import { Type } from 'typebox'
import { StaffMember } from '#contract/community.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

/**
 * Everybody with a grant at, above or below the community, each once, in the role nearest to the work.
 * @param proofMsMax an older proof of an open page does not count (safety 2); it is a lease, so the database's clock
 * decides
 */
export const staffOf = (db: Db, communityId: number, proofMsMax: number): Promise<StaffMember[]> =>
  db.many(
    Type.Object(StaffMember.properties),
    sql`
      with granted as (
        select distinct on (g.person_id) g.person_id, g.role,
          array_position(array['desk', 'steward', 'admin', 'supervisor'], g.role) as rank
        from area_grant g
        join area granted on granted.id = g.area_id
        join area c on c.id = ${communityId}
        where g.area_id = any(c.path)
          or c.id = any(granted.path)
        order by g.person_id, rank
      )
      select p.id, p.name, p.title, granted.role, p.phone,
        p.origin = 'live' and p.phone is not null as dialable,
        exists (
          select
          from on_duty d
          where d.person_id = p.id
            and d.community_id = ${communityId}
        ) as on_duty,
        exists (
          select
          from page_presence page
          where page.person_id = p.id
            and page.in_front
            and page.sound
            and page.proved_at >= now() /* lease */ - make_interval(secs => ${proofMsMax / 1000})
        ) as reachable_now,
        exists (
          select
          from contact_point point
          where point.person_id = p.id
            and point.wakes
        ) as wakes
      from granted
      join person p on p.id = granted.person_id
      where p.active
      order by granted.rank, p.id`,
  )
