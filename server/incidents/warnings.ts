// Dangers next door: what a steward must know who is not sent there, but whose own homes share that air.
import { Warning } from '#contract/incident.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

/** Worst and latest first. Ends when the danger is closed, or when this person is sent there (safety 12). */
export const warningsOf = (db: Db, personId: number): Promise<Warning[]> =>
  db.many(
    Warning,
    sql`
      select i.id as incident_id, i.community_id, i.kind, i.stage, i.origin, danger.label as home_label, i.opened_at,
        jsonb_agg(distinct jsonb_build_object(
          'label', home.label,
          'residents', (select coalesce(jsonb_agg(r.greeting order by r.id), '[]') from resident r where r.home_id = home.id)
        )) as homes
      from incident i
      join home danger on danger.id = i.home_id
      join timeline warned on warned.incident_id = i.id and warned.what = 'homesWarned'
      join pairing p on p.person_id = ${personId}
        and p.role = 'steward'
        and warned.detail -> 'homeIds' @> to_jsonb(p.home_id)
      join home on home.id = p.home_id
      where i.state = 'open'
        and not exists (
          select
          from assignment a
          where a.incident_id = i.id
            and a.person_id = ${personId}
            and a.state in ('told', 'acknowledged', 'enRoute', 'onScene')
        )
      group by i.id, danger.label
      order by i.opened_at desc`,
  )
