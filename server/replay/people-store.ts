// What is stored of the people of some homes: who they are, what was agreed, and when they were heard.
import { Type } from 'typebox'
import { Edge, Id, LocalDate, Origin, RiskTier, orNull } from '#contract/primitives.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { grouped } from '#domain/grouped.ts'
import type { Hours } from '#domain/schedule.ts'
import type { PactThen, ResidentThen, SignThen } from './history.ts'

export type Asked = { homeIds: readonly number[]; fromAt: number; untilAt: number }

const Home = Type.Object({
  id: Id,
  label: Type.String(),
  communityId: Id,
  zone: Type.String(),
  origin: Origin,
})

/** The next homes after `afterId`, of these communities; of all where none is named. */
export const homesAfter = (
  tx: Tx,
  { communityIds, afterId, max }: { communityIds: readonly number[]; afterId: number; max: number },
) =>
  tx.many(
    Home,
    sql`
      select h.id, h.label, h.community_id, community.zone, community.origin
      from home h
      join area community on community.id = h.community_id
      where h.id > ${afterId}
        and h.community_id = any(${bigints(communityIds)}::bigint[])
      order by h.id
      limit ${max}`,
  )

const Resident = Type.Object({
  id: Id,
  homeId: Id,
  greeting: Type.String(),
  tier: RiskTier,
  deaf: Type.Boolean(),
  enrolledOn: LocalDate,
  birthYear: orNull(Type.Integer()),
  file: Type.Record(Type.String(), Type.Unknown()),
  hadPressed: Type.Boolean(),
})

export async function residentsOf(tx: Tx, asked: Asked): Promise<(ResidentThen & { homeId: number })[]> {
  const [residents, checkIns, absences, pacts] = await Promise.all([
    tx.many(
      Resident,
      sql`
        select r.id, r.home_id, r.greeting, r.tier, r.deaf, r.enrolled_on, r.birth_year, r.file,
          exists (
            select
            from check_in c
            where c.resident_id = r.id
              and c.origin = community.origin
              and c.given_by is null
              and c.received_at < ${at(asked.fromAt)}
          ) as had_pressed
        from resident r
        join area community on community.id = r.community_id
        where r.home_id = any(${bigints(asked.homeIds)}::bigint[])
        order by r.id`,
    ),
    checkInsOf(tx, asked),
    absencesOf(tx, asked),
    pactsOf(tx, asked),
  ])
  return residents.map((resident) => ({
    ...resident,
    checkIns: checkIns.get(resident.id) ?? [],
    absences: absences.get(resident.id) ?? [],
    pacts: pacts.get(resident.id) ?? [],
  }))
}

const CheckIn = Type.Object({
  residentId: Id,
  at: Type.Integer(),
  receivedAt: Type.Integer(),
  pactId: orNull(Id),
  on: orNull(LocalDate),
  via: Type.String(),
  own: Type.Boolean(),
})

/** With the last one before `fromAt`: from it the longest silence is counted. */
async function checkInsOf(tx: Tx, { homeIds, fromAt, untilAt }: Asked) {
  const rows = await tx.many(
    CheckIn,
    sql`
      select c.resident_id, c.at, c.received_at, c.pact_id, c."on", c.via, c.given_by is null as own
      from resident r
      join area community on community.id = r.community_id
      cross join lateral (
        (
          select *
          from check_in
          where resident_id = r.id
            and origin = community.origin
            and at >= ${at(fromAt)}
            and at < ${at(untilAt)}
        )
        union all
        (
          select *
          from check_in
          where resident_id = r.id
            and origin = community.origin
            and at < ${at(fromAt)}
          order by at desc
          limit 1
        )
      ) as c
      where r.home_id = any(${bigints(homeIds)}::bigint[])
      order by c.received_at, c.id`,
  )
  return grouped(rows, ({ residentId }) => residentId)
}

const Absence = Type.Object({
  residentId: Id,
  fromOn: LocalDate,
  untilOn: LocalDate,
  confirmedOn: LocalDate,
  declaredAt: Type.Integer(),
  endedAt: orNull(Type.Integer()),
})

async function absencesOf(tx: Tx, { homeIds, fromAt }: Asked) {
  const rows = await tx.many(
    Absence,
    sql`
      select a.resident_id, a.from_on, a.until_on, (a.confirmed_at at time zone community.zone)::date as confirmed_on,
        a.confirmed_at as declared_at, a.ended_at
      from absence a
      join resident r on r.id = a.resident_id
      join area community on community.id = r.community_id
      where r.home_id = any(${bigints(homeIds)}::bigint[])
        and coalesce(a.ended_at, 'infinity') >= ${at(fromAt)}`,
  )
  return grouped(rows, ({ residentId }) => residentId)
}

const hours = Type.Record(Type.String({ pattern: '^[1-7]$' }), Type.String())
const Pact = Type.Object({
  id: Id,
  residentId: Id,
  edge: Edge,
  deadline: Type.String(),
  days: Type.Array(Type.Integer()),
  hours: orNull(hours),
})
const Change = Type.Object({
  residentId: Id,
  at: Type.Integer(),
  before: orNull(Type.Record(Type.String(), orNull(hours))),
})

/** The audit says what was agreed before each change. */
async function pactsOf(tx: Tx, { homeIds, fromAt }: Asked): Promise<Map<number, PactThen[]>> {
  const [pacts, changes] = await Promise.all([
    tx.many(
      Pact,
      sql`
        select id, resident_id, edge, to_char(deadline, 'HH24:MI') as deadline, days, hours
        from pact
        where home_id = any(${bigints(homeIds)}::bigint[])
          and not paused
        order by id`,
    ),
    tx.many(
      Change,
      sql`
        select audit.resident_id, audit.at, audit.detail -> 'before' as before
        from audit
        join resident r on r.id = audit.resident_id
        where r.home_id = any(${bigints(homeIds)}::bigint[])
          and audit.what = 'pactChanged'
          and audit.at >= ${at(fromAt)}
        order by audit.at, audit.id`,
    ),
  ])
  const then = pacts.map(({ residentId, id, edge, deadline, days, hours: byDay }) => ({
    residentId,
    id,
    edge,
    hours: (byDay ?? Object.fromEntries(days.map((day) => [day, deadline]))) as Hours,
    changes: changes
      .filter((one) => one.residentId === residentId)
      .map(({ at: changedAt, before }) => ({
        at: changedAt,
        before: (before?.[edge] ?? null) as Hours | null,
      })),
  }))
  return grouped(then, ({ residentId }) => residentId)
}

const Sign = Type.Object({
  homeId: Id,
  residentId: orNull(Id),
  at: Type.Integer(),
  receivedAt: Type.Integer(),
  what: Type.String(),
  indoors: Type.Boolean(),
})

export async function signsOf(tx: Tx, { homeIds, fromAt, untilAt }: Asked): Promise<Map<number, SignThen[]>> {
  const rows = await tx.many(
    Sign,
    sql`
      select s.home_id, d.resident_id, s.at, s.received_at, s.what, s.indoors
      from sign s
      join area community on community.id = s.community_id
      left join device d on d.id = s.device_id
      where s.home_id = any(${bigints(homeIds)}::bigint[])
        and s.origin = community.origin
        and s.at >= ${at(fromAt)}
        and s.at < ${at(untilAt)}
      order by s.at, s.id`,
  )
  return grouped(rows, ({ homeId }) => homeId)
}
