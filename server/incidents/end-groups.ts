// How a group ends: when no row of it is open. And what becomes of a row whose card closes before it.
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { writeTimeline } from '#db/timeline.ts'
import { closeIncidents } from './apply-verdicts-store.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import { lockRowsOf } from './danger-store.ts'
import * as store from './group-store.ts'
import { endAssignments } from './store.ts'

type By = { now: number; dispatch: IncidentDispatch }

/** Closes those of these groups in which every row has been answered, cleared or taken out. */
export async function endEmptyGroups(
  tx: Tx,
  groupIds: readonly number[],
  { now, dispatch }: By,
): Promise<void> {
  const ended = await store.lockEmptyGroups(tx, groupIds)
  if (ended.length === 0) return
  const ids = ended.map(({ id }) => id)
  await dispatch.onEnded(tx, ids, { now, personId: null })
  await endAssignments(tx, ids, now)
  await closeIncidents(tx, ids, now)
  await writeTimeline(
    tx,
    ended.map(({ id, communityId }) => ({
      communityId,
      incidentId: id,
      at: now,
      what: 'allClosed' as const,
    })),
  )
  for (const { id, communityId } of ended) announce(tx, { communityId, kind: 'incident', id })
}

/** These incidents are over: so are the groups whose last open rows they were. */
export async function endGroupsOf(tx: Tx, incidentIds: readonly number[], by: By): Promise<void> {
  const rows = await store.rowsOfGroups(tx, incidentIds)
  await endEmptyGroups(tx, [...new Set(rows.map(({ groupId }) => groupId))], by)
}

/** The danger is dealt with; whether she is well is a question of its own, and is asked again (safety 12). */
export async function releaseRows(tx: Tx, incidentId: number, { now, dispatch }: By): Promise<void> {
  const rows = await lockRowsOf(tx, incidentId)
  if (rows.length === 0) return
  const ids = rows.map(({ id }) => id)
  await store.foldInto(
    tx,
    ids.map((id) => ({ incidentId: id, into: null })),
    now,
  )
  await writeTimeline(
    tx,
    rows.map(({ id, communityId }) => ({ communityId, incidentId: id, at: now, what: 'unfolded' as const })),
  )
  await dispatch.onOpened(tx, ids, now)
  for (const { id, communityId, homeId } of rows) {
    announce(tx, { communityId, kind: 'incident', id })
    announce(tx, { communityId, kind: 'home', id: homeId })
  }
}
