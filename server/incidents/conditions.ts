// What the rules see, kept apart from what humans do about it: one row for each thing seen, by ISA-18.2.
import { Type } from 'typebox'
import { Stage, isWorse } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import { stepCondition, type ConditionState } from '#domain/condition.ts'
import type { Verdict } from '#domain/verdict.ts'

const State = Type.Enum([
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
const ConditionRow = Type.Object({ id: Type.Integer(), stage: Stage, state: State })

function lockCondition(tx: Tx, verdict: Verdict) {
  return tx.maybeOne(
    ConditionRow,
    sql`
      select id, stage, state
      from condition
      where home_id = ${verdict.homeId}
        and kind = ${verdict.kind}
        and coalesce(device_id, 0) = ${verdict.deviceId ?? 0}
        and coalesce(resident_id, 0) = ${verdict.residentId ?? 0}
        and origin = ${verdict.origin}
        and state <> 'normal'
      for update`,
  )
}

/** The rule sees it. Its stage may fall again here; that of the incident never does. */
export async function raiseCondition(
  tx: Tx,
  verdict: Verdict & { stage: Stage },
  { incidentId, now }: { incidentId: number; now: number },
): Promise<void> {
  const old = await lockCondition(tx, verdict)
  const worse = old !== undefined && (isWorse(verdict.stage, old.stage) || verdict.ringsAgain)
  const event = { kind: verdict.kind, what: worse ? 'worse' : 'alarm' } as const
  const state: ConditionState = stepCondition(old?.state ?? 'normal', event) ?? 'unacknowledged'
  await tx.run(sql`
    insert into condition (
      community_id, home_id, resident_id, device_id, kind, stage, state, since, last_at, evidence, incident_id, origin
    )
    values (
      ${verdict.communityId}, ${verdict.homeId}, ${verdict.residentId}, ${verdict.deviceId}, ${verdict.kind},
      ${verdict.stage}, ${state}, ${at(now)}, ${at(now)}, ${json(verdict.evidence)}, ${incidentId}, ${verdict.origin}
    )
    on conflict (home_id, kind, coalesce(device_id, 0), coalesce(resident_id, 0), origin) where state <> 'normal'
    do update set
      stage = excluded.stage,
      state = excluded.state,
      last_at = excluded.last_at,
      cleared_at = null,
      evidence = excluded.evidence,
      incident_id = excluded.incident_id`)
}

/** The rule sees it no longer. Whether that ends anything is not for the rule to say (safety 11). */
export async function clearCondition(tx: Tx, verdict: Verdict, now: number): Promise<void> {
  const old = await lockCondition(tx, verdict)
  if (!old) return
  const state = stepCondition(old.state, { kind: verdict.kind, what: 'clear' }) ?? old.state
  await tx.run(sql`
    update condition
    set state = ${state},
      last_at = ${at(now)},
      cleared_at = coalesce(cleared_at, ${at(now)}),
      evidence = evidence || ${json(verdict.evidence)}::jsonb
    where id = ${old.id}`)
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

/** Whether the rules still see something of this incident. */
export async function isStillSeen(tx: Tx, incidentId: number): Promise<boolean> {
  const { found } = await tx.one(
    Type.Object({ found: Type.Boolean() }),
    sql`
      select exists (
        select
        from condition
        where incident_id = ${incidentId}
          and state in ('unacknowledged', 'acknowledged')
      ) as found`,
  )
  return found
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

/** The incident is over. What is still there opens a new one as soon as it is seen again. */
export async function endConditions(tx: Tx, incidentId: number, now: number): Promise<void> {
  await tx.run(sql`
    update condition
    set state = 'normal',
      cleared_at = coalesce(cleared_at, ${at(now)})
    where incident_id = ${incidentId}
      and state <> 'normal'`)
}
