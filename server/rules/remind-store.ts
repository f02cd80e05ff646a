// Pacts whose resident is asked before the deadline, and the commands by which the devices at home ask.
import { Type, type Static } from 'typebox'
import { Edge, EpochMs, Id, LocalDate, RiskTier, orNull } from '#contract/primitives.ts'
import { bigints, instants, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

export const ReminderDue = Type.Object({
  pactId: Id,
  communityId: Id,
  homeId: Id,
  edge: Edge,
  dueOn: LocalDate,
  dueAt: EpochMs,
  /** The hour that was agreed, where the longest silence has put it forward. */
  agreedAt: orNull(EpochMs),
  tier: RiskTier,
  /** A telephone tells nothing of this resident (safety 18). */
  notByPhone: Type.Boolean(),
  /** What was agreed with them is that somebody comes: devices leave them in peace. */
  byVisit: Type.Boolean(),
  enrolledOn: LocalDate,
  hasPressed: Type.Boolean(),
  /** Away by their own word (safety 10). */
  isAway: Type.Boolean(),
})
export type ReminderDue = Static<typeof ReminderDue>

/** Who has not greeted, and is to be reminded or asked by now: at most `max`, held until the end of the transaction. */
export const lockReminders = (tx: Tx, now: number, max: number): Promise<ReminderDue[]> =>
  tx.many(
    ReminderDue,
    sql`
      with p as materialized (
        select *
        from pact
        where remind_at <= ${at(now)}
          and not paused
          and covered_by is null
        order by remind_at
        limit ${max}
        for no key update skip locked
      )
      select p.id as pact_id, p.community_id, p.home_id, p.edge, p.due_on, p.due_at, p.agreed_at, r.tier,
        r.enrolled_on,
        r.deaf or r.contact_mode in ('light', 'vibration') as not_by_phone,
        r.contact_mode = 'visit' as by_visit,
        exists (
          select
          from check_in c
          where c.resident_id = p.resident_id
        ) as has_pressed,
        exists (
          select
          from absence a
          where a.resident_id = p.resident_id
            and a.ended_at is null
            and a.from_on <= p.due_on
            and a.until_on > p.due_on
        ) as is_away
      from p
      join resident r on r.id = p.resident_id`,
  )

export type NextReminder = Pick<ReminderDue, 'pactId'> & { nextAt: number | null }

/** When each of them is asked next; null: not before the deadline. */
export async function putOff(tx: Tx, next: readonly NextReminder[]): Promise<void> {
  await tx.run(sql`
    update pact
    set remind_at = next.at
    from unnest(
      ${bigints(next.map(({ pactId }) => pactId))}::bigint[],
      ${instants(next.map(({ nextAt }) => nextAt))}::timestamptz[]
    ) as next (id, at)
    where pact.id = next.id`)
}

export type Reminder = Pick<ReminderDue, 'pactId'> & { text: string }

/**
 * A command for each device that can tell them, until the deadline; one for both of a couple who share it. One that has not reached its device yet says all
 * that a second one would; and while there is gas in a home nothing there sounds (safety 14),
 * nor does a good morning speak into any other alarm.
 */
export async function writeReminders(tx: Tx, reminders: readonly Reminder[], now: number): Promise<void> {
  if (reminders.length === 0) return
  await tx.run(sql`
    insert into device_command (community_id, device_id, kind, text, created_at, expires_at)
    select distinct on (d.id) d.community_id, d.id, 'remind', asked.text, ${at(now)}, p.due_at
    from unnest(
      ${bigints(reminders.map(({ pactId }) => pactId))}::bigint[],
      ${texts(reminders.map(({ text }) => text))}::text[]
    ) as asked (pact_id, text)
    join pact p on p.id = asked.pact_id
    join area community on community.id = p.community_id
    join device d on d.home_id = p.home_id
      and d.kind in ('button', 'tablet')
      and (d.resident_id is null or d.resident_id = p.resident_id)
      and not d.out_of_service
      and d.origin = community.origin
    where not exists (
        select
        from device_command standing
        where standing.device_id = d.id
          and standing.sent_at is null
          and standing.result is null
          and standing.kind = 'remind'
          and standing.expires_at > ${at(now)}
      )
      and not exists (
        select
        from incident danger
        where danger.home_id = p.home_id
          and danger.state = 'open'
          and (
            danger.kind = 'gas'
            or (danger.kind in ('co', 'smoke', 'sos') and danger.stage in ('alarm', 'critical'))
          )
      )
    order by d.id, p.due_at desc`)
}
