// What else falls due: second deadlines and reminders.
import { Type, type Static } from 'typebox'
import { orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { couldSee } from './blindness-store.ts'
import { OpenMissed } from './store.ts'

const SecondDue = Type.Object({ ...OpenMissed.properties, answeredAt: orNull(Type.Integer()) })
export type SecondDue = Static<typeof SecondDue>

/** Late but active, and now past the second deadline; with her own press since, should there be one. */
export const lockSecondDue = (tx: Tx, now: number, max: number): Promise<SecondDue[]> =>
  tx.many(
    SecondDue,
    sql`
      select i.id as incident_id, i.community_id, i.home_id, i.resident_id, i.origin, i.stage, i.evidence,
        i.opened_at, i.pact_id, i."on",
        (
          select min(c.at)
          from check_in c
          where c.resident_id = i.resident_id
            and c.origin = i.origin
            and (
              (c.pact_id = i.pact_id and c."on" = i."on")
              or c.at >= to_timestamp((i.evidence ->> 'dueAt')::float8 / 1000)
            )
        ) as answered_at
      from incident i
      where i.state = 'open'
        and i.kind = 'missed'
        and i.stage = 'notice'
        and i.resident_id is not null
        and (i.evidence ->> 'secondDueAt')::bigint <= ${now}
        and ${couldSee(sql`to_timestamp((i.evidence ->> 'secondDueAt')::float8 / 1000)`, now)}
      order by i.id
      limit ${max}
      for no key update of i skip locked`,
  )

const Taken = Type.Object({ count: Type.Integer() })

/**
 * Takes reminders that are due, once, and writes a command for each device that can tell her. Who greeted or is away
 * is left in peace; the command ends with the deadline. Gives how many were taken.
 */
export async function writeReminders(tx: Tx, now: number, max: number): Promise<number> {
  const { count } = await tx.one(
    Taken,
    sql`
      with due as (
        select id
        from pact
        where remind_at <= ${at(now)}
          and not paused
          and covered_by is null
        order by remind_at
        limit ${max}
        for no key update skip locked
      ), taken as (
        update pact p
        set remind_at = null
        from due
        where p.id = due.id
        returning p.community_id, p.resident_id, p.home_id, p.due_on, p.due_at
      ), written as (
        insert into device_command (community_id, device_id, kind, created_at, expires_at)
        select d.community_id, d.id, 'remind', ${at(now)}, t.due_at
        from taken t
        join area community on community.id = t.community_id
        join device d on d.home_id = t.home_id
          and d.kind in ('button', 'tablet')
          and (d.resident_id is null or d.resident_id = t.resident_id)
          and not d.out_of_service
          and d.origin = community.origin
        where t.due_at > ${at(now)}
          and not exists (
            select
            from absence a
            where a.resident_id = t.resident_id
              and a.ended_at is null
              and a.from_on <= t.due_on
              and a.until_on > t.due_on
          )
      )
      select count(*)::int as count
      from taken`,
  )
  return count
}
