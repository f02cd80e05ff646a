import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { writeTimeline } from '#db/timeline.ts'
import { closeIncidents } from './apply-verdicts-store.ts'
import { endConditions } from './conditions.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import { endGroupsOf } from './end-groups.ts'
import { endAssignments, type IncidentRow } from './store.ts'

/**
 * The only ends without a human: a late riser before anybody had to be sent, and a device that is well again. What the
 * desk has set aside ends too, and stands on a list of its own.
 */
export async function closeByThemselves(
  tx: Tx,
  incidents: readonly IncidentRow[],
  { now, dispatch, what: why }: { now: number; dispatch: IncidentDispatch; what?: 'closedSetAside' },
): Promise<void> {
  if (incidents.length === 0) return
  const ids = incidents.map(({ id }) => id)
  await dispatch.onEnded(tx, ids, { now, personId: null })
  await endAssignments(tx, ids, now)
  await endConditions(tx, ids, now)
  await closeIncidents(tx, ids, now)
  await writeTimeline(
    tx,
    incidents.map(({ communityId, id, kind }) => {
      const what = why ?? (kind === 'missed' ? 'closedByCheckIn' : 'closedByItself')
      return { communityId, incidentId: id, at: now, what }
    }),
  )
  await endGroupsOf(tx, ids, { now, dispatch })
  for (const { communityId, id, homeId, kind } of incidents) {
    announce(tx, { communityId, kind: 'incident', id })
    announce(tx, { communityId, kind: 'home', id: homeId })
    if (kind === 'missed') announce(tx, { communityId, kind: 'ledger', id: communityId })
  }
}
