// Removing what is older than it is kept: one statement a slice, so that ingest comes in between.
import { Type } from 'typebox'
import { Id, orNull } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'
import { readingKinds } from './rollup-store.ts'

const Oldest = Type.Object({ at: orNull(Type.Integer()) })

/** The earliest reading that no rollup has (epoch ms), of all devices. */
export async function unrolledFrom(db: Db): Promise<number | null> {
  const { at: oldest } = await db.one(Oldest, sql`select min(unrolled_from) as at from device`)
  return oldest
}

const Name = Type.Object({ name: Type.String() })

/** Tables that TimescaleDB keeps in chunks; none without it. */
export async function hypertables(db: Db): Promise<Set<string>> {
  const { is } = await db.one(
    Type.Object({ is: Type.Boolean() }),
    sql`select to_regclass('timescaledb_information.hypertables') is not null as is`,
  )
  if (!is) return new Set()
  const rows = await db.many(
    Name,
    sql`
      select hypertable_name as name
      from timescaledb_information.hypertables
      where hypertable_schema = 'public'`,
  )
  return new Set(rows.map(({ name }) => name))
}

/** Whole chunks (a day each) that end before. Gives their number. */
export async function dropChunks(db: Db, table: string, before: number): Promise<number> {
  const dropped = await db.many(
    Name,
    sql`
      select chunk as name
      from drop_chunks(${table}::regclass, older_than => ${at(before)}::timestamptz) as chunk`,
  )
  return dropped.length
}

export type Aged = {
  table: Sql
  /** A column, or what stands for one: null where the row is not to go by age. */
  time: Sql
  /** `id`: only as many of the first rows are looked at as one slice may remove. */
  by: 'time' | 'id'
}

type Slice = { before: number; max: number }

/**
 * Rows from before (epoch ms), at most `max`; a plain table only. Gives their number. A column of dates would
 * make a date of the instant, in the zone of this machine.
 */
export const deleteAged = (db: Db, { table, time, by, before, max }: Aged & Slice): Promise<number> =>
  deleteAt(
    db,
    table,
    by === 'time'
      ? sql`
        select ctid
        from ${table}
        where ${time} < ${at(before)}::timestamptz
        limit ${max}`
      : sql`
        select place
        from (
          select ctid as place, ${time} as time
          from ${table}
          order by id
          limit ${max}
        ) as oldest
        where time < ${at(before)}::timestamptz`,
  )

const deleteAt = (db: Db, table: Sql, places: Sql): Promise<number> =>
  db.run(sql`
    delete from ${table}
    where ctid = any(array(${places}))`)

/** Readings, or their rollups. `owner` is the column that leads their index, `owners` the table of those. */
export type Series = { name: string; table: Sql; owner: Sql; owners: Sql }

export const deleteSeries = (
  db: Db,
  { table, owner }: Series,
  { ids, before, max }: Slice & { ids: readonly number[] },
): Promise<number> =>
  deleteAt(
    db,
    table,
    sql`
      select ctid
      from ${table}
      where ${owner} = any(${ids}::bigint[])
        and kind = any(${readingKinds}::text[])
        and at < ${at(before)}
      limit ${max}`,
  )

const Identified = Type.Object({ id: Id })

/** Ids after `after`, in order. */
export async function idsAfter(db: Db, table: Sql, { after, max }: { after: number; max: number }) {
  const rows = await db.many(
    Identified,
    sql`
      select id
      from ${table}
      where id > ${after}
      order by id
      limit ${max}`,
  )
  return rows.map(({ id }) => id)
}

/** What hangs on an incident and goes with it. */
const incidentParts = [
  sql`timeline`,
  sql`telling`,
  sql`emergency_call`,
  sql`assignment`,
  sql`device_command`,
  sql`condition`,
]

/**
 * Incidents that were closed before, the oldest first, with all that hangs on them: a part of one would be a lie.
 * One with a condition that still stands is not over.
 */
export async function deleteIncidents(
  tx: Tx,
  { before, max }: { before: number; max: number },
): Promise<number> {
  const rows = await tx.many(
    Identified,
    sql`
      select i.id
      from incident i
      where i.state = 'closed'
        and i.closed_at < ${at(before)}
        and not exists (
          select
          from condition c
          where c.incident_id = i.id
            and c.state <> 'normal'
        )
      order by i.id
      limit ${max}
      for update of i skip locked`,
  )
  const ids = sql`any(${rows.map(({ id }) => id)}::bigint[])`
  for (const part of incidentParts)
    await tx.run(sql`
      delete from ${part}
      where incident_id = ${ids}`)
  return tx.run(sql`
    delete from incident
    where id = ${ids}`)
}
