import { Type, type Static } from 'typebox'
import { DeviceView, AbsenceView } from '#contract/community.ts'
import { Paired, ResidentBrief } from '#contract/incident.ts'
import { CheckInVia, LocalDate, LocalTime, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'

const Freeform = Type.Record(Type.String(), Type.Unknown())

const HomeRow = Type.Object({
  id: Type.Integer(),
  communityId: Type.Integer(),
  zone: Type.String(),
  address: Type.String(),
  flue: orNull(Type.String()),
  plan: Freeform,
})

export const findHome = (db: Db, homeId: number): Promise<Static<typeof HomeRow> | undefined> =>
  db.maybeOne(
    HomeRow,
    sql`
      select h.id, h.community_id, c.zone, h.address, h.flue, h.plan
      from home h
      join area c on c.id = h.community_id
      where h.id = ${homeId}`,
  )

const ResidentRow = Type.Object({
  ...ResidentBrief.properties,
  tierReason: orNull(Type.String()),
  contactMode: Type.String(),
  file: Freeform,
  enrolledOn: LocalDate,
  deadline: orNull(LocalTime),
  dueAt: orNull(Type.Integer()),
  coveredAt: orNull(Type.Integer()),
})
export type ResidentRow = Static<typeof ResidentRow>

/** With the morning's pact of each. */
export const residentsOf = (db: Db, homeId: number): Promise<ResidentRow[]> =>
  db.many(
    ResidentRow,
    sql`
      select r.id, r.name, r.greeting, r.birth_year, r.tier, r.deaf, r.tier_reason, r.contact_mode, r.file,
        r.enrolled_on, to_char(p.deadline, 'HH24:MI') as deadline, p.due_at, p.covered_at
      from resident r
      left join pact p on p.resident_id = r.id and p.edge = 'morning' and not p.paused
      where r.home_id = ${homeId}
      order by r.id`,
  )

/** In the order in which they are asked: steward, backup, neighbour, key holder, emergency contact. */
export const pairedWith = (db: Db, homeId: number): Promise<Paired[]> =>
  db.many(
    Paired,
    sql`
      select pair.person_id, pair.role, p.name, pair.relation, p.phone,
        p.origin = 'live' and p.phone is not null as dialable, pair.holds_key
      from pairing pair
      join person p on p.id = pair.person_id
      where pair.home_id = ${homeId}
      order by
        array_position(array['steward', 'backup', 'neighbour', 'keyHolder', 'emergencyContact'], pair.role),
        pair.position, p.id`,
  )

const { doubts: _doubts, ...deviceFields } = DeviceView.properties
const DeviceRow = Type.Object(deviceFields)
type DeviceRow = Static<typeof DeviceRow>

const SampleRow = Type.Object({
  deviceId: Type.Integer(),
  kind: Type.String(),
  at: Type.Integer(),
  value: Type.Number(),
  flags: Type.Integer(),
})

/** Of each detector of the home at most this many, the newest: one every ten seconds for eight hours. */
const samplesMax = 2880

/** What the detectors of a home said since `from` (epoch ms). */
export const airSamplesOf = (db: Db, homeId: number, from: number): Promise<Static<typeof SampleRow>[]> =>
  db.many(
    SampleRow,
    sql`
      select d.id as device_id, r.kind, r.at, r.value, r.flags
      from device d
      cross join lateral (
        select kind, at, value, flags
        from reading
        where device_id = d.id
          and kind = d.kind
          and at >= ${at(from)}
        order by at desc
        limit ${samplesMax}
      ) as r
      where d.home_id = ${homeId}
        and d.kind in ('co', 'gas')`,
  )

/**
 * A device is silent once its deadline has passed, and stays so (its row is cleared) until it speaks again.
 * One that was never heard has no deadline and is not silent: it has not begun.
 */
export const devicesOf = (db: Db, homeId: number, now: number): Promise<DeviceRow[]> =>
  db.many(
    DeviceRow,
    sql`
      select id, serial, kind, power, resident_id, last_seen_at, online, battery, out_of_service, origin,
        ${missingOf(now)} as missing, carrier,
        (select gateway.serial from device gateway where gateway.id = device.gateway_id) as gateway,
        not out_of_service and last_seen_at is not null and coalesce(silent_at <= ${at(now)}, true) as silent
      from device
      where home_id = ${homeId}
      order by kind, id`,
  )

/** How far back a gap is shown (ms): what was lost longer ago, nobody asks for any more. */
const gapShownMs = 24 * 3_600_000

/** A message that comes late, or in another order, closes its gap. */
const missingOf = (now: number): Sql => sql`
  coalesce(
    (
      select sum(gap.count)
      from (
        select m.received_at, m.seq - 1 - lag(m.seq) over (partition by m.boot order by m.seq) as count
        from message m
        where m.device_id = device.id
          and m.boot is not null
          and m.seq is not null
      ) as gap
      where gap.count > 0
        and gap.received_at > ${at(now - gapShownMs)}
    ),
    0
  )::int`

const LastSign = Type.Object({ at: Type.Integer(), what: Type.String() })

/** The latest sign of life of any kind, a check-in included. */
export const lastSignOf = (db: Db, homeId: number): Promise<Static<typeof LastSign> | undefined> =>
  db.maybeOne(
    LastSign,
    sql`
      select at, what
      from (
        (
          select at, what
          from sign
          where home_id = ${homeId}
          order by at desc
          limit 1
        )
        union all
        (
          select c.at, 'checkIn' as what
          from check_in c
          join resident r on r.id = c.resident_id
          where r.home_id = ${homeId}
          order by c.at desc
          limit 1
        )
      ) as signs
      order by at desc
      limit 1`,
  )

const LastCheckIn = Type.Object({ residentId: Type.Integer(), at: Type.Integer(), via: CheckInVia })
export type LastCheckIn = Static<typeof LastCheckIn>

export const lastCheckInsOf = (db: Db, homeId: number): Promise<LastCheckIn[]> =>
  db.many(
    LastCheckIn,
    sql`
      select r.id as resident_id, latest.at, latest.via
      from resident r
      join lateral (
        select at, via
        from check_in
        where resident_id = r.id
        order by at desc
        limit 1
      ) as latest on true
      where r.home_id = ${homeId}`,
  )

const AbsenceRow = Type.Object({ ...AbsenceView.properties, residentId: Type.Integer() })
export type AbsenceRow = Static<typeof AbsenceRow>

/** Absences that still stand and are not over before this day, soonest first. */
export const absencesOf = (db: Db, homeId: number, from: string): Promise<AbsenceRow[]> =>
  db.many(
    AbsenceRow,
    sql`
      select a.id, a.from_on, a.until_on, a.place, a.companion, a.phone, a.resident_id
      from absence a
      join resident r on r.id = a.resident_id
      where r.home_id = ${homeId}
        and a.ended_at is null
        and a.until_on >= ${from}::date
      order by a.from_on`,
  )

const DayRow = Type.Object({
  residentId: Type.Integer(),
  on: LocalDate,
  via: orNull(CheckInVia),
  late: Type.Boolean(),
  at: orNull(Type.Integer()),
  missed: Type.Boolean(),
  excused: Type.Boolean(),
})
/** What a resident's morning of one day came to; `via` null: no check-in covers it. */
export type DayRow = Static<typeof DayRow>

/** Every day from `from` to `to` for every resident of the home, oldest first. */
export const calendarOf = (
  db: Db,
  { homeId, from, to }: { homeId: number; from: string; to: string },
): Promise<DayRow[]> =>
  db.many(
    DayRow,
    sql`
      select r.id as resident_id, day::date as "on", first.via, coalesce(first.late, false) as late, first.at,
        exists (
          select
          from incident i
          where i.resident_id = r.id
            and i.kind = 'missed'
            and i.stage <> 'notice'
            and i."on" = day::date
        ) as missed,
        exists (
          select
          from absence a
          where a.resident_id = r.id
            and day::date >= a.from_on
            and day::date < a.until_on
            and (a.ended_at is null or a.ended_at > day)
        ) as excused
      from resident r
      cross join generate_series(${from}::date, ${to}::date, interval '1 day') as day
      left join lateral (
        select via, late, at
        from check_in
        where resident_id = r.id
          and "on" = day::date
          and edge = 'morning'
        order by at
        limit 1
      ) as first on true
      where r.home_id = ${homeId}
        and day::date >= r.enrolled_on
      order by r.id, day`,
  )
