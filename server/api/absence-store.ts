import { Type } from 'typebox'
import { AbsenceView } from '#contract/community.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { Subject } from './resident-store.ts'

/** Two people who declare for one resident at once: the second sees what the first wrote. */
export async function lockResident(tx: Tx, residentId: number): Promise<void> {
  await tx.run(sql`
    select
    from resident
    where id = ${residentId}
    for update`)
}

/** Absences that still stand and touch these days, the day of return included. */
export const absencesTouching = (
  db: Db,
  days: { residentId: number; fromOn: string; untilOn: string },
): Promise<AbsenceView[]> =>
  db.many(
    AbsenceView,
    sql`
      select id, from_on, until_on, place, companion, phone
      from absence
      where resident_id = ${days.residentId}
        and ended_at is null
        and from_on <= ${days.untilOn}::date
        and until_on >= ${days.fromOn}::date
      order by from_on`,
  )

export type NewAbsence = {
  subject: Subject
  byId: number
  now: number
  fromOn: string
  untilOn: string
  place: string
  companion: string
  phone: string
}

export const insertAbsence = (tx: Tx, absence: NewAbsence): Promise<AbsenceView> =>
  tx.one(
    AbsenceView,
    sql`
      insert into absence (
        community_id, resident_id, from_on, until_on, place, companion, phone, confirmed_at, look_at, created_by, origin
      )
      values (
        ${absence.subject.communityId}, ${absence.subject.id}, ${absence.fromOn}, ${absence.untilOn},
        ${absence.place}, ${absence.companion}, ${absence.phone}, ${at(absence.now)}, ${at(absence.now)},
        ${absence.byId}, ${absence.subject.origin}
      )
      returning id, from_on, until_on, place, companion, phone`,
  )

const Ended = Type.Object({
  residentId: Type.Integer(),
  homeId: Type.Integer(),
  communityId: Type.Integer(),
})

/** Undefined where it was over already. */
export const endAbsence = (tx: Tx, absenceId: number, now: number) =>
  tx.maybeOne(
    Ended,
    sql`
      update absence a
      set ended_at = ${at(now)}
      from resident r
      where a.id = ${absenceId}
        and a.ended_at is null
        and r.id = a.resident_id
      returning a.resident_id, r.home_id, a.community_id`,
  )
