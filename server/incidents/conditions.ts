// What the rules see, kept apart from what humans do about it: one row for each thing seen, by ISA-18.2.
import { Type, type Static } from 'typebox'
import type { Evidence } from '#contract/incident.ts'
import { Id, IncidentKind, Origin, Stage, isWorse, orNull } from '#contract/primitives.ts'
import { bigints, jsons, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql, type Sql } from '#db/sql.ts'
import { stepCondition, type ConditionState } from '#domain/condition.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { Found } from './decide.ts'

export const State = Type.Enum([
  'normal',
  'unacknowledged',
  'acknowledged',
  'returnedUnacknowledged',
  'latchedUnacknowledged',
  'latchedAcknowledged',
  'shelved',
  'suppressed',
  'outOfService',
])
const ConditionRow = Type.Object({
  id: Type.Integer(),
  homeId: Id,
  kind: IncidentKind,
  deviceId: orNull(Id),
  residentId: orNull(Id),
  origin: Origin,
  stage: Stage,
  state: State,
})
type ConditionRow = Static<typeof ConditionRow>

const keyOf = ({
  homeId,
  kind,
  deviceId,
  residentId,
  origin,
}: Omit<ConditionRow, 'id' | 'stage' | 'state'>) =>
  [homeId, kind, deviceId ?? 0, residentId ?? 0, origin].join(' ')

/**
 * The rules see these, or see them no longer. The stage of a condition may fall again here; that of its incident never
 * does. Whether what is over ends anything is not for the rules to say (safety 11).
 */
export async function writeConditions(tx: Tx, found: readonly Found[], now: number): Promise<void> {
  if (found.length === 0) return
  const standing = await lockConditions(
    tx,
    found.map(({ verdict }) => verdict),
  )
  const old = new Map(standing.map((condition) => [keyOf(condition), condition]))
  const raised: Raised[] = []
  const cleared: Cleared[] = []
  for (const { verdict, incident } of found) {
    const before = old.get(keyOf(verdict))
    const { stage } = verdict
    if (stage !== null && incident) {
      raised.push({ verdict, stage, incidentId: incident.id, state: stateSeen(before, verdict, stage) })
    } else if (stage === null && before) {
      const state = stepCondition(before.state, { kind: verdict.kind, what: 'clear' }) ?? before.state
      cleared.push({ id: before.id, state, evidence: verdict.evidence })
    }
  }
  await Promise.all([upsertConditions(tx, raised, now), writeCleared(tx, cleared, now)])
}

function stateSeen(before: ConditionRow | undefined, verdict: Verdict, stage: Stage): ConditionState {
  const worse = before !== undefined && (isWorse(stage, before.stage) || verdict.ringsAgain)
  const event = { kind: verdict.kind, what: worse ? 'worse' : 'alarm' } as const
  return stepCondition(before?.state ?? 'normal', event) ?? 'unacknowledged'
}

function lockConditions(tx: Tx, verdicts: readonly Verdict[]): Promise<ConditionRow[]> {
  return tx.many(
    ConditionRow,
    sql`
      select id, home_id, kind, device_id, resident_id, origin, stage, state
      from condition
      where state <> 'normal'
        and (home_id, kind, coalesce(device_id, 0), coalesce(resident_id, 0), origin) in (
          select *
          from unnest(
            ${bigints(verdicts.map(({ homeId }) => homeId))}::bigint[],
            ${texts(verdicts.map(({ kind }) => kind))}::text[],
            ${bigints(verdicts.map(({ deviceId }) => deviceId ?? 0))}::bigint[],
            ${bigints(verdicts.map(({ residentId }) => residentId ?? 0))}::bigint[],
            ${texts(verdicts.map(({ origin }) => origin))}::text[]
          )
        )
      order by home_id, id
      for update`,
  )
}

type Raised = { verdict: Verdict; stage: Stage; incidentId: number; state: ConditionState }

