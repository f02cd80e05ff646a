import { Type, type Static } from 'typebox'
import { Id, readingUnits } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'

/** The index of readings begins with device and kind: with all kinds named it serves a question about times. */
export const readingKinds = Object.keys(readingUnits)

const Due = Type.Object({ deviceId: Id, fromAt: Type.Integer(), untilAt: Type.Integer() })
export type Due = Static<typeof Due>

/**
 * Locks devices with readings that no rollup has, and gives the whole hours to write, at most `spanMs` of each. Held
 * until the end of the transaction, so that no reading comes in between; who is being written to is left for later.
 */
export function lockUnrolled(
  tx: Tx,
  {
    after,
    before,
    devicesMax,
    spanMs,
  }: { after: number; before: number; devicesMax: number; spanMs: number },
): Promise<Due[]> {
  return tx.many(
    Due,
    sql`
      select id as device_id, from_at, least(from_at + ${spanMs} * interval '1 millisecond', ${at(before)}) as until_at
      from device
      cross join lateral (
        select date_bin('1 hour', unrolled_from, timestamptz 'epoch') as from_at
      ) as begins
      where unrolled_from < ${at(before)}
        and id > ${after}
      order by id
      limit ${devicesMax}
      for no key update of device skip locked`,
  )
}

export const rollToMinutes = (tx: Tx, due: readonly Due[]) =>
  roll(tx, due, { table: sql`reading_minute`, step: sql`interval '1 minute'` })

export const rollToHours = (tx: Tx, due: readonly Due[]) =>
  roll(tx, due, { table: sql`reading_hour`, step: sql`interval '1 hour'` })

/** Every bucket of these hours anew, from all its readings: written twice it says the same. */
function roll(tx: Tx, due: readonly Due[], { table, step }: { table: Sql; step: Sql }): Promise<number> {
  return tx.run(sql`
    insert into ${table} (
      home_id, kind, at, device_id, flags, origin, community_id, lowest, highest, highest_at, average, last, last_at,
      count
    )
    select r.home_id, r.kind, date_bin(${step}, r.at, timestamptz 'epoch') as bucket, r.device_id, r.flags, r.origin,
      max(r.community_id), min(r.value), max(r.value), (array_agg(r.at order by r.value desc, r.at))[1],
      avg(r.value), (array_agg(r.value order by r.at desc))[1], max(r.at), count(*)
    from ${rowsOf(due)}
    cross join lateral (
      select *
      from reading
      where device_id = due.device_id
        and kind = any(${readingKinds}::text[])
        and at >= due.from_at
        and at < due.until_at
    ) as r
    group by r.home_id, r.kind, bucket, r.device_id, r.flags, r.origin
    on conflict (home_id, kind, at, device_id, flags, origin) do update
    set lowest = excluded.lowest,
      highest = excluded.highest,
      highest_at = excluded.highest_at,
      average = excluded.average,
      last = excluded.last,
      last_at = excluded.last_at,
      count = excluded.count`)
}

/** What is left to roll of these devices begins with their next reading, or is nothing. */
export function markRolled(tx: Tx, due: readonly Due[]): Promise<number> {
  return tx.run(sql`
    update device d
    set unrolled_from = (
      select min(next.at)
      from unnest(${readingKinds}::text[]) as each (kind)
      cross join lateral (
        select r.at
        from reading r
        where r.device_id = d.id
          and r.kind = each.kind
          and r.at >= due.until_at
        order by r.at
        limit 1
      ) as next
    )
    from ${rowsOf(due)}
    where d.id = due.device_id`)
}

const rowsOf = (due: readonly Due[]) => sql`
  unnest(
    ${due.map(({ deviceId }) => deviceId)}::bigint[],
    ${due.map(({ fromAt }) => at(fromAt))}::timestamptz[],
    ${due.map(({ untilAt }) => at(untilAt))}::timestamptz[]
  ) as due (device_id, from_at, until_at)`
