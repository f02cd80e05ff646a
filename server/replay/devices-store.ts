// What is stored of the devices of some homes: their words, as far as judging them again needs it.
import { Type, type Static } from 'typebox'
import { DeviceKind, Id, PowerClass, orNull } from '#contract/primitives.ts'
import { bigints, instants } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { judgedTime } from '#domain/device-time.ts'
import { grouped } from '#domain/grouped.ts'
import type { StoredAlarm } from '#domain/stored.ts'
import { parse } from '../ingest/parse.ts'
import { limits } from '../limits.ts'
import type { BlindThen, DeviceThen } from './history.ts'
import type { Asked } from './people-store.ts'
import { isLong } from './sight.ts'

const Device = Type.Object({
  id: Id,
  serial: Type.String(),
  homeId: Id,
  communityId: Id,
  residentId: orNull(Id),
  kind: DeviceKind,
  power: PowerClass,
  lelConvention: Type.Enum(['gb', 'iec']),
  outOfService: Type.Boolean(),
  swappedAt: orNull(Type.Integer()),
})
type Device = Static<typeof Device>

/** Those of the same origin as their community: a simulated one says nothing of a real home (safety 17). */
const devicesOf = (tx: Tx, homeIds: readonly number[]): Promise<Device[]> =>
  tx.many(
    Device,
    sql`
      select d.id, d.serial, d.home_id, d.community_id, d.resident_id, d.kind, d.power, d.lel_convention,
        d.out_of_service, element.swapped_at
      from device d
      join area community on community.id = d.community_id
      left join sensing_element element on element.device_id = d.id
      where d.home_id = any(${bigints(homeIds)}::bigint[])
        and d.origin = community.origin
      order by d.id`,
  )

export type DevicesThen = {
  devices: Map<number, (DeviceThen & { homeId: number })[]>
  alarms: Map<number, StoredAlarm[]>
}

/** @param shortestMs the shortest silence that any of the rules asks about, by device */
export async function devicesThen(
  tx: Tx,
  asked: Asked & { blinds: readonly BlindThen[]; shortestMs: (device: Device) => number },
): Promise<DevicesThen> {
  const devices = await devicesOf(tx, asked.homeIds)
  const ids = devices.map(({ id }) => id)
  const [words, told, back] = await Promise.all([
    wordsOf(tx, asked, devices),
    toldBy(tx, asked, ids),
    backAfter(tx, asked.blinds, ids),
  ])
  const gaps = grouped(words, ({ deviceId }) => deviceId)
  const byDevice = grouped(told, ({ deviceId }) => deviceId)
  const then = devices.map(({ communityId: _community, ...device }) => ({
    ...device,
    firstHeardAt: gaps.get(device.id)?.find(({ isFirst }) => isFirst)?.at ?? null,
    gaps: (gaps.get(device.id) ?? []).flatMap(({ at: fromAt, nextAt, isGap }) =>
      isGap ? [{ fromAt, untilAt: nextAt }] : [],
    ),
    offlineAts: (byDevice.get(device.id) ?? []).flatMap((one) => (isGoodbye(one) ? [one.receivedAt] : [])),
    backAfter: back.filter(({ deviceId }) => deviceId === device.id).map(({ untilAt }) => untilAt),
  }))
  const alarms = devices.flatMap((device) =>
    (byDevice.get(device.id) ?? []).flatMap((one) => alarmOf(device, one) ?? []),
  )
  return {
    devices: grouped(then, ({ homeId }) => homeId),
    alarms: grouped(alarms, ({ homeId }) => homeId),
  }
}

const Word = Type.Object({
  deviceId: Id,
  at: Type.Integer(),
  nextAt: orNull(Type.Integer()),
  isFirst: Type.Boolean(),
  isGap: Type.Boolean(),
})

/** The first word of each device, and those after which it said nothing for long. A last will is not its own word. */
const wordsOf = (
  tx: Tx,
  { fromAt, untilAt, shortestMs }: Asked & { shortestMs: (device: Device) => number },
  devices: readonly Device[],
) =>
  tx.many(
    Word,
    sql`
      select device_id, at, next_at, is_first, is_gap
      from (
        select said.*, coalesce(next_at - at > asked.ms * interval '1 ms', true) as is_gap
        from (
          select device_id, received_at as at,
            lead(received_at) over by_time as next_at,
            lag(received_at) over by_time is null as is_first
          from message
          where device_id = any(${bigints(devices.map(({ id }) => id))}::bigint[])
            and received_at >= ${at(fromAt)}
            and received_at < ${at(untilAt)}
            and not (kind = 'state' and position('false' in encode(coalesce(body, ''), 'escape')) > 0)
          window by_time as (partition by device_id order by received_at)
        ) as said
        join unnest(
          ${bigints(devices.map(({ id }) => id))}::bigint[],
          ${bigints(devices.map(shortestMs))}::bigint[]
        ) as asked (id, ms) on asked.id = said.device_id
      ) as words
      where is_first or is_gap
      order by device_id, at
      limit ${limits.replayRowsMax}`,
  )

const Told = Type.Object({
  deviceId: Id,
  kind: Type.Enum(['alarm', 'state']),
  receivedAt: Type.Integer(),
  body: Type.Unsafe<Buffer>(Type.Unknown()),
})
type Told = Static<typeof Told>

const toldBy = (tx: Tx, { fromAt, untilAt }: Asked, ids: readonly number[]): Promise<Told[]> =>
  tx.many(
    Told,
    sql`
      select device_id, kind, received_at, body
      from message
      where device_id = any(${bigints(ids)}::bigint[])
        and kind in ('alarm', 'state')
        and received_at >= ${at(fromAt)}
        and received_at < ${at(untilAt)}
        and body is not null
      order by received_at
      limit ${limits.replayRowsMax}`,
  )

function isGoodbye({ kind, body }: Told): boolean {
  if (kind !== 'state') return false
  const { fact } = parse({ kind, deviceKind: 'gateway', payload: body })
  return fact.is === 'health' && fact.online === false
}

function alarmOf(device: Device, { kind, receivedAt, body }: Told): StoredAlarm | undefined {
  if (kind !== 'alarm') return undefined
  const { fact, deviceTime } = parse({ kind, deviceKind: device.kind, payload: body })
  if (fact.is !== 'alarm') return undefined
  const { is: _is, ...alarm } = fact
  const { at: toldAt, source: timeSource } = judgedTime({ deviceTime, receivedAt })
  const { id: deviceId, serial, communityId, homeId, residentId } = device
  const source = { deviceId, serial, communityId, homeId, residentId, origin: 'live' as const, indoors: true }
  return { ...source, at: toldAt, receivedAt, timeSource, ...alarm }
}

const Back = Type.Object({ deviceId: Id, untilAt: Type.Integer() })

/** Who spoke between the end of a long blindness of ours and the judgement after it. */
async function backAfter(tx: Tx, blinds: readonly BlindThen[], ids: readonly number[]) {
  const long = blinds.filter(isLong)
  if (long.length === 0) return []
  return tx.many(
    Back,
    sql`
      select distinct m.device_id, blind.until_at
      from unnest(
        ${instants(long.map(({ untilAt }) => untilAt))}::timestamptz[],
        ${instants(long.map(({ judgeAfter }) => judgeAfter))}::timestamptz[]
      ) as blind (until_at, judge_after)
      join message m on m.received_at between blind.until_at and blind.judge_after
        and m.device_id = any(${bigints(ids)}::bigint[])
        and m.kind <> 'state'`,
  )
}
