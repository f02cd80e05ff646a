// What every act of a human has in common: the incident is held, the state is asked, the deed is written down.
import type { Database, Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { writeTimeline, type TimelineWhat } from '#db/timeline.ts'
import { isDesk, nameOf } from './people-store.ts'
import { assignmentsOf, lockIncident, writeAudit, type IncidentRow } from './store.ts'

/** On which incident, which person acts, and when (epoch ms). */
export type Act = { incidentId: number; byId: number; now: number }

export type RefusedAct = {
  ok: false
  code: 'not_found' | 'not_allowed_now' | 'somebody_was_first' | 'bad_request' | 'never_set_aside'
  /** The name of whoever was first. */
  by?: string
}
export type ActResult = { ok: true } | RefusedAct

export const done = { ok: true } as const
export const refused = (code: RefusedAct['code'], by?: string): RefusedAct =>
  by === undefined ? { ok: false, code } : { ok: false, code, by }

/** Runs `act` on the held row of the incident; what it refuses has written nothing. */
export function acting(
  db: Database,
  incidentId: number,
  act: (tx: Tx, incident: IncidentRow) => Promise<ActResult>,
): Promise<ActResult> {
  return db.transaction(async (tx) => {
    const incident = await lockIncident(tx, incidentId)
    return incident ? act(tx, incident) : refused('not_found')
  })
}

/** Too late: who ended it, if a human did. */
export async function overAlready(tx: Tx, incident: IncidentRow): Promise<RefusedAct> {
  const by = await nameOf(tx, incident.closedBy ?? incident.handledBy)
  return by === undefined ? refused('not_allowed_now') : refused('somebody_was_first', by)
}

/** The desk may, and so may whoever was ever told of this incident. */
export async function mayTouch(tx: Tx, incident: IncidentRow, byId: number): Promise<boolean> {
  const assignments = await assignmentsOf(tx, incident.id)
  if (assignments.some(({ personId }) => personId === byId)) return true
  return isDesk(tx, byId, incident.communityId)
}

/** Timeline, audit and news of one deed. */
export async function record(
  tx: Tx,
  incident: IncidentRow,
  deed: Pick<Act, 'byId' | 'now'> & { what: TimelineWhat; detail?: Record<string, unknown> },
): Promise<void> {
  const { id, communityId, homeId, residentId, kind } = incident
  const { now, byId: personId, what, detail = {} } = deed
  await writeTimeline(tx, [{ communityId, incidentId: id, at: now, what, personId, detail }])
  await writeAudit(tx, {
    at: now,
    personId,
    what: `incident.${what}`,
    communityId,
    homeId,
    residentId,
    detail: { incidentId: id, ...detail },
  })
  announce(tx, { communityId, kind: 'incident', id })
  announce(tx, { communityId, kind: 'home', id: homeId })
  if (kind === 'missed') announce(tx, { communityId, kind: 'ledger', id: communityId })
}