async function upsertConditions(tx: Tx, raised: readonly Raised[], now: number): Promise<void> {
  if (raised.length === 0) return
  const verdicts = raised.map(({ verdict }) => verdict)
  await tx.run(sql`
    insert into condition (
      community_id, home_id, resident_id, device_id, kind, stage, state, since, last_at, evidence, incident_id, origin
    )
    select v.community_id, v.home_id, v.resident_id, v.device_id, v.kind, v.stage, v.state, ${at(now)}, ${at(now)},
      v.evidence, v.incident_id, v.origin
    from unnest(
      ${bigints(verdicts.map(({ communityId }) => communityId))}::bigint[],
      ${bigints(verdicts.map(({ homeId }) => homeId))}::bigint[],
      ${bigints(verdicts.map(({ residentId }) => residentId))}::bigint[],
      ${bigints(verdicts.map(({ deviceId }) => deviceId))}::bigint[],
      ${texts(verdicts.map(({ kind }) => kind))}::text[],
      ${texts(raised.map(({ stage }) => stage))}::text[],
      ${texts(raised.map(({ state }) => state))}::text[],
      ${jsons(verdicts.map(({ evidence }) => evidence))}::jsonb[],
      ${bigints(raised.map(({ incidentId }) => incidentId))}::bigint[],
      ${texts(verdicts.map(({ origin }) => origin))}::text[]
    ) with ordinality as v (
      community_id, home_id, resident_id, device_id, kind, stage, state, evidence, incident_id, origin, nth
    )
    order by v.nth
    on conflict (home_id, kind, coalesce(device_id, 0), coalesce(resident_id, 0), origin) where state <> 'normal'
    do update set
      stage = excluded.stage,
      state = excluded.state,
      last_at = excluded.last_at,
      cleared_at = null,
      came_back = ${onceMore(sql`condition`, now)},
      evidence = excluded.evidence,
      incident_id = excluded.incident_id`)
}

/** It had cleared, and is there again: the newest fifty are enough to see a source that chatters. */
export const onceMore = (condition: Sql, now: number): Sql => sql`case
  when ${condition}.cleared_at is null then ${condition}.came_back
  else (${condition}.came_back || ${at(now)}::timestamptz)[greatest(1, cardinality(${condition}.came_back) - 48):]
end`

type Cleared = { id: number; state: ConditionState; evidence: Evidence }

async function writeCleared(tx: Tx, cleared: readonly Cleared[], now: number): Promise<void> {
  if (cleared.length === 0) return
  await tx.run(sql`
    update condition c
    set state = over.state,
      last_at = ${at(now)},
      cleared_at = coalesce(c.cleared_at, ${at(now)}),
      evidence = c.evidence || over.evidence
    from unnest(
      ${bigints(cleared.map(({ id }) => id))}::bigint[],
      ${texts(cleared.map(({ state }) => state))}::text[],
      ${jsons(cleared.map(({ evidence }) => evidence))}::jsonb[]
    ) as over (id, state, evidence)
    where c.id = over.id`)
}

/** The silence was ended by a human's word, not by a sign that a rule judges. */
export async function clearConditions(tx: Tx, incidentId: number, now: number): Promise<void> {
  await tx.run(sql`
    update condition
    set state = case state
        when 'unacknowledged' then 'latchedUnacknowledged'
        when 'acknowledged' then 'latchedAcknowledged'
        else state
      end,
      cleared_at = coalesce(cleared_at, ${at(now)})
    where incident_id = ${incidentId}
      and state <> 'normal'`)
}

const Seen = Type.Object({ incidentId: Id })

/** Of these incidents, those of which the rules still see something. */
export async function stillSeen(tx: Tx, incidentIds: readonly number[]): Promise<Set<number>> {
  const rows = await tx.many(
    Seen,
    sql`
      select distinct incident_id
      from condition
      where incident_id = any(${bigints(incidentIds)}::bigint[])
        and state in ('unacknowledged', 'acknowledged')`,
  )
  return new Set(rows.map(({ incidentId }) => incidentId))
}

/** A human took it in hand: what the rules see is acknowledged, whether or not it is still there. */
export async function acknowledgeConditions(tx: Tx, incidentId: number): Promise<void> {
  await tx.run(sql`
    update condition
    set state = case state
      when 'unacknowledged' then 'acknowledged'
      when 'latchedUnacknowledged' then 'latchedAcknowledged'
      else state
    end
    where incident_id = ${incidentId}
      and state in ('unacknowledged', 'latchedUnacknowledged')`)
}

/** These incidents are over. What is still there opens a new one as soon as it is seen again. */
export async function endConditions(tx: Tx, incidentIds: readonly number[], now: number): Promise<void> {
  await tx.run(sql`
    update condition
    set state = 'normal',
      cleared_at = coalesce(cleared_at, ${at(now)})
    where incident_id = any(${bigints(incidentIds)}::bigint[])
      and state <> 'normal'`)
}
