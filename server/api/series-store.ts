import { Type, type Static } from 'typebox'
import type { ReadingKind } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const Point = Type.Object({ at: Type.Integer(), value: Type.Number(), flags: Type.Integer() })
export type Point = Static<typeof Point>

/**
 * Oldest first. Up to `pointsMax` readings are given as they are; more are thinned to one for each of `pointsMax`
 * equal stretches of time: the highest, at its own instant, so that no peak is lost.
 */
export const readingsOf = (db: Db, { homeId, kind, from, to, pointsMax }: SeriesQuestion): Promise<Point[]> =>
  db.many(
    Point,
    sql`
      with found as (
        select at, value, flags, count(*) over () as total
        from reading
        where home_id = ${homeId}
          and kind = ${kind}
          and at >= ${at(from)}
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

/** `from` inclusive, `to` exclusive, epoch ms. */
export type SeriesQuestion = {
  homeId: number
  kind: ReadingKind
  from: number
  to: number
  pointsMax: number
}
