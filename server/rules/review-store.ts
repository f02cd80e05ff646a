// Pacts whose mornings are to be compared with what is agreed, and what came of it.
import { Type, type Static } from 'typebox'
import { PactHours } from '#contract/pact.ts'
import { Id, LocalDate, RiskTier } from '#contract/primitives.ts'
import { bigints, instants } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const DuePact = Type.Object({
  id: Id,
  communityId: Id,
  residentId: Id,
  homeId: Id,
  tier: RiskTier,
  hours: PactHours,
})
export type DuePact = Static<typeof DuePact>

/** Held until the end of the transaction: of two servers that look, one finds them. */
export const lockDueReviews = (tx: Tx, now: number, max: number): Promise<DuePact[]> =>
  tx.many(
    DuePact,
    sql`
      with p as materialized (
        select *
        from pact
        where edge = 'morning'
          and not paused
          and (review_at is null or review_at <= ${at(now)})
        order by review_at nulls first
        limit ${max}
        for no key update skip locked
      )
      select p.id, p.community_id, p.resident_id, p.home_id, r.tier,
        coalesce(p.hours, (
          select jsonb_object_agg(day, to_char(p.deadline, 'HH24:MI'))
          from unnest(p.days) as day
        ), '{}') as hours
      from p
      join resident r on r.id = p.resident_id
      order by p.id`,
  )

const MorningRow = Type.Object({ residentId: Id, on: LocalDate, minute: Type.Integer() })

/** The last mornings of their own presses: the day, and the minute of that day in their zone. */
export const morningsOf = (
  tx: Tx,
  residentIds: readonly number[],
  max: number,
): Promise<Static<typeof MorningRow>[]> =>
  tx.many(
    MorningRow,
    sql`
      select own.resident_id, own."on", own.minute
      from unnest(${bigints(residentIds)}::bigint[]) as one (id)
      join resident r on r.id = one.id
      join area community on community.id = r.community_id
      cross join lateral (
        select c.resident_id, c."on", (extract(epoch from min(c.at at time zone community.zone)::time) / 60)::int as minute
        from check_in c
        where c.resident_id = r.id
          and c.edge = 'morning'
          and c."on" is not null
          and c.given_by is null
        group by c.resident_id, c."on"
        order by c."on" desc
        limit ${max}
      ) as own`,
  )

export type Reviewed = { id: number; reviewAt: number; isUnfit: boolean }

/** Keeps since when a pact does not fit: what was found before stays as old as it is. */
export async function writeReviews(tx: Tx, reviewed: readonly Reviewed[], now: number): Promise<void> {
  await tx.run(sql`
    update pact
    set review_at = found.review_at,
      unfit_since = case when found.is_unfit then coalesce(pact.unfit_since, ${at(now)}) end
    from unnest(
      ${bigints(reviewed.map(({ id }) => id))}::bigint[],
      ${instants(reviewed.map(({ reviewAt }) => reviewAt))}::timestamptz[],
      ${reviewed.map(({ isUnfit }) => isUnfit)}::boolean[]
    ) as found (id, review_at, is_unfit)
    where pact.id = found.id`)
}
