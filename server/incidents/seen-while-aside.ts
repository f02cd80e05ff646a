// What the rules see of equipment that the desk has set aside: it is kept, and rings nobody. What gets worse does ring.
import { Type, type Static } from 'typebox'
import { Id, Origin, Stage, isWorse } from '#contract/primitives.ts'
import { bigints, jsons, texts } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { isHidden, stepCondition, type ConditionState } from '#domain/condition.ts'
import type { Verdict } from '#domain/verdict.ts'
import { onceMore, State } from './conditions.ts'
import { endSetAside } from './set-aside-store.ts'

const Hidden = Type.Object({ id: Id, deviceId: Id, origin: Origin, stage: Stage, state: State })
type Hidden = Static<typeof Hidden>

/**
 * The verdicts that may open or raise an incident. A danger never waits here: only verdicts about equipment are looked
 * up, and those of a device whose row this transaction holds.
 */
export async function withoutSetAside(
  tx: Tx,
  verdicts: readonly Verdict[],
  now: number,
): Promise<readonly Verdict[]> {
  const devices = verdicts.filter(({ kind }) => kind === 'device')
  if (devices.length === 0) return verdicts
  const hidden = await hiddenOf(tx, devices)
  if (hidden.size === 0) return verdicts
  const kept: { row: Hidden; verdict: Verdict }[] = []
  const worse: Hidden[] = []
  const shown = verdicts.flatMap((verdict): Verdict[] => {
    const row = verdict.kind === 'device' ? hidden.get(keyOf(verdict)) : undefined
    if (!row) return [verdict]
    if (isHidden(seenAs(row, verdict))) {
      kept.push({ row, verdict })
      return []
    }
    worse.push(row)
    return [{ ...verdict, ringsAgain: true }]
  })
  await keep(tx, kept, now)
  await endShelving(tx, worse, now)
  return shown
}

const keyOf = ({ deviceId, origin }: { deviceId: number | null; origin: string }) => `${deviceId} ${origin}`

function seenAs(row: Hidden, { stage }: Verdict): ConditionState {
  const what = stage === null ? 'clear' : isWorse(stage, row.stage) ? 'worse' : 'alarm'
  return stepCondition(row.state, { kind: 'device', what }) ?? row.state
}

async function hiddenOf(tx: Tx, verdicts: readonly Verdict[]): Promise<Map<string, Hidden>> {
  const rows = await tx.many(
    Hidden,
    sql`
      select id, device_id, origin, stage, state
      from condition
      where home_id = any(${bigints(verdicts.map(({ homeId }) => homeId))}::bigint[])
        and device_id = any(${bigints(verdicts.map(({ deviceId }) => deviceId))}::bigint[])
        and kind = 'device'
        and state <> 'normal'
        and state in ('shelved', 'outOfService', 'suppressed')`,
  )
  return new Map(rows.map((row) => [keyOf(row), row]))
}

/** So that the list says what stands, and a source that chatters on the shelf is seen to chatter. */
async function keep(tx: Tx, kept: readonly { row: Hidden; verdict: Verdict }[], now: number): Promise<void> {
  if (kept.length === 0) return
  await tx.run(sql`
    update condition c
    set last_at = ${at(now)},
      stage = coalesce(seen.stage, c.stage),
      came_back = case when seen.stage is null then c.came_back else ${onceMore(sql`c`, now)} end,
      cleared_at = case when seen.stage is null then coalesce(c.cleared_at, ${at(now)}) end,
      evidence = c.evidence || seen.evidence
    from unnest(
      ${bigints(kept.map(({ row }) => row.id))}::bigint[],
      ${texts(kept.map(({ verdict }) => verdict.stage))}::text[],
      ${jsons(kept.map(({ verdict }) => verdict.evidence))}::jsonb[]
    ) as seen (id, stage, evidence)
    where c.id = seen.id`)
}

async function endShelving(tx: Tx, worse: readonly Hidden[], now: number): Promise<void> {
  if (worse.length === 0) return
  const ids = worse.map(({ id }) => id)
  await endSetAside(tx, ids, { now, personId: null })
  await tx.run(sql`
    update condition
    set state = 'unacknowledged'
    where id = any(${ids}::bigint[])`)
}
