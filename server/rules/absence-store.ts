// Absences that ask something of a human now, and what is known of whoever is away.
import { Type, type Static } from 'typebox'
import { Edge, Id, LocalDate, Origin, RiskTier, orNull } from '#contract/primitives.ts'
import { bigints, instants } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const DueAbsence = Type.Object({
  id: Id,
  communityId: Id,
  residentId: Id,
  homeId: Id,
  fromOn: LocalDate,
  untilOn: LocalDate,
  declaredAt: Type.Integer(),
  confirmedOn: LocalDate,
  lookAt: Type.Integer(),
  zone: Type.String(),
  origin: Origin,
  tier: RiskTier,
  heardAt: orNull(Type.Integer()),
  /** HH:MM by weekday, of each half of their pact. */
  halves: Type.Array(
    Type.Object({ edge: Edge, hours: Type.Record(Type.String({ pattern: '^[1-7]$' }), Type.String()) }),
  ),
})
export type DueAbsence = Static<typeof DueAbsence>

/** Held until the end of the transaction: of two servers that look, one finds them. */
export const lockDueAbsences = (tx: Tx, now: number, max: number): Promise<DueAbsence[]> =>
  tx.many(
    DueAbsence,
    sql`
      with a as materialized (
        select *
        from absence
        where look_at <= ${at(now)}
          and ended_at is null
        order by look_at
        limit ${max}
        for no key update skip locked
      )
      select a.id, a.community_id, a.resident_id, r.home_id, a.from_on, a.until_on, a.confirmed_at as declared_at,
        (a.confirmed_at at time zone community.zone)::date as confirmed_on, a.look_at, community.zone,
        community.origin, r.tier,
        (
          select max(c.at)
          from check_in c
          where c.resident_id = a.resident_id
            and c.origin = community.origin
            and c.at <= ${at(now)}
        ) as heard_at,
        coalesce((
          select jsonb_agg(jsonb_build_object(
            'edge', p.edge,
            'hours', coalesce(p.hours, (
              select jsonb_object_agg(day, to_char(p.deadline, 'HH24:MI'))
              from unnest(p.days) as day
            ))
          ))
          from pact p
          where p.resident_id = a.resident_id
            and not p.paused
        ), '[]') as halves
      from a
      join resident r on r.id = a.resident_id
      join area community on community.id = a.community_id
      order by a.id`,
  )

/** When each is looked at next; null: never again. */
export async function lookAgain(
  tx: Tx,
  looks: readonly { id: number; lookAt: number | null }[],
): Promise<void> {
  if (looks.length === 0) return
  await tx.run(sql`
    update absence a
    set look_at = next.look_at
    from unnest(
      ${bigints(looks.map(({ id }) => id))}::bigint[],
      ${instants(looks.map(({ lookAt }) => lookAt))}::timestamptz[]
    ) as next (id, look_at)
    where a.id = next.id`)
}
