// One value a day of each battery, and what they come to.
import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import { bigints, doubles, instants } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { Charge } from '#domain/battery.ts'
import { Device, deviceColumns } from './store.ts'

/** Batteries are looked at once a day; a little less, so that a tick that comes early does not skip one. */
const everyMs = 23 * 3_600_000

/** Batteries of which no value of today is kept yet, each looked at by one process. */
export const takeBatteries = (tx: Tx, now: number, max: number): Promise<Device[]> =>
  tx.many(
    Device,
    sql`
      select ${deviceColumns}
      from device d
      where d.power = 'battery'
        and d.battery is not null
        and not d.out_of_service
        and d.last_seen_at > ${at(now - everyMs)}
        and not exists (
          select
          from battery_charge c
          where c.device_id = d.id
            and c.at > ${at(now - everyMs)}
        )
      order by d.id
      limit ${max}
      for no key update skip locked`,
  )

export async function keepCharges(tx: Tx, devices: readonly Device[], now: number): Promise<void> {
  await tx.run(sql`
    insert into battery_charge (device_id, at, percent)
    select *
    from unnest(
      ${bigints(devices.map(({ id }) => id))}::bigint[],
      ${instants(devices.map(() => now))}::timestamptz[],
      ${doubles(devices.map(({ battery }) => battery))}::float8[]
    )
    on conflict do nothing`)
}

const Row = Type.Object({ deviceId: Id, at: Type.Integer(), percent: Type.Number() })

/** Half a year says how a battery falls; what is older goes. */
const keptMs = 180 * 24 * 3_600_000

export async function chargesOf(
  tx: Tx,
  deviceIds: readonly number[],
  now: number,
): Promise<Map<number, Charge[]>> {
  await tx.run(sql`
    delete from battery_charge
    where device_id = any(${bigints(deviceIds)}::bigint[])
      and at < ${at(now - keptMs)}`)
  const rows = await tx.many(
    Row,
    sql`
      select device_id, at, percent
      from battery_charge
      where device_id = any(${bigints(deviceIds)}::bigint[])`,
  )
  const charges = new Map<number, Charge[]>()
  for (const { deviceId, ...charge } of rows) {
    const own = charges.get(deviceId)
    if (own) own.push(charge)
    else charges.set(deviceId, [charge])
  }
  return charges
}
