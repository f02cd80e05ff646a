// What is known of each resident's morning of one day: the rows that windows and the ledger are made of.
import { Type, type Static } from 'typebox'
import { IncidentState } from '#contract/acts.ts'
import { CheckInVia, LocalDate, LocalTime, Silence, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql, type Sql } from '#db/sql.ts'

const Morning = Type.Object({
  residentId: Type.Integer(),
  homeId: Type.Integer(),
  name: Type.String(),
  label: Type.String(),
  /** The pact, where there is one: its next occurrence that is not yet judged. */
  deadline: orNull(LocalTime),
  dueOn: orNull(LocalDate),
  dueAt: orNull(Type.Integer()),
  paused: Type.Boolean(),
  /** The check-in that counts for the day: her own before one that was given for her, the first of each. */
  checkInAt: orNull(Type.Integer()),
  checkInVia: orNull(CheckInVia),
  checkInLate: Type.Boolean(),
  absent: Type.Boolean(),
  /** The incident about her silence of that day, or of a day before that nobody has ended yet. */
  incidentId: orNull(Type.Integer()),
  incidentState: orNull(IncidentState),
  silence: orNull(Silence),
  incidentDueAt: orNull(Type.Integer()),
  outcome: orNull(Type.String()),
  /** When a human said what was found. */
  handledAt: orNull(Type.Integer()),
  owner: orNull(Type.String()),
  arrived: Type.Boolean(),
  anyoneSent: Type.Boolean(),
})
export type Morning = Static<typeof Morning>

export type MorningQuestion = { communityId: number; homeIds?: readonly number[] | undefined; day: string }

/** One row for each resident who was enrolled by that day, in the order of the doors. */
export const readMornings = (db: Db, question: MorningQuestion): Promise<Morning[]> =>
  db.many(
    Morning,
    sql`
      with first_check_in as (${firstCheckIns(question)}),
      missed as (${missedCheckIns(question)})
      select r.id as resident_id, r.home_id, r.name, h.label,
        to_char(p.deadline, 'HH24:MI') as deadline, p.due_on, p.due_at, coalesce(p.paused, false) as paused,
        c.at as check_in_at, c.via as check_in_via, coalesce(c.late, false) as check_in_late,
        exists (
          select
          from absence a
          where a.resident_id = r.id
            and ${absentOn(question.day)}
        ) as absent,
        m.id as incident_id, m.state as incident_state, m.silence, m.due_at as incident_due_at, m.outcome,
        m.handled_at, m.owner, coalesce(m.arrived, false) as arrived, coalesce(m.anyone_sent, false) as anyone_sent
      from resident r
      join home h on h.id = r.home_id
      left join pact p on p.resident_id = r.id and p.edge = 'morning'
      left join first_check_in c on c.resident_id = r.id
      left join missed m on m.resident_id = r.id
      where r.community_id = ${question.communityId}
        and r.enrolled_on <= ${question.day}::date
        and ${amongHomes(sql`r.home_id`, question)}
      order by h.building_id, h.unit, h.floor, h.room, r.id`,
  )

/** The day of return is looked after again (safety 10). */
const absentOn = (day: string): Sql => sql`
  a.ended_at is null
  and a.from_on <= ${day}::date
  and a.until_on > ${day}::date`

const amongHomes = (column: Sql, { homeIds }: MorningQuestion): Sql =>
  homeIds === undefined ? sql`true` : sql`${column} = any(${[...homeIds]}::bigint[])`

const firstCheckIns = (question: MorningQuestion): Sql => sql`
  select distinct on (resident_id) resident_id, at, via, late
  from check_in
  where community_id = ${question.communityId}
    and "on" = ${question.day}
    and edge = 'morning'
    and resident_id is not null
    and ${amongHomes(sql`home_id`, question)}
  order by resident_id, via in ('phone', 'visit', 'proxy'), at`

/** Drills and replays are kept out of the count, and of the window (safety 17). */
const missedCheckIns = (question: MorningQuestion): Sql => sql`
  select distinct on (i.resident_id) i.resident_id, i.id, i.state, i.evidence ->> 'silence' as silence,
    to_timestamp((i.evidence ->> 'dueAt')::double precision / 1000) as due_at, i.outcome, i.handled_at,
    coalesce(going.name, acknowledged.name, listed.name, handled.name) as owner,
    exists (
      select
      from assignment a
      where a.incident_id = i.id
        and a.arrived_at is not null
    ) as arrived,
    exists (
      select
      from assignment a
      where a.incident_id = i.id
        and a.role <> 'desk'
    ) as anyone_sent
  from incident i
  left join person acknowledged on acknowledged.id = i.acknowledged_by
  left join person handled on handled.id = i.handled_by
  left join incident card on card.id = i.folded_into
  left join person listed on listed.id = card.acknowledged_by
  left join lateral (
    select p.name
    from assignment a
    join person p on p.id = a.person_id
    where a.incident_id = i.id
      and a.state in ('acknowledged', 'enRoute', 'onScene')
    order by array_position(array['onScene', 'enRoute', 'acknowledged'], a.state), a.id
    limit 1
  ) as going on true
  where i.community_id = ${question.communityId}
    and i.kind = 'missed'
    and i.resident_id is not null
    and i.origin in ('live', 'demo')
    and (i."on" = ${question.day} or (i.state = 'open' and i."on" < ${question.day}))
    and ${amongHomes(sql`i.home_id`, question)}
  order by i.resident_id, i.state = 'open' desc, i."on" desc, i.opened_at desc`
