// Incidents of a whole batch of verdicts: one statement for all of them.
import { Type } from 'typebox'
import type { IncidentKind, Origin, Stage } from '#contract/primitives.ts'
import { bigints, booleans, instants, jsons, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { Evidence } from '#contract/incident.ts'
import type { Verdict } from '#domain/verdict.ts'
import { incidentColumns, IncidentRow } from './store.ts'

/** Whose incident a verdict is about: one resident for silence, the whole home for everything else. */
const residentOf = (verdict: Verdict): number | null =>
  verdict.kind === 'missed' ? verdict.residentId : null

type Key = { homeId: number; kind: IncidentKind; residentId: number | null; origin: Origin }

/** One incident of a home and kind (of a resident, where it is silence) is open at a time. */
export const keyOf = ({ homeId, kind, residentId, origin }: Key): string =>
  [homeId, kind, residentId ?? 0, origin].join(' ')

export const keyOfVerdict = (verdict: Verdict): string =>
  keyOf({ ...verdict, residentId: residentOf(verdict) })

/** The open ones, held until the transaction ends. In one order, so that two batches wait for each other at most once. */
export function lockOpenIncidents(tx: Tx, verdicts: readonly Verdict[]): Promise<IncidentRow[]> {
  return tx.many(
    IncidentRow,
    sql`
      select ${incidentColumns}
      from incident
      where state = 'open'
        and (home_id, kind, coalesce(resident_id, 0), origin) in (
          select *
          from unnest(
            ${bigints(verdicts.map(({ homeId }) => homeId))}::bigint[],
            ${texts(verdicts.map(({ kind }) => kind))}::text[],
            ${bigints(verdicts.map((verdict) => residentOf(verdict) ?? 0))}::bigint[],
            ${texts(verdicts.map(({ origin }) => origin))}::text[]
          )
        )
      order by home_id, id
      for no key update`,
  )
}

/** Opens those that nobody else has opened in the meantime, and gives them. */
export function insertIncidents(
  tx: Tx,
  verdicts: readonly (Verdict & { stage: Stage })[],
  now: number,
): Promise<IncidentRow[]> {
  return tx.many(
    IncidentRow,
    sql`
      insert into incident (community_id, home_id, resident_id, kind, stage, origin, evidence, opened_at, pact_id, "on")
      select v.community_id, v.home_id, v.resident_id, v.kind, v.stage, v.origin, v.evidence, ${at(now)}, v.pact_id,
        v.missed_on
      from unnest(
        ${bigints(verdicts.map(({ communityId }) => communityId))}::bigint[],
        ${bigints(verdicts.map(({ homeId }) => homeId))}::bigint[],
        ${bigints(verdicts.map(residentOf))}::bigint[],
        ${texts(verdicts.map(({ kind }) => kind))}::text[],
        ${texts(verdicts.map(({ stage }) => stage))}::text[],
        ${texts(verdicts.map(({ origin }) => origin))}::text[],
        ${jsons(verdicts.map(({ evidence }) => evidence))}::jsonb[],
        ${bigints(verdicts.map(({ pact }) => pact?.id ?? null))}::bigint[],
        ${verdicts.map(({ pact }) => pact?.on ?? null)}::date[]
      ) with ordinality as v (
        community_id, home_id, resident_id, kind, stage, origin, evidence, pact_id, missed_on, nth
      )
      order by v.nth
      on conflict (home_id, kind, coalesce(resident_id, 0), origin) where state = 'open' do nothing
      returning ${incidentColumns}`,
  )
}

const Nth = Type.Object({ nth: Type.Integer() })

/**
 * Without the verdicts about an occurrence of a pact that a human has dealt with after it fell due. The same verdict
 * may come again (after a restart, or at the second deadline); what a human has answered is not asked again.
 */
export async function unanswered<V extends Verdict>(tx: Tx, verdicts: readonly V[]): Promise<V[]> {
  const asked = verdicts.flatMap((verdict) => {
    const { pact, evidence } = verdict
    return pact && evidence.dueAt !== undefined ? [{ verdict, pact, dueAt: evidence.dueAt }] : []
  })
  if (asked.length === 0) return [...verdicts]
  const rows = await tx.many(
    Nth,
    sql`
      select asked.nth
      from unnest(
        ${bigints(asked.map(({ verdict }) => verdict.homeId))}::bigint[],
        ${bigints(asked.map(({ pact }) => pact.id))}::bigint[],
        ${asked.map(({ pact }) => pact.on)}::date[],
        ${texts(asked.map(({ verdict }) => verdict.origin))}::text[],
        ${instants(asked.map(({ dueAt }) => dueAt))}::timestamptz[]
      ) with ordinality as asked (home_id, pact_id, missed_on, origin, due_at, nth)
      where exists (
        select
        from incident i
        where i.home_id = asked.home_id
          and i.pact_id = asked.pact_id
          and i."on" = asked.missed_on
          and i.origin = asked.origin
          and i.state <> 'open'
          and coalesce(i.handled_at, i.closed_at) >= asked.due_at
      )`,
  )
  const answered = new Set(rows.map(({ nth }) => asked[nth - 1]?.verdict))
  return verdicts.filter((verdict) => !answered.has(verdict))
}

export type Change = {
  incidentId: number
  stage: Stage
  evidence: Evidence
  unacknowledges: boolean
  /** The occurrence of the pact that was missed, where it was about none yet. */
  pact?: Verdict['pact']
}

/** Writes what changed and raises the versions: whoever decided on the old one is told so. */
export async function changeIncidents(tx: Tx, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  await tx.run(sql`
    update incident i
    set version = version + 1,
      stage = c.stage,
      evidence = c.evidence,
      pact_id = coalesce(i.pact_id, c.pact_id),
      "on" = coalesce(i."on", c.missed_on),
      acknowledged_at = case when not c.unacknowledges then i.acknowledged_at end,
      acknowledged_by = case when not c.unacknowledges then i.acknowledged_by end
    from unnest(
      ${bigints(changes.map(({ incidentId }) => incidentId))}::bigint[],
      ${texts(changes.map(({ stage }) => stage))}::text[],
      ${jsons(changes.map(({ evidence }) => evidence))}::jsonb[],
      ${booleans(changes.map(({ unacknowledges }) => unacknowledges))}::boolean[],
      ${bigints(changes.map(({ pact }) => pact?.id ?? null))}::bigint[],
      ${changes.map(({ pact }) => pact?.on ?? null)}::date[]
    ) as c (incident_id, stage, evidence, unacknowledges, pact_id, missed_on)
    where i.id = c.incident_id`)
}

export async function closeIncidents(tx: Tx, incidentIds: readonly number[], now: number): Promise<void> {
  await tx.run(sql`
    update incident
    set version = version + 1,
      state = 'closed',
      closed_at = ${at(now)},
      due_at = null,
      due_kind = null
    where id = any(${bigints(incidentIds)}::bigint[])`)
}
