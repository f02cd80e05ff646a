import { Type, type Static } from 'typebox'
import type { ReadingKind } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, joined, sql, type Sql } from '#db/sql.ts'

const Point = Type.Object({ at: Type.Integer(), value: Type.Number(), flags: Type.Integer() })
export type Point = Static<typeof Point>

/**
 * Oldest first. Up to `pointsMax` points are given as they are; more are thinned to one for each of `pointsMax`
 * equal stretches of time: the highest, at its own instant, so that no peak is lost.
 */
export const readingsOf = (db: Db, question: SeriesQuestion): Promise<Point[]> => {
  const { from, to, pointsMax } = question
  return db.many(
    Point,
    sql`
      with found as (
        select at, value, flags, count(*) over () as total
        from (${joined(sourcesFor(question), sql` union all `)}) as every
        where at >= ${at(from)}
          and at < ${at(to)}
      ), placed as (
        select at, value, flags,
          case
            when total <= ${pointsMax} then row_number() over (order by at)
            else width_bucket(extract(epoch from at) * 1000, ${from}, ${to}, ${pointsMax})
          end as bucket
        from found
      )
      select at, value, flags
      from (
        select distinct on (bucket) at, value, flags
        from placed
        order by bucket, value desc, at
      ) as highest
      order by at`,
  )
}

/** `from` inclusive, `to` exclusive, epoch ms. */
export type SeriesQuestion = {
  homeId: number
  kind: ReadingKind
  from: number
  to: number
  pointsMax: number
}

const hourMs = 3_600_000
/** Up to here every single reading counts: some 3,000 of a sensor that speaks once a minute. */
const rawMsMax = 48 * hourMs

/**
 * Readings for two days; beyond, the peaks of minutes, and of hours where a stretch of the curve is longer than half of
 * one (a month is then 720 rows and 11 ms, not 43,200 and 200 ms). What has been removed of the finer is taken from the
 * coarser, and what is not rolled up yet from the readings: the answer does not depend on how far the jobs have come.
 */
function sourcesFor(question: SeriesQuestion): Sql[] {
  const span = question.to - question.from
  const { homeId, kind } = question
  const firstMinute = sql`(select coalesce(min(at), 'infinity') from ${minutes.table} where home_id = ${homeId} and kind = ${kind})`
  const beforeMinutes = sql`r.at < date_bin('1 hour', ${firstMinute}, timestamptz 'epoch')`
  const hoursBeforeMinutes = rolled(question, hours, beforeMinutes)
  if (span <= rawMsMax) {
    const beforeReadings = sql`r.at < date_bin('1 minute', ${firstReading(question)}, timestamptz 'epoch')`
    return [hoursBeforeMinutes, rolled(question, minutes, beforeReadings), readings(question, sql`true`)]
  }
  const isComplete = sql`(d.unrolled_from is null or r.at < date_bin('1 hour', d.unrolled_from, timestamptz 'epoch'))`
  if (span > (question.pointsMax * hourMs) / 2)
    return [rolled(question, hours, isComplete), unrolled(question)]
  return [hoursBeforeMinutes, rolled(question, minutes, isComplete), unrolled(question)]
}

type Rollup = { table: Sql; stepMs: number }
const minutes: Rollup = { table: sql`reading_minute`, stepMs: 60_000 }
const hours: Rollup = { table: sql`reading_hour`, stepMs: hourMs }

/** Peaks; the first bucket may begin before the question does. */
const rolled = ({ homeId, kind, from, to }: SeriesQuestion, { table, stepMs }: Rollup, which: Sql) => sql`
  select r.highest_at as at, r.highest as value, r.flags
  from ${table} r
  join device d on d.id = r.device_id
  where r.home_id = ${homeId}
    and r.kind = ${kind}
    and r.at > ${at(from - stepMs)}
    and r.at < ${at(to)}
    and ${which}`

/** Readings have one index, which begins with their device: those that are in this home, or were. */
const devices = ({ homeId, kind, from }: SeriesQuestion) => sql`array(
  select id
  from device
  where home_id = ${homeId}
  union
  select device_id
  from reading_hour
  where home_id = ${homeId}
    and kind = ${kind}
    and at > ${at(from - hourMs)}
)`

const readings = (question: SeriesQuestion, which: Sql) => sql`
  select r.at, r.value, r.flags
  from reading r
  where r.device_id = any(${devices(question)})
    and r.home_id = ${question.homeId}
    and r.kind = ${question.kind}
    and r.at >= ${at(question.from)}
    and r.at < ${at(question.to)}
    and ${which}`

const firstReading = (question: SeriesQuestion) => sql`(
  select coalesce(min(first.at), 'infinity')
  from unnest(${devices(question)}) as d (id)
  cross join lateral (
    select r.at
    from reading r
    where r.device_id = d.id
      and r.home_id = ${question.homeId}
      and r.kind = ${question.kind}
    order by r.at
    limit 1
  ) as first
)`

/** The hours that are still to be rolled up. */
const unrolled = (question: SeriesQuestion) =>
  readings(
    question,
    sql`
      r.at >= (
        select min(date_bin('1 hour', unrolled_from, timestamptz 'epoch'))
        from device
        where id = any(${devices(question)})
      )
      and r.at >= (
        select date_bin('1 hour', unrolled_from, timestamptz 'epoch')
        from device
        where id = r.device_id
      )`,
  )
