import type { CheckInVia } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'
import { record } from './acting.ts'
import { clearConditions } from './conditions.ts'
import { closeByThemselves } from './close-by-itself.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import { changeIncident, lockMissed } from './store.ts'

export type ProxyCheckIn = {
  residentId: number
  byId: number
  checkInId: number
  via: CheckInVia
  seenOrSpoken: 'seen' | 'spoken'
  place: string
  now: number
}

/**
 * 代报平安 while she is being looked for: it stands on the card, and those who are on it hear of it. It is as good as
 * her own press: what needs a human to close it still does.
 */
export async function noteProxy(tx: Tx, proxy: ProxyCheckIn, dispatch: IncidentDispatch): Promise<void> {
  const { byId, now, checkInId, via, seenOrSpoken, place } = proxy
  for (const incident of await lockMissed(tx, proxy.residentId)) {
    const evidence = { ...incident.evidence, lateCheckInAt: incident.evidence.lateCheckInAt ?? now }
    await clearConditions(tx, incident.id, now)
    await endOwnPart(tx, incident.id, { byId, now })
    await changeIncident(tx, incident.id, sql`evidence = ${json(evidence)}`)
    const detail = { checkInId, via, seenOrSpoken, place }
    await record(tx, incident, { byId, now, what: 'proxyCheckIn', detail })
    if (incident.stage === 'notice') {
      await closeByThemselves(tx, [incident], { now, dispatch })
    } else {
      await dispatch.onNews(tx, [incident.id], now)
    }
  }
}

/** Neighbour and family have done what was asked of them, also where they had said that they would go and look. */
async function endOwnPart(
  tx: Tx,
  incidentId: number,
  { byId, now }: Pick<ProxyCheckIn, 'byId' | 'now'>,
): Promise<void> {
  await tx.run(sql`
    update assignment
    set state = 'done',
      done_at = ${at(now)},
      due_at = null,
      due_kind = null
    where incident_id = ${incidentId}
      and person_id = ${byId}
      and role in ('neighbour', 'family')
      and state in ('told', 'acknowledged', 'enRoute', 'onScene')`)
}
