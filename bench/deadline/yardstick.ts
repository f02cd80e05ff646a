// The yardstick: the best set-based SQL that we could write for the same rows. It knows beforehand what the product
// finds out: that all who have not pressed are missed, who is asked first, and when everybody's next day begins.
import type { Database } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { limits } from '../../server/limits.ts'
import { dueAt } from './world.ts'

const dayMs = 24 * 3_600_000

/** Everything in one transaction: who is missing, all that is written for them, everybody's next day, and the log. */
export async function judgeBare(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.run(openIncidents())
    await tx.run(rollPacts())
  })
}

const minuteMs = 60_000

const openIncidents = () => sql`
  with silent as materialized (
    select p.id, p.community_id, p.resident_id, p.home_id, p.due_on,
      jsonb_build_object(
        'silence', 'missed',
        'on', to_char(p.due_on, 'YYYY-MM-DD'),
        'dueAt', (extract(epoch from p.due_at) * 1000)::bigint,
        'heardAt', (extract(epoch from last.at) * 1000)::bigint,
        'lastSign', jsonb_build_object('at', (extract(epoch from last.at) * 1000)::bigint, 'what', last.via)
      ) as evidence
    from pact p
    cross join lateral (
      select c.at, c.via
      from check_in c
      where c.resident_id = p.resident_id
      order by c.at desc
      limit 1
    ) as last
    where p.due_at <= ${at(dueAt)}::timestamptz
      and not p.paused
      and p.covered_by is null
  ), opened as (
    insert into incident (
      community_id, home_id, resident_id, kind, stage, origin, evidence, opened_at, pact_id, "on", step, due_at, due_kind
    )
    select community_id, home_id, resident_id, 'missed', 'alarm', 'live', evidence, ${at(dueAt)}::timestamptz, id, due_on,
      -1, ${at(dueAt + 5 * minuteMs)}::timestamptz, 'ask'
    from silent
    returning id, community_id, home_id, resident_id, evidence
  ), seen as (
    insert into condition (
      community_id, home_id, resident_id, kind, stage, state, since, last_at, evidence, incident_id, origin
    )
    select community_id, home_id, resident_id, 'missed', 'alarm', 'unacknowledged', ${at(dueAt)}::timestamptz, ${at(dueAt)}::timestamptz,
      evidence, id, 'live'
    from opened
  ), asked as (
    insert into device_command (community_id, device_id, kind, text, incident_id, created_at, expires_at)
    select o.community_id, d.id, 'remind', '早上好，方便时请按一下报平安', o.id, ${at(dueAt)}::timestamptz,
      ${at(dueAt + 5 * minuteMs)}::timestamptz
    from opened o
    join device d on d.home_id = o.home_id and d.resident_id = o.resident_id
  ), told as (
    insert into telling (community_id, incident_id, person_id, purpose, stage, due_at, created_at, origin)
    select o.community_id, o.id, desk.person_id, 'inform', 'alarm', ${at(dueAt)}::timestamptz, ${at(dueAt)}::timestamptz, 'live'
    from opened o
    join on_duty desk on desk.community_id = o.community_id
    returning community_id, incident_id, person_id
  ), lines as (
    insert into timeline (community_id, incident_id, at, what, person_id, detail)
    select community_id, id, ${at(dueAt)}::timestamptz, 'opened', null, '{"stage": "alarm"}'::jsonb
    from opened
    union all
    select community_id, incident_id, ${at(dueAt)}::timestamptz, 'informed', person_id, '{}'
    from told
    union all
    select community_id, id, ${at(dueAt)}::timestamptz, 'residentAsked', null, '{}'
    from opened
  ), events as materialized (
    select community_id, kind, ref_id, row_number() over (partition by community_id) as nth,
      count(*) over (partition by community_id) as size
    from (
      select community_id, 'incident' as kind, id as ref_id
      from opened
      union all
      select community_id, 'home', home_id
      from opened
      union all
      select distinct community_id, 'ledger', community_id
      from silent
    ) as news
  ), moved as (
    insert into community_log (community_id, head)
    select distinct community_id, size
    from events
    on conflict (community_id) do update set head = community_log.head + excluded.head
    returning community_id, epoch, head
  ), logged as (
    insert into event_log (community_id, epoch, seq, at, kind, ref_id)
    select e.community_id, m.epoch, m.head - e.size + e.nth, clock_timestamp(), e.kind, e.ref_id
    from events e
    join moved m using (community_id)
  )
  select pg_notify('cp_event', community_id::text)
  from moved`

const rollPacts = () => sql`
  update pact
  set due_on = due_on + 1,
    opens_at = ${at(dueAt + dayMs - 5 * 3_600_000)}::timestamptz,
    remind_at = ${at(dueAt + dayMs - limits.remindBeforeMs)}::timestamptz,
    due_at = ${at(dueAt + dayMs)}::timestamptz,
    covered_by = null,
    covered_at = null
  where due_at <= ${at(dueAt)}::timestamptz
    and not paused`
