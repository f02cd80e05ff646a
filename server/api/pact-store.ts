import { Type, type Static } from 'typebox'
import { PactHours } from '#contract/pact.ts'
import { Edge, EpochMs, Id, LocalDate, LocalTime } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import type { Deadline } from '#domain/schedule.ts'
import type { Subject } from './resident-store.ts'

const Half = Type.Object({
  id: Id,
  edge: Edge,
  hours: PactHours,
  deadline: LocalTime,
  on: LocalDate,
  opensAt: Type.Integer(),
  dueAt: Type.Integer(),
})
/** A half of the pact that is agreed now, with its next occurrence that is not yet judged. */
export type Half = Static<typeof Half>

const halves = (residentId: number) => sql`
  select id, edge, due_on as "on", opens_at, due_at, to_char(deadline, 'HH24:MI') as deadline,
    coalesce(hours, (
      select jsonb_object_agg(day, to_char(deadline, 'HH24:MI'))
      from unnest(days) as day
    )) as hours
  from pact
  where resident_id = ${residentId}
    and not paused
  order by edge desc`

export const halvesOf = (db: Db, residentId: number): Promise<Half[]> => db.many(Half, halves(residentId))

/** Held: judging takes the same lock, so that an occurrence is judged before the change or after it, never both. */
export const lockHalves = (tx: Tx, residentId: number): Promise<Half[]> =>
  tx.many(Half, sql`${halves(residentId)} for no key update`)

export type NewHours = {
  subject: Subject
  edge: Edge
  hours: PactHours
  /** Where the occurrence at hand is left as it is: it has begun, and is judged as it was agreed. */
  next: Deadline | undefined
}

/** Also gives a half back that was left out before. What is not named here stays as it is. */
export async function writeHours(tx: Tx, { subject, edge, hours, next }: NewHours): Promise<void> {
  const days = Object.keys(hours).map(Number)
  if (!next) {
    // deadline still says the hour of the occurrence at hand
    await tx.run(sql`
      update pact
      set days = ${days}::int[], hours = ${json(hours)}::jsonb
      where resident_id = ${subject.id}
        and edge = ${edge}`)
    return
  }
  await tx.run(sql`
    insert into pact (
      community_id, resident_id, home_id, edge, deadline, days, hours, due_on, opens_at, remind_at, due_at
    )
    values (
      ${subject.communityId}, ${subject.id}, ${subject.homeId}, ${edge}, ${next.deadline}, ${days}::int[],
      ${isOneHour(hours) ? null : json(hours)}::jsonb, ${next.on}, ${at(next.opensAt)}, ${at(next.remindAt)}, ${at(next.dueAt)}
    )
    on conflict (resident_id, edge) do update
    set deadline = excluded.deadline,
      days = excluded.days,
      hours = excluded.hours,
      due_on = excluded.due_on,
      opens_at = excluded.opens_at,
      remind_at = excluded.remind_at,
      due_at = excluded.due_at,
      agreed_at = null,
      covered_by = null,
      covered_at = null,
      paused = false`)
}

const isOneHour = (hours: PactHours): boolean => new Set(Object.values(hours)).size === 1

/** This half is not agreed any more. Its row stays, for what was judged by it. */
export async function leaveOut(tx: Tx, residentId: number, edge: Edge): Promise<void> {
  await tx.run(sql`
    update pact
    set paused = true
    where resident_id = ${residentId}
      and edge = ${edge}`)
}

const MorningRow = Type.Object({ on: LocalDate, minute: Type.Integer() })

/** The last mornings of their own presses, newest first: the day, and the minute of that day in the zone. */
export const ownMornings = (
  db: Db,
  { id, zone }: Subject,
  max: number,
): Promise<Static<typeof MorningRow>[]> =>
  db.many(
    MorningRow,
    sql`
      select "on", (extract(epoch from min(at at time zone ${zone})::time) / 60)::int as minute
      from check_in
      where resident_id = ${id}
        and edge = 'morning'
        and "on" is not null
        and given_by is null
      group by "on"
      order by "on" desc
      limit ${max}`,
  )

/** Staff have decided on it, whatever they decided: it is looked at again at `reviewAt` (epoch ms). */
export async function decideReview(tx: Tx, residentId: number, reviewAt: number): Promise<void> {
  await tx.run(sql`
    update pact
    set unfit_since = null,
      review_at = ${at(reviewAt)}
    where resident_id = ${residentId}
      and edge = 'morning'`)
}

const UnfitRow = Type.Object({
  residentId: Id,
  homeLabel: Type.String(),
  name: Type.String(),
  unfitSince: EpochMs,
})

/** More than staff would talk over in a week: the rest comes when these are decided. */
const unfitMax = 100

/** Whose pact no longer fits their mornings, the longest first; not those who are away just now. */
export const unfitPacts = (db: Db, communityId: number, today: string): Promise<Static<typeof UnfitRow>[]> =>
  db.many(
    UnfitRow,
    sql`
      select p.resident_id, home.label as home_label, r.name, p.unfit_since
      from pact p
      join resident r on r.id = p.resident_id
      join home on home.id = r.home_id
      where p.community_id = ${communityId}
        and p.unfit_since is not null
        and p.edge = 'morning'
        and not p.paused
        and not exists (
          select
          from absence a
          where a.resident_id = p.resident_id
            and a.ended_at is null
            and ${today}::date >= a.from_on
            and ${today}::date < a.until_on
        )
      order by p.unfit_since, p.resident_id
      limit ${unfitMax}`,
  )
