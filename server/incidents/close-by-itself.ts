import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import { endConditions } from './conditions.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import { changeIncident, endAssignments, type IncidentRow } from './store.ts'

/** The only two ends without a human: a late riser before anybody had to be sent, and a device that is well again. */
export async function closeByItself(
  tx: Tx,
  incident: IncidentRow,
  by: { now: number; what: 'closedByCheckIn' | 'closedByItself'; dispatch: IncidentDispatch },
): Promise<void> {
  const { id, communityId, homeId } = incident
  await by.dispatch.onEnded(tx, id, { now: by.now, personId: null })
  await endAssignments(tx, id, by.now)
  await endConditions(tx, id, by.now)
  await changeIncident(
    tx,
    id,
    sql`state = 'closed', closed_at = ${at(by.now)}, due_at = null, due_kind = null`,
  )
  await writeTimeline(tx, [{ communityId, incidentId: id, at: by.now, what: by.what }])
  announce(tx, { communityId, kind: 'incident', id })
  announce(tx, { communityId, kind: 'home', id: homeId })
  if (incident.kind === 'missed') announce(tx, { communityId, kind: 'ledger', id: communityId })
}
