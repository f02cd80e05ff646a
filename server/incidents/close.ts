// 办结 and 回访: how an incident ends through humans.
import { allowsAct } from '#contract/acts.ts'
import { findOutcome, type OutcomeCode } from '#contract/outcomes.ts'
import { isHazard } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { isAtLeast } from '#domain/worst.ts'
import { acting, done, overAlready, record, refused, type Act, type ActResult } from './acting.ts'
import { endConditions } from './conditions.ts'
import { endGroupsOf, releaseRows } from './end-groups.ts'
import type { IncidentParts } from './parts.ts'
import { isDesk, nameOf } from './people-store.ts'
import * as store from './store.ts'
import type { IncidentRow } from './store.ts'

export type Closing = Act & {
  outcome: OutcomeCode
  note?: string | undefined
  version?: number | undefined
}

/** Says what was found. What was serious in a red case awaits a second person (safety 11). */
export function close(parts: IncidentParts, closing: Closing): Promise<ActResult> {
  return acting(parts.db, closing.incidentId, async (tx, incident) => {
    if (!allowsAct(incident.state, 'close')) return overAlready(tx, incident)
    const outcome = findOutcome(closing.outcome, incident.kind)
    if (!outcome) return refused('bad_request')
    const role = await roleIn(tx, incident, closing.byId)
    if (role === 'nobody') return refused('not_allowed_now')
    const isFromAfar = role === 'desk' && isHazard(incident.kind) && isAtLeast(incident.stage, 'alarm')
    if (isFromAfar && !closing.note) return refused('bad_request')
    if (closing.version !== undefined && closing.version !== incident.version) {
      return decidedOnOld(tx, incident, closing.byId)
    }
    await finish(tx, { parts, incident, closing, awaitsCheckBack: outcome.serious && isRed(incident) })
    return done
  })
}

/** Danger, or a person who had to be looked for. */
const isRed = ({ kind, stage }: IncidentRow) =>
  (isHazard(kind) || kind === 'missed') && isAtLeast(stage, 'alarm')

/** A second person confirms; whoever said what was found cannot confirm it. */
export function checkBack(
  parts: IncidentParts,
  check: Act & { note?: string | undefined },
): Promise<ActResult> {
  return acting(parts.db, check.incidentId, async (tx, incident) => {
    if (incident.state === 'closed') return overAlready(tx, incident)
    if (!allowsAct(incident.state, 'checkBack')) return refused('not_allowed_now')
    if (incident.handledBy === check.byId) return refused('not_allowed_now')
    if ((await roleIn(tx, incident, check.byId)) !== 'desk') return refused('not_allowed_now')
    await store.changeIncident(
      tx,
      incident.id,
      sql`state = 'closed', closed_at = ${at(check.now)}, closed_by = ${check.byId}, due_at = null, due_kind = null`,
    )
    await record(tx, incident, { ...check, what: 'checkedBack', detail: noteOf(check) })
    return done
  })
}

/** A responder speaks from the door; the desk speaks for whoever it has spoken with. */
async function roleIn(tx: Tx, incident: IncidentRow, byId: number): Promise<'atDoor' | 'desk' | 'nobody'> {
  const assignments = await store.assignmentsOf(tx, incident.id)
  const isAtDoor = assignments.some(({ personId, state }) => personId === byId && state === 'onScene')
  if (isAtDoor && incident.state === 'open') return 'atDoor'
  return (await isDesk(tx, byId, incident.communityId)) ? 'desk' : 'nobody'
}

/** Somebody, or the air, changed it since the page was read: the decision is asked again. */
async function decidedOnOld(tx: Tx, incident: IncidentRow, byId: number): Promise<ActResult> {
  const last = await store.lastActor(tx, incident.id)
  const name = last === null || last === byId ? undefined : await nameOf(tx, last)
  return name === undefined ? refused('not_allowed_now') : refused('somebody_was_first', name)
}

async function finish(
  tx: Tx,
  {
    parts,
    incident,
    closing,
    awaitsCheckBack,
  }: { parts: IncidentParts; incident: IncidentRow; closing: Closing; awaitsCheckBack: boolean },
): Promise<void> {
  const { byId, now, outcome, note = null } = closing
  await parts.dispatch.onEnded(tx, [incident.id], { now, personId: byId })
  await store.endAssignments(tx, [incident.id], now)
  await endConditions(tx, [incident.id], now)
  const end = awaitsCheckBack
    ? sql`state = 'handled', due_at = ${at(now + parts.limits.checkBackDueMs)}, due_kind = 'checkBack'`
    : sql`state = 'closed', closed_at = ${at(now)}, closed_by = ${byId}, due_at = null, due_kind = null`
  await store.changeIncident(
    tx,
    incident.id,
    sql`outcome = ${outcome}, note = ${note}, handled_at = ${at(now)}, handled_by = ${byId}, ${end}`,
  )
  const what = awaitsCheckBack ? 'handled' : 'closed'
  await record(tx, incident, { byId, now, what, detail: { outcome, ...noteOf(closing) } })
  await releaseRows(tx, incident.id, { now, dispatch: parts.dispatch })
  await endGroupsOf(tx, [incident.id], { now, dispatch: parts.dispatch })
}

const noteOf = ({ note }: { note?: string | undefined }) => (note ? { text: note } : {})
