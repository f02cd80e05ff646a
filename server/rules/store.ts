// What the rules ask about a batch: one question for all its devices or homes together.
import { Type, type Static } from 'typebox'
import { Evidence } from '#contract/incident.ts'
import { DeviceFlags } from '#contract/messages.ts'
import {
  DeviceKind,
  Id,
  IncidentKind,
  LocalDate,
  Origin,
  PowerClass,
  Stage,
  orNull,
} from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { couldSee } from './blindness-store.ts'
import { at, sql } from '#db/sql.ts'
import type { AirSample } from '#domain/co.ts'

const Instant = orNull(Type.Integer())

export const Condition = Type.Object({
  homeId: Id,
  deviceId: orNull(Id),
  kind: IncidentKind,
  stage: Stage,
  origin: Origin,
  clearedAt: Instant,
  evidence: Evidence,
})
export type Condition = Static<typeof Condition>

/** What stands at these homes, also what is latched or already seen to be over. */
export const openConditions = (tx: Tx, homeIds: readonly number[]): Promise<Condition[]> =>
  tx.many(
    Condition,
    sql`
      select home_id, device_id, kind, stage, origin, cleared_at, evidence
      from condition
      where home_id = any(${homeIds}::bigint[])
        and state <> 'normal'`,
  )

export const Device = Type.Object({
  id: Id,
  serial: Type.String(),
  communityId: Id,
  homeId: Id,
  kind: DeviceKind,
  power: PowerClass,
  origin: Origin,
  lelConvention: Type.Enum(['gb', 'iec']),
  outOfService: Type.Boolean(),
  silentAt: Instant,
  lastSeenAt: Instant,
  online: orNull(Type.Boolean()),
  battery: orNull(Type.Number()),
  flags: DeviceFlags,
  hotAt: Instant,
  alarmActive: Type.Object({
    co: Type.Optional(Type.Boolean()),
    coSince: Type.Optional(Type.Integer()),
    gas: Type.Optional(Type.Boolean()),
    gasSince: Type.Optional(Type.Integer()),
    smoke: Type.Optional(Type.Boolean()),
    smokeSince: Type.Optional(Type.Integer()),
  }),
})
export type Device = Static<typeof Device>

export const deviceColumns = sql`
  d.id, d.serial, d.community_id, d.home_id, d.kind, d.power, d.origin, d.lel_convention, d.out_of_service,
  d.silent_at, d.last_seen_at, d.online, d.battery, d.flags, d.hot_at, d.alarm_active`

export const devicesOf = (tx: Tx, deviceIds: readonly number[]): Promise<Device[]> =>
  tx.many(
    Device,
    sql`
      select ${deviceColumns}
      from device d
      where d.id = any(${deviceIds}::bigint[])
      order by d.id`,
  )

export type AirWindow = { deviceId: number; kind: 'co' | 'gas'; fromAt: number }

/** Every ten seconds for eight hours are 2,880 samples; what samples faster is judged by its newest. */
const samplesMax = 5000

const Sample = Type.Object({
  deviceId: Id,
  kind: Type.Enum(['co', 'gas']),
  at: Type.Integer(),
  value: Type.Number(),
  flags: Type.Integer(),
})

/** The samples of each window, by device and kind. */
export async function samplesOf(tx: Tx, windows: readonly AirWindow[]): Promise<Map<string, AirSample[]>> {
  const byWindow = new Map<string, AirSample[]>()
  if (windows.length === 0) return byWindow
  const rows = await tx.many(
    Sample,
    sql`
      select hot.device_id, hot.kind, r.at, r.value, r.flags
      from unnest(
        ${windows.map(({ deviceId }) => deviceId)}::bigint[],
        ${windows.map(({ kind }) => kind)}::text[],
        ${windows.map(({ fromAt }) => at(fromAt))}::timestamptz[]
      ) as hot (device_id, kind, from_at)
      cross join lateral (
        select at, value, flags
        from reading
        where device_id = hot.device_id
          and kind = hot.kind
          and at >= hot.from_at
        order by at desc
        limit ${samplesMax}
      ) as r`,
  )
  for (const { deviceId, kind, ...sample } of rows) {
    const key = keyOf(deviceId, kind)
    const samples = byWindow.get(key) ?? []
    samples.push(sample)
    byWindow.set(key, samples)
  }
  return byWindow
}

export const keyOf = (deviceId: number, kind: string): string => `${deviceId} ${kind}`

const DealtWith = Type.Object({ homeId: Id, kind: IncidentKind, origin: Origin, at: Type.Integer() })

/** When a human last ended an incident over the air of these homes: what was breathed before opens nothing anew. */
export async function airDealtWith(tx: Tx, homeIds: readonly number[]): Promise<Map<string, number>> {
  const rows = await tx.many(
    DealtWith,
    sql`
      select home_id, kind, origin, max(coalesce(handled_at, closed_at)) as at
      from incident
      where home_id = any(${homeIds}::bigint[])
        and kind in ('co', 'gas', 'smoke')
        and state <> 'open'
        and coalesce(handled_at, closed_at) is not null
      group by home_id, kind, origin`,
  )
  return new Map(rows.map((row) => [`${row.homeId} ${row.kind} ${row.origin}`, row.at]))
}

export const OpenMissed = Type.Object({
  incidentId: Id,
  communityId: Id,
  homeId: Id,
  residentId: Id,
  origin: Origin,
  stage: Stage,
  evidence: Evidence,
  openedAt: Type.Integer(),
  pactId: orNull(Id),
  on: orNull(LocalDate),
})
export type OpenMissed = Static<typeof OpenMissed>

/** The silences of these residents that no human has ended. */
export const openMissed = (
  tx: Tx,
  residents: { homeIds: number[]; residentIds: number[] },
): Promise<OpenMissed[]> =>
  tx.many(
    OpenMissed,
    sql`
      select id as incident_id, community_id, home_id, resident_id, origin, stage, evidence, opened_at, pact_id, "on"
      from incident
      where home_id = any(${residents.homeIds}::bigint[])
        and resident_id = any(${residents.residentIds}::bigint[])
        and kind = 'missed'
        and state = 'open'
      order by id`,
  )

/** Silent devices, found once: the deadline is taken away, and set again by the next message. */
export const takeSilentDevices = (tx: Tx, now: number, max: number): Promise<Device[]> =>
  tx.many(
    Device,
    sql`
      with due as (
        select id
        from device
        where silent_at <= ${at(now)}
          and not out_of_service
          and ${couldSee(sql`silent_at`, now)}
        order by silent_at
        limit ${max}
        for no key update skip locked
      )
      update device d
      set silent_at = null
      from due
      where d.id = due.id
      returning ${deviceColumns}`,
  )
