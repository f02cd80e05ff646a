import { Type, type Static } from 'typebox'
import { IncidentState } from '#contract/acts.ts'
import { Danger } from '#contract/incident.ts'
import { IncidentKind, Origin, Stage, orNull } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'

export type HomesQuestion = { communityId: number; homeIds?: readonly number[] | undefined }

const amongHomes = (column: Sql, { homeIds }: HomesQuestion): Sql =>
  homeIds === undefined ? sql`true` : sql`${column} = any(${[...homeIds]}::bigint[])`

const HomeRow = Type.Object({
  id: Type.Integer(),
  buildingId: Type.Integer(),
  unit: Type.Integer(),
  floor: Type.Integer(),
  room: Type.String(),
  label: Type.String(),
  blind: Type.Boolean(),
  /** Kinds of detectors that the home has, of which none works, and those of which one does. */
  broken: orNull(Type.Array(Danger)),
  working: orNull(Type.Array(Danger)),
  plan: Type.Record(Type.String(), Type.Unknown()),
})
export type HomeRow = Static<typeof HomeRow>

/**
 * Blind: a gateway of the home is silent or gone, or everything that could carry a good morning is, or is out of
 * service (the page of a resident is a tablet that never was in it); what was never heard has not begun. A CO or gas detector that does not work, or was never heard, protects nobody, nor does one that
 * is warming up.
 * @param question.now epoch ms
 */
export const homesOf = (db: Db, question: HomesQuestion & { now: number }): Promise<HomeRow[]> =>
  db.many(
    HomeRow,
    sql`
      with equipment as (
        select home_id, kind, last_seen_at is not null as heard,
          last_seen_at is not null
            and (coalesce(silent_at <= ${at(question.now)}, true) or online is false) as silent,
          out_of_service,
          coalesce((flags ->> 'fault')::boolean, false)
            or coalesce((flags ->> 'tamper')::boolean, false)
            or coalesce((flags ->> 'endOfLife')::boolean, false)
            or coalesce((flags ->> 'warmup')::boolean, false) as unfit
        from device
        where community_id = ${question.communityId}
          and ${amongHomes(sql`home_id`, question)}
      ), carriers as (
        select home_id, bool_and(silent or out_of_service) as silent
        from equipment
        where kind in ('button', 'curtain')
          or (kind = 'tablet' and not out_of_service)
        group by home_id
      ), detectors as (
        select home_id, kind, bool_or(heard and not silent and not out_of_service and not unfit) as working
        from equipment
        where kind in ('co', 'gas')
        group by home_id, kind
      ), cover as (
        select home_id, array_agg(kind) filter (where not working) as broken,
          array_agg(kind) filter (where working) as working
        from detectors
        group by home_id
      )
      select h.id, h.building_id, h.unit, h.floor, h.room, h.label,
        exists (
          select
          from equipment e
          where e.home_id = h.id
            and e.kind = 'gateway'
            and e.silent
            and not e.out_of_service
        ) or exists (
          select
          from carriers c
          where c.home_id = h.id
            and c.silent
        ) as blind,
        cover.broken, cover.working, h.plan
      from home h
      left join cover on cover.home_id = h.id
      where h.community_id = ${question.communityId}
        and ${amongHomes(sql`h.id`, question)}
      order by h.building_id, h.unit, h.floor, h.room, h.id`,
  )

const OpenRow = Type.Object({
  id: Type.Integer(),
  homeId: Type.Integer(),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  origin: Origin,
  acknowledged: Type.Boolean(),
})
export type OpenRow = Static<typeof OpenRow>

/** Incidents that are not closed. */
export const openIncidents = (db: Db, question: HomesQuestion): Promise<OpenRow[]> =>
  db.many(
    OpenRow,
    sql`
      select id, home_id, kind, stage, state, origin, acknowledged_at is not null as acknowledged
      from incident
      where community_id = ${question.communityId}
        and state in ('open', 'handled')
        and home_id is not null
        and ${amongHomes(sql`home_id`, question)}
      order by id`,
  )
