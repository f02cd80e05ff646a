// What a batch writes: set-based, one statement for each kind of row.
import { Type, type Static } from 'typebox'
import { DeviceKind, Id, Origin, PowerClass, orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { bigints, booleans, byteas, doubles, instants, ints, jsons, texts } from '#db/column.ts'
import { at, sql } from '#db/sql.ts'
import type { StoredReading, StoredSign } from '#domain/stored.ts'
import { silentAfterMs } from '#domain/liveness.ts'
import { DeviceState } from './device-state.ts'
import type { CommandResult, Device, PendingMessage } from './gather.ts'

const DeviceRow = Type.Object({
  id: Id,
  serial: Type.String(),
  communityId: Id,
  homeId: Id,
  residentId: orNull(Id),
  kind: DeviceKind,
  power: PowerClass,
  indoors: Type.Boolean(),
  origin: Origin,
  ...DeviceState.properties,
  silentAfterMs: orNull(Type.Integer()),
  soleResidentId: orNull(Id),
  communityOrigin: orNull(Origin),
})

/**
 * The devices as they stand now, which may be in another home than when they connected. Locked in the order of ids,
 * so that two processes never wait for each other in a circle, and none writes an older state over a newer one.
 * Who lives there alone is asked of `pressing` only: of all others nobody needs it.
 */
export async function lockDevices(
  tx: Tx,
  deviceIds: readonly number[],
  pressing: readonly number[],
): Promise<Map<number, Device>> {
  const rows = await tx.many(
    DeviceRow,
    sql`
      select d.id, d.serial, d.community_id, d.home_id, d.resident_id, d.kind, d.power, d.indoors, d.origin,
        d.last_seen_at, d.silent_at, d.online, d.connection, d.battery, d.flags, d.last_co, d.last_co_at, d.last_gas,
        d.last_gas_at, d.hot_at, d.alarm_active, d.unrolled_from, d.silent_after_ms,
        case when d.id = any(${bigints(pressing)}::bigint[]) then (
          select community.origin
          from area community
          where community.id = d.community_id
        ) end as community_origin,
        case when d.id = any(${bigints(pressing)}::bigint[]) then (
          select min(r.id)
          from resident r
          where r.home_id = d.home_id
          having count(*) = 1
        ) end as sole_resident_id
      from device d
      where d.id = any(${bigints(deviceIds)}::bigint[])
      order by d.id
      for no key update of d`,
  )
  return new Map(rows.map((row) => [row.id, deviceOf(row)]))
}

/** Written out, because taking an object apart and together again was the dearest part of reading a device. */
function deviceOf(row: Static<typeof DeviceRow>): Device {
  return {
    deviceId: row.id,
    serial: row.serial,
    communityId: row.communityId,
    homeId: row.homeId,
    residentId: row.residentId,
    origin: row.origin,
    indoors: row.indoors,
    kind: row.kind,
    silentAfterMs: row.silentAfterMs ?? silentAfterMs(row.kind, row.power),
    soleResidentId: row.soleResidentId,
    communityOrigin: row.communityOrigin,
    state: {
      lastSeenAt: row.lastSeenAt,
      silentAt: row.silentAt,
      online: row.online,
      connection: row.connection,
      battery: row.battery,
      flags: row.flags,
      lastCo: row.lastCo,
      lastCoAt: row.lastCoAt,
      lastGas: row.lastGas,
      lastGasAt: row.lastGasAt,
      hotAt: row.hotAt,
      alarmActive: row.alarmActive,
      unrolledFrom: row.unrolledFrom,
    },
  }
}

const MessageKey = Type.Object({ deviceId: Id, id: Type.String() })

/** Stores what is not there yet, of devices that are; gives the keys of those: redelivery stops here. */
export async function insertMessages(tx: Tx, pending: readonly PendingMessage[]): Promise<Set<string>> {
  if (pending.length === 0) return new Set()
  const rows = await tx.many(
    MessageKey,
    sql`
      insert into message (device_id, id, kind, boot, seq, device_time, received_at, body, origin)
      select *
      from unnest(
        ${bigints(pending, ({ principal }) => principal.deviceId)}::bigint[],
        ${texts(pending, ({ storeId }) => storeId)}::text[],
        ${texts(pending, ({ parsed }) => parsed.kind)}::text[],
        ${texts(pending, ({ parsed }) => parsed.boot)}::text[],
        ${bigints(pending, ({ parsed }) => parsed.seq)}::bigint[],
        ${instants(pending, ({ parsed }) => parsed.deviceTime)}::timestamptz[],
        ${instants(pending, ({ message }) => message.receivedAt)}::timestamptz[],
        ${byteas(pending, ({ message }) => message.payload)}::bytea[],
        ${texts(pending, ({ principal }) => principal.origin)}::text[]
      ) as said (device_id)
      where exists (
        select
        from device
        where device.id = said.device_id
      )
      on conflict do nothing
      returning device_id, id`,
  )
  return new Set(rows.map(({ deviceId, id }) => messageKey(deviceId, id)))
}

const Marks = Type.Object({
  deviceId: Id,
  id: Type.String(),
  kind: Type.String(),
  boot: orNull(Type.String()),
  seq: orNull(Type.Integer()),
  deviceTime: orNull(Type.Integer()),
})
export type Marks = Static<typeof Marks>

/** What was first said under the ids of these messages. */
export const firstSaid = (tx: Tx, messages: readonly PendingMessage[]): Promise<Marks[]> =>
  tx.many(
    Marks,
    sql`
      select m.device_id, m.id, m.kind, m.boot, m.seq, m.device_time
      from message m
      join (
        select distinct *
        from unnest(
          ${bigints(messages, ({ principal }) => principal.deviceId)}::bigint[],
          ${texts(messages, ({ storeId }) => storeId)}::text[]
        ) as said (device_id, id)
      ) as said using (device_id, id)`,
  )

export const messageKey = (deviceId: number, id: string): string => `${deviceId} ${id}`

export const orNoInstant = (ms: number | null): Date | null => (ms === null ? null : at(ms))

/**
 * Stores readings. Of two for the same moment the higher stays: a device whose clock stands still tells everything
 * for one moment, and the first value must not hide what comes after it.
 */
export async function insertReadings(tx: Tx, readings: readonly StoredReading[]): Promise<void> {
  if (readings.length === 0) return
  const rows = areInOrder(readings) ? readings : highestOfEach(readings)
  await tx.run(
    sql`
    insert into reading (at, device_id, kind, value, received_at, home_id, community_id, flags, time_source, origin)
    select *
    from unnest(
      ${instants(rows, ({ at }) => at)}::timestamptz[],
      ${bigints(rows, (row) => row.deviceId)}::bigint[],
      ${texts(rows, (row) => row.kind)}::text[],
      ${doubles(rows, (row) => row.value)}::float8[],
      ${instants(rows, ({ receivedAt }) => receivedAt)}::timestamptz[],
      ${bigints(rows, (row) => row.homeId)}::bigint[],
      ${bigints(rows, (row) => row.communityId)}::bigint[],
      ${ints(rows, (row) => row.flags)}::int[],
      ${texts(rows, (row) => row.timeSource)}::text[],
      ${texts(rows, (row) => row.origin)}::text[]
    )
    on conflict (device_id, kind, at) do update
    set value = excluded.value, flags = excluded.flags, received_at = excluded.received_at
    where excluded.value > reading.value`,
  )
}

/** As nearly always: each sensor tells later moments after earlier ones, so none is there twice. */
function areInOrder(readings: readonly StoredReading[]): boolean {
  const newest = new Map<number, Partial<Record<StoredReading['kind'], number>>>()
  for (const { deviceId, kind, at } of readings) {
    let known = newest.get(deviceId)
    if (known === undefined) newest.set(deviceId, (known = {}))
    if (at <= (known[kind] ?? -Infinity)) return false
    known[kind] = at
  }
  return true
}

function highestOfEach(readings: readonly StoredReading[]): StoredReading[] {
  const highest = new Map<string, StoredReading>()
  for (const reading of readings) {
    const key = `${reading.deviceId} ${reading.kind} ${reading.at}`
    const known = highest.get(key)
    if (!known || reading.value > known.value) highest.set(key, reading)
  }
  return [...highest.values()]
}

export async function insertSigns(tx: Tx, signs: readonly StoredSign[]): Promise<void> {
  if (signs.length === 0) return
  await tx.run(sql`
    insert into sign (at, community_id, home_id, device_id, what, indoors, received_at, time_source, origin)
    select *
    from unnest(
      ${instants(signs, ({ at }) => at)}::timestamptz[],
      ${bigints(signs, (sign) => sign.communityId)}::bigint[],
      ${bigints(signs, (sign) => sign.homeId)}::bigint[],
      ${bigints(signs, (sign) => sign.deviceId)}::bigint[],
      ${texts(signs, (sign) => sign.what)}::text[],
      ${booleans(signs, (sign) => sign.indoors)}::boolean[],
      ${instants(signs, ({ receivedAt }) => receivedAt)}::timestamptz[],
      ${texts(signs, (sign) => sign.timeSource)}::text[],
      ${texts(signs, (sign) => sign.origin)}::text[]
    )`)
}

/** What a device answered to a command of ours; only its own commands, and the first answer stays. */
export async function storeResults(tx: Tx, results: readonly CommandResult[]): Promise<void> {
  if (results.length === 0) return
  await tx.run(sql`
    update device_command c
    set result = told.result, result_at = told.at
    from unnest(
      ${bigints(results, ({ command }) => command)}::bigint[],
      ${bigints(results, ({ deviceId }) => deviceId)}::bigint[],
      ${texts(results, ({ result }) => result)}::text[],
      ${instants(results, ({ at }) => at)}::timestamptz[]
    ) as told (command, device_id, result, at)
    where c.id = told.command
      and c.device_id = told.device_id
      and c.result is null`)
}

/** Writes the new state of locked devices. */
export async function updateDevices(tx: Tx, states: ReadonlyMap<number, DeviceState>): Promise<void> {
  if (states.size === 0) return
  const rows = [...states.values()]
  await tx.run(
    sql`
    update device d
    set last_seen_at = s.last_seen_at,
      silent_at = s.silent_at,
      online = s.online,
      connection = s.connection,
      battery = s.battery,
      flags = s.flags,
      last_co = s.last_co,
      last_co_at = s.last_co_at,
      last_gas = s.last_gas,
      last_gas_at = s.last_gas_at,
      hot_at = s.hot_at,
      alarm_active = s.alarm_active,
      unrolled_from = s.unrolled_from
    from unnest(
      ${bigints([...states.keys()])}::bigint[],
      ${instants(rows, (row) => row.lastSeenAt)}::timestamptz[],
      ${instants(rows, (row) => row.silentAt)}::timestamptz[],
      ${booleans(rows, (row) => row.online)}::boolean[],
      ${texts(rows, (row) => row.connection)}::text[],
      ${doubles(rows, (row) => row.battery)}::float8[],
      ${jsons(rows, (row) => row.flags)}::jsonb[],
      ${doubles(rows, (row) => row.lastCo)}::float8[],
      ${instants(rows, (row) => row.lastCoAt)}::timestamptz[],
      ${doubles(rows, (row) => row.lastGas)}::float8[],
      ${instants(rows, (row) => row.lastGasAt)}::timestamptz[],
      ${instants(rows, (row) => row.hotAt)}::timestamptz[],
      ${jsons(rows, (row) => row.alarmActive)}::jsonb[],
      ${instants(rows, (row) => row.unrolledFrom)}::timestamptz[]
    ) as s (
      id, last_seen_at, silent_at, online, connection, battery, flags, last_co, last_co_at, last_gas, last_gas_at, hot_at,
      alarm_active, unrolled_from
    )
    where d.id = s.id`,
  )
}
