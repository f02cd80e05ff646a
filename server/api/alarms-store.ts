// What the alarms of a community have asked of whom, which of them only make noise, and what is set aside.
import { Type, type Static } from 'typebox'
import { SetAsideHow } from '#contract/alarms.ts'
import { Evidence } from '#contract/incident.ts'
import { DeviceKind, EpochMs, Id, IncidentKind, Origin, Stage, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'

/** Whose, and since when (epoch ms). What was only simulated in a real community asks nothing of anybody. */
export type AlarmQuestion = { communityId: number; origin: Origin; fromAt: number }

const counts = (origin: Sql, question: AlarmQuestion): Sql =>
  sql`(${origin} = 'live' or ${origin} = ${question.origin})`

const Arrival = Type.Object({
  personId: Id,
  name: Type.String(),
  title: orNull(Type.String()),
  at: EpochMs,
})
export type Arrival = Static<typeof Arrival>

/**
 * When each incident first reached each of the staff; what was withdrawn before it was sent reached nobody. Repeats,
 * and an incident that got worse, are not new.
 */
export const arrivalsOf = (db: Db, question: AlarmQuestion): Promise<Arrival[]> =>
  db.many(
    Arrival,
    sql`
      select t.person_id, p.name, p.title, min(t.created_at) as at
      from incident i
      join telling t on t.incident_id = i.id
      join person p on p.id = t.person_id
      where i.community_id = ${question.communityId}
        and (i.closed_at is null or i.closed_at >= ${at(question.fromAt)})
        and ${counts(sql`i.origin`, question)}
        and (t.state <> 'withdrawn' or t.sent_at is not null)
        and (
          exists (select from area_grant g where g.person_id = p.id)
          or exists (
            select
            from pairing
            where pairing.person_id = p.id
              and pairing.community_id = ${question.communityId}
              and pairing.role in ('steward', 'backup')
          )
        )
      group by t.person_id, p.name, p.title, i.id
      having min(t.created_at) >= ${at(question.fromAt)}
      order by 4, 1`,
  )

const sourceColumns = sql`
  h.id as home_id, h.label as home_label, d.id as device_id, d.kind as device_kind, d.serial, c.kind`
const SourceRow = {
  homeId: Id,
  homeLabel: Type.String(),
  deviceId: Id,
  deviceKind: DeviceKind,
  serial: Type.String(),
  kind: IncidentKind,
}

const Onset = Type.Object({ ...SourceRow, at: EpochMs })
export type Onset = Static<typeof Onset>

/** Each time that something about a device came on. A press for help is never noise, and a silence is a person's. */
export const onsetsOf = (db: Db, question: AlarmQuestion): Promise<Onset[]> =>
  db.many(
    Onset,
    sql`
      select ${sourceColumns}, onset.at
      from condition c
      join home h on h.id = c.home_id
      join device d on d.id = c.device_id
      cross join lateral (
        select c.since as at
        where c.cleared_at is null or c.cleared_at > c.since
        union all
        select back
        from unnest(c.came_back) as back
      ) as onset
      where c.community_id = ${question.communityId}
        and c.kind in ('co', 'gas', 'smoke', 'device')
        and c.last_at >= ${at(question.fromAt)}
        and ${counts(sql`c.origin`, question)}
        and onset.at >= ${at(question.fromAt)}
      order by onset.at, c.id`,
  )

const TroubleRow = Type.Object({
  conditionId: Id,
  ...SourceRow,
  stage: Stage,
  evidence: Evidence,
  sinceAt: EpochMs,
  incidentId: orNull(Id),
  origin: Origin,
  inAlarm: Type.Boolean(),
})

/** Trouble of equipment that is shown now, the longest first. */
export const troublesOf = (db: Db, communityId: number, max: number) =>
  db.many(
    TroubleRow,
    sql`
      select c.id as condition_id, ${sourceColumns}, c.stage, c.evidence, c.since as since_at, c.incident_id, c.origin,
        exists (
          select
          from condition danger
          where danger.home_id = c.home_id
            and danger.device_id = d.id
            and danger.kind in ('co', 'gas', 'smoke', 'sos')
            and danger.state <> 'normal'
        ) as in_alarm
      from condition c
      join home h on h.id = c.home_id
      join device d on d.id = c.device_id
      where c.community_id = ${communityId}
        and c.kind = 'device'
        and c.state in ('unacknowledged', 'acknowledged', 'returnedUnacknowledged')
      order by c.since, c.id
      limit ${max}`,
  )

const AsideRow = Type.Object({
  id: Id,
  conditionId: Id,
  ...SourceRow,
  how: SetAsideHow,
  evidence: Evidence,
  reason: Type.String(),
  by: Type.String(),
  at: EpochMs,
  untilAt: EpochMs,
  stillThere: Type.Boolean(),
  origin: Origin,
})

/** What is set aside, what ends or must be looked at next first. */
export const setAsideOf = (db: Db, communityId: number, max: number) =>
  db.many(
    AsideRow,
    sql`
      select s.id, c.id as condition_id, ${sourceColumns}, s.how, c.evidence, s.reason, p.name as by, s.at, s.until_at,
        c.cleared_at is null as still_there, c.origin
      from set_aside s
      join condition c on c.id = s.condition_id
      join home h on h.id = c.home_id
      join device d on d.id = c.device_id
      join person p on p.id = s.by_id
      where s.community_id = ${communityId}
        and s.ended_at is null
      order by s.until_at, s.id
      limit ${max}`,
  )

const AsideCount = Type.Object({
  shelved: Type.Integer(),
  outOfService: Type.Integer(),
  reviewDue: Type.Integer(),
})

export const countSetAside = (db: Db, communityId: number, now: number) =>
  db.one(
    AsideCount,
    sql`
      select count(*) filter (where how = 'shelved')::int as shelved,
        count(*) filter (where how = 'outOfService')::int as out_of_service,
        count(*) filter (where how = 'outOfService' and until_at <= ${at(now)})::int as review_due
      from set_aside
      where community_id = ${communityId}
        and ended_at is null`,
  )

const Suppressed = Type.Object({ away: Type.Integer(), onAnotherCard: Type.Integer() })

/** What tells nobody by design (ISA-18.2 H): residents who are away today, and what stands on the card of its cause. */
export const suppressedOf = (db: Db, { communityId, on }: { communityId: number; on: string }) =>
  db.one(
    Suppressed,
    sql`
      select (
          select count(distinct resident_id)::int
          from absence
          where community_id = ${communityId}
            and ended_at is null
            and from_on <= ${on}
            and until_on > ${on}
        ) as away,
        (
          select count(*)::int
          from incident
          where community_id = ${communityId}
            and state = 'open'
            and folded_into is not null
        ) as on_another_card`,
  )

const StandingRow = Type.Object({
  conditionId: Id,
  homeId: Id,
  homeLabel: Type.String(),
  kind: IncidentKind,
  stage: Stage,
  deviceKind: orNull(DeviceKind),
  evidence: Evidence,
  sinceAt: EpochMs,
})

/** Shown, and there since before then (epoch ms), the longest first. */
export const standingSince = (db: Db, question: AlarmQuestion & { max: number }) =>
  db.many(
    StandingRow,
    sql`
      select c.id as condition_id, h.id as home_id, h.label as home_label, c.kind, c.stage, d.kind as device_kind,
        c.evidence, c.since as since_at
      from condition c
      join home h on h.id = c.home_id
      left join device d on d.id = c.device_id
      where c.community_id = ${question.communityId}
        and c.state not in ('normal', 'shelved', 'suppressed', 'outOfService')
        and c.since < ${at(question.fromAt)}
        and ${counts(sql`c.origin`, question)}
      order by c.since, c.id
      limit ${question.max}`,
  )
