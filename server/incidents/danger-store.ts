// A silence in a home where there is danger in the air stands on the card of that danger (safety 12).
import { Type, type Static } from 'typebox'
import { Evidence } from '#contract/incident.ts'
import { Id, Origin, orNull } from '#contract/primitives.ts'
import { bigints, jsons, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Shared = Type.Object({
  communityId: Id,
  homeId: Id,
  origin: Origin,
  airId: Id,
  incidentId: Id,
  groupId: orNull(Id),
  evidence: Evidence,
})
export type SharedHome = Static<typeof Shared>

/**
 * Silences of homes in which there is danger in the air that everybody has been told of (safety 12), and that are not
 * on its card yet; of several dangers the one that was first. One that another transaction holds stays a card of its own
 * until one of the two gets worse: the two would wait for each other.
 */
export const lockSilencesInDanger = (
  tx: Tx,
  homes: readonly { homeId: number; origin: Origin }[],
): Promise<SharedHome[]> =>
  tx.many(
    Shared,
    sql`
      select i.community_id, i.home_id, i.origin, air.id as air_id, i.id as incident_id, i.folded_into as group_id, i.evidence
      from incident i
      join lateral (
        select a.id
        from incident a
        where a.home_id = i.home_id
          and a.origin = i.origin
          and a.kind in ('co', 'gas', 'smoke')
          and (a.stage <> 'notice' or a.kind = 'smoke')
          and a.state = 'open'
        order by a.id
        limit 1
      ) as air on true
      where i.kind = 'missed'
        and i.state = 'open'
        and i.folded_into is distinct from air.id
        and (i.home_id, i.origin) in (
          select *
          from unnest(
            ${bigints(homes.map(({ homeId }) => homeId))}::bigint[],
            ${texts(homes.map(({ origin }) => origin))}::text[]
          )
        )
      order by i.home_id, i.id
      for no key update of i skip locked`,
  )

/** The card of the danger says that there is a silence too. Her own ladder rests: everybody is called there already. */
export async function putOnCard(tx: Tx, shared: readonly SharedHome[]): Promise<void> {
  await tx.run(sql`
    update incident air
    set evidence = air.evidence || s.silence,
      version = version + 1
    from unnest(
      ${bigints(shared.map(({ airId }) => airId))}::bigint[],
      ${jsons(shared.map(({ evidence }) => silenceOf(evidence)))}::jsonb[]
    ) as s (air_id, silence)
    where air.id = s.air_id`)
  await tx.run(sql`
    update incident
    set due_at = null,
      due_kind = null
    where id = any(${bigints(shared.map(({ incidentId }) => incidentId))}::bigint[])
      and due_kind is distinct from 'secondDeadline'`)
}

const silenceOf = ({ silence, on, dueAt }: Evidence): Evidence => ({
  silence: silence ?? 'missed',
  ...(on === undefined ? {} : { on }),
  ...(dueAt === undefined ? {} : { dueAt }),
})

const FoldedRow = Type.Object({ id: Id, communityId: Id, homeId: Id })

/** What stands open on this card, which is about to close: each is a card of its own again. */
export const lockRowsOf = (tx: Tx, incidentId: number): Promise<Static<typeof FoldedRow>[]> =>
  tx.many(
    FoldedRow,
    sql`
      select id, community_id, home_id
      from incident
      where folded_into = ${incidentId}
        and state = 'open'
      order by id
      for no key update`,
  )
