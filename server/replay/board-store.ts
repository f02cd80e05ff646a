// What stood on the board of some homes, and when we ourselves could not see.
import { Type } from 'typebox'
import { Evidence } from '#contract/incident.ts'
import { OutcomeCode } from '#contract/outcomes.ts'
import { Id, IncidentKind, LocalDate, Stage, orNull } from '#contract/primitives.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { grouped } from '#domain/grouped.ts'
import type { BlindThen, IncidentThen, SilentThen } from './history.ts'
import type { Asked } from './people-store.ts'

const Incident = Type.Object({
  homeId: Id,
  id: Id,
  residentId: orNull(Id),
  kind: IncidentKind,
  openedAt: Type.Integer(),
  endedAt: orNull(Type.Integer()),
  stage: Stage,
  evidence: Evidence,
  outcome: orNull(OutcomeCode),
  pactId: orNull(Id),
  on: orNull(LocalDate),
  steps: Type.Array(Type.Object({ at: Type.Integer(), stage: Stage })),
})

/** That were opened before `untilAt` and stood at `fromAt` or later; a simulated one in a real community is none. */
export async function incidentsOf(
  tx: Tx,
  { homeIds, fromAt, untilAt }: Asked,
): Promise<Map<number, IncidentThen[]>> {
  const rows = await tx.many(
    Incident,
    sql`
      select i.home_id, i.id, i.resident_id, i.kind, i.opened_at, coalesce(i.handled_at, i.closed_at) as ended_at,
        i.stage, i.evidence, i.outcome, i.pact_id, i."on",
        (
          select coalesce(
            jsonb_agg(
              jsonb_build_object(
                'at', (extract(epoch from line.at) * 1000)::bigint,
                'stage', coalesce(line.detail ->> 'to', line.detail ->> 'stage')
              )
              order by line.id
            ),
            '[]'
          )
          from timeline line
          where line.incident_id = i.id
            and line.what in ('opened', 'raised')
            and coalesce(line.detail ->> 'to', line.detail ->> 'stage') is not null
        ) as steps
      from incident i
      join area community on community.id = i.community_id
      where i.home_id = any(${bigints(homeIds)}::bigint[])
        and i.subject = 'home'
        and i.origin = community.origin
        and i.opened_at < ${at(untilAt)}
        and coalesce(i.handled_at, i.closed_at, 'infinity') >= ${at(fromAt)}
      order by i.opened_at, i.id`,
  )
  return grouped(rows, ({ homeId }) => homeId)
}

const Silent = Type.Object({
  homeId: Id,
  deviceId: Id,
  at: Type.Integer(),
  clearedAt: orNull(Type.Integer()),
  stage: Stage,
})

export async function silentDevicesThen(
  tx: Tx,
  { homeIds, fromAt, untilAt }: Asked,
): Promise<Map<number, SilentThen[]>> {
  const rows = await tx.many(
    Silent,
    sql`
      select c.home_id, c.device_id, c.since as at, c.cleared_at, c.stage
      from condition c
      join incident i on i.id = c.incident_id
      join area community on community.id = i.community_id
      where i.home_id = any(${bigints(homeIds)}::bigint[])
        and c.kind = 'device'
        and c.device_id is not null
        and c.origin = community.origin
        and c.evidence ->> 'trouble' = 'silent'
        and c.since >= ${at(fromAt)}
        and c.since < ${at(untilAt)}
      order by c.since, c.id`,
  )
  return grouped(rows, ({ homeId }) => homeId)
}

const Blind = Type.Object({
  fromAt: Type.Integer(),
  untilAt: Type.Integer(),
  judgeAfter: Type.Integer(),
  cause: Type.String(),
})

export const blindsOf = (tx: Tx, { fromAt, untilAt }: Omit<Asked, 'homeIds'>): Promise<BlindThen[]> =>
  tx.many(
    Blind,
    sql`
      select from_at, until_at, judge_after, cause
      from blind_interval
      where judge_after >= ${at(fromAt)}
        and from_at < ${at(untilAt)}
      order by from_at, id`,
  )
