// Detectors whose samples mean more later: rows with an instant, so that a home is judged though nothing more is heard.
import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import { bigints, instants } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { couldSee } from './blindness-store.ts'
import { Device, deviceColumns } from './store.ts'

/** When this detector is judged again (epoch ms); null: not before it says something. */
export type AirDue = { deviceId: number; dueAt: number | null }

const DueRow = Type.Object({ deviceId: Id, dueAt: Type.Integer() })

export async function airDueOf(tx: Tx, deviceIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.many(
    DueRow,
    sql`
      select device_id, due_at
      from air_due
      where device_id = any(${deviceIds}::bigint[])`,
  )
  return new Map(rows.map(({ deviceId, dueAt }) => [deviceId, dueAt]))
}

const SwapRow = Type.Object({ deviceId: Id, at: Type.Integer() })

/** Since when these devices sense with another element than they began with (epoch ms). */
export async function swappedOf(tx: Tx, deviceIds: readonly number[]): Promise<Map<number, number>> {
  const rows = await tx.many(
    SwapRow,
    sql`
      select device_id, swapped_at as at
      from sensing_element
      where device_id = any(${deviceIds}::bigint[])
        and swapped_at is not null`,
  )
  return new Map(rows.map(({ deviceId, at: swappedAt }) => [deviceId, swappedAt]))
}

/** Whoever writes holds the lock of the device: batches that store its messages, and the job that judges it again. */
export async function writeAirDue(tx: Tx, dues: readonly AirDue[]): Promise<void> {
  const [later, over] = [
    dues.filter(({ dueAt }) => dueAt !== null),
    dues.filter(({ dueAt }) => dueAt === null),
  ]
  await Promise.all([
    later.length === 0 ||
      tx.run(sql`
        insert into air_due (device_id, due_at)
        select *
        from unnest(
          ${bigints(later.map(({ deviceId }) => deviceId))}::bigint[],
          ${instants(later.map(({ dueAt }) => dueAt))}::timestamptz[]
        )
        on conflict (device_id) do update
        set due_at = excluded.due_at`),
    over.length === 0 ||
      tx.run(sql`
        delete from air_due
        where device_id = any(${over.map(({ deviceId }) => deviceId)}::bigint[])`),
  ])
}

/** They were found silent: as after their deadline, only their own voice ends it. */
export async function endSilenceDeadline(tx: Tx, deviceIds: readonly number[]): Promise<void> {
  if (deviceIds.length === 0) return
  await tx.run(sql`
    update device
    set silent_at = null
    where id = any(${deviceIds}::bigint[])`)
}

const DeviceRow = Type.Object({ deviceId: Id })

/**
 * Takes detectors that are due, each once: their devices are locked first, as a batch does, and one whose batch is
 * under way is passed over, because that batch judges it.
 */
export async function takeAirDue(tx: Tx, now: number, max: number): Promise<Device[]> {
  const devices = await tx.many(
    Device,
    sql`
      select ${deviceColumns}
      from device d
      where d.id in (
        select device_id
        from air_due
        where due_at <= ${at(now)}
          and ${couldSee(sql`due_at`, now)}
        order by due_at
        limit ${max}
      )
      order by d.id
      for no key update skip locked`,
  )
  if (devices.length === 0) return []
  const taken = await tx.many(
    DeviceRow,
    sql`
      delete from air_due
      where device_id = any(${devices.map(({ id }) => id)}::bigint[])
        and due_at <= ${at(now)}
      returning device_id`,
  )
  const ids = new Set(taken.map(({ deviceId }) => deviceId))
  return devices.filter(({ id }) => ids.has(id))
}
