// Which open incidents could stand on one card, and where they are: one statement for a whole batch.
import { Type, type Static } from 'typebox'
import { Evidence } from '#contract/incident.ts'
import { EpochMs, Id, IncidentKind, Origin, Stage, orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { limits } from '../limits.ts'

/** Where one card for one cause can be: of this community, kind and origin. */
export type Ground = { communityId: number; kind: IncidentKind; origin: Origin }

/**
 * Whoever folds here waits for whoever does at this moment: two batches must not open two groups for one cause, nor
 * two lonely cards. To be taken after the incidents of the batch are held. Any number serves as the first key.
 */
export async function lockGround(tx: Tx, communityId: number): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(1103, ${communityId}::int)`)
}

const CandidateRow = Type.Object({
  incidentId: Id,
  homeId: Id,
  buildingId: Id,
  homeLabel: Type.String(),
  greetings: Type.Array(Type.String()),
  gateways: Type.Array(Id),
  carriers: Type.Array(Type.String()),
  stage: Stage,
  evidence: Evidence,
  openedAt: EpochMs,
  groupId: orNull(Id),
  blindFrom: orNull(EpochMs),
  blindUntil: orNull(EpochMs),
})
export type CandidateRow = Static<typeof CandidateRow>

/**
 * Open incidents that could be rows, with where they are and what they hang on. What another transaction holds is
 * left alone: it comes by itself, or with the next one. What is folded under a danger stays there.
 */
export const lockCandidates = (
  tx: Tx,
  { communityId, kind, origin }: Ground,
  openedSince: number,
): Promise<CandidateRow[]> =>
  tx.many(
    CandidateRow,
    sql`
      select i.id as incident_id, i.home_id, home.building_id, home.label as home_label, i.stage, i.evidence,
        i.opened_at, i.folded_into as group_id, blind.from_at as blind_from, blind.until_at as blind_until,
        array(
          select r.greeting
          from resident r
          where r.home_id = i.home_id
            and (i.resident_id is null or r.id = i.resident_id)
          order by r.id
        ) as greetings,
        array(
          select distinct coalesce(d.gateway_id, d.id)
          from device d
          where d.home_id = i.home_id
            and d.origin = i.origin
            and (d.gateway_id is not null or d.kind = 'gateway')
            and not d.out_of_service
        ) as gateways,
        array(
          select distinct d.carrier
          from device d
          where d.home_id = i.home_id
            and d.origin = i.origin
            and d.carrier is not null
            and not d.out_of_service
        ) as carriers
      from incident i
      join home on home.id = i.home_id
      left join lateral (
        select min(b.from_at) as from_at, max(b.until_at) as until_at
        from blind_interval b
        where i.kind = 'missed'
          and b.until_at - b.from_at > ${limits.ownBlindnessMsMin} * interval '1 ms'
          and to_timestamp((i.evidence ->> 'dueAt')::float8 / 1000) between b.from_at and b.judge_after
      ) as blind on true
      where i.community_id = ${communityId}
        and i.kind = ${kind}
        and i.origin = ${origin}
        and i.state = 'open'
        and i.stage in ('notice', 'warning')
        and (
          i.folded_into is null and i.opened_at >= ${at(openedSince)}
          or exists (
            select
            from incident g
            where g.id = i.folded_into
              and g.subject = 'group'
          )
        )
      order by i.home_id, i.id
      for no key update of i skip locked`,
  )

const GroupRow = Type.Object({
  id: Id,
  communityId: Id,
  cause: Type.String(),
  openedAt: EpochMs,
  evidence: Evidence,
})
export type OpenGroupRow = Static<typeof GroupRow>

export const lockGroups = (tx: Tx, { communityId, kind, origin }: Ground): Promise<OpenGroupRow[]> =>
  tx.many(
    GroupRow,
    sql`
      select id, community_id, cause, opened_at, evidence
      from incident
      where community_id = ${communityId}
        and kind = ${kind}
        and origin = ${origin}
        and subject = 'group'
        and state = 'open'
      order by id
      for no key update`,
  )

const Size = Type.Object({ cause: Type.String(), homes: Type.Integer() })

/** How many homes with devices there are in each building, behind each gateway and on each network. */
export const homesByCause = (tx: Tx, { communityId, origin }: Ground): Promise<Static<typeof Size>[]> =>
  tx.many(
    Size,
    sql`
      with watched as (
        select d.home_id, home.building_id, d.id, d.kind, d.gateway_id, d.carrier
        from device d
        join home on home.id = d.home_id
        where d.community_id = ${communityId}
          and d.origin = ${origin}
          and not d.out_of_service
      )
      select 'building:' || building_id as cause, count(distinct home_id)::int as homes
      from watched
      group by building_id
      union all
      select 'gateway:' || coalesce(gateway_id, id), count(distinct home_id)::int
      from watched
      where gateway_id is not null or kind = 'gateway'
      group by coalesce(gateway_id, id)
      union all
      select 'carrier:' || carrier, count(distinct home_id)::int
      from watched
      where carrier is not null
      group by carrier`,
  )

const Named = Type.Object({ name: Type.String() })

/** What people call the place of a cause: the building's name, the door of a gateway. */
export async function placeOf(tx: Tx, cause: string): Promise<string | undefined> {
  const [what, id = ''] = cause.split(':')
  if (what === 'carrier') return cause.slice('carrier:'.length)
  if (what === 'building')
    return (await tx.maybeOne(Named, sql`select name from building where id = ${Number(id)}`))?.name
  if (what !== 'gateway') return undefined
  const door = sql`
    select home.label as name
    from device
    join home on home.id = device.home_id
    where device.id = ${Number(id)}`
  return (await tx.maybeOne(Named, door))?.name
}
