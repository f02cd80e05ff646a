// What is done to an incident besides going there: sending another, writing down, telephoning.
import { allowsAct } from '#contract/acts.ts'
import type { AssignmentRole } from '#contract/incident.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { acting, done, mayTouch, overAlready, record, refused, type Act, type ActResult } from './acting.ts'
import type { IncidentParts } from './parts.ts'
import { emergencyCall, isDesk, nameOf, pairedRole, worksIn } from './people-store.ts'
import * as store from './store.ts'

/** The desk sends this person too. Somebody from elsewhere cannot be sent: that would show them the home. */
export function assign(parts: IncidentParts, act: Act & { personId: number }): Promise<ActResult> {
  return acting(parts.db, act.incidentId, async (tx, incident) => {
    if (!allowsAct(incident.state, 'assign')) return overAlready(tx, incident)
    if (!(await isDesk(tx, act.byId, incident.communityId))) return refused('not_allowed_now')
    const role = await roleFor(tx, incident, act.personId)
    if (!role) return refused('bad_request')
    const old = (await store.assignmentsOf(tx, incident.id)).find(({ personId }) => personId === act.personId)
    if (old && old.state !== 'declined' && old.state !== 'withdrawn') return refused('not_allowed_now')
    await store.touchIncident(tx, incident.id)
    await record(tx, incident, { ...act, what: 'assigned', detail: { personId: act.personId, role } })
    await parts.dispatch.onAssigned(tx, { incidentId: incident.id, personId: act.personId, role }, act.now)
    return done
  })
}

async function roleFor(
  tx: Tx,
  incident: store.IncidentRow,
  personId: number,
): Promise<AssignmentRole | undefined> {
  const paired = await pairedRole(tx, incident.homeId, personId)
  if (paired) return paired
  if (await isDesk(tx, personId, incident.communityId)) return 'desk'
  return (await worksIn(tx, personId, incident.communityId)) ? 'steward' : undefined
}

export function note(parts: IncidentParts, act: Act & { text: string }): Promise<ActResult> {
  return acting(parts.db, act.incidentId, async (tx, incident) => {
    if (!(await mayTouch(tx, incident, act.byId))) return refused('not_allowed_now')
    await store.touchIncident(tx, incident.id)
    await record(tx, incident, { ...act, what: 'note', detail: { text: act.text } })
    return done
  })
}

export type LoggedCall = Act & { to: string; answered: boolean; said?: string | undefined }

export function logCall(parts: IncidentParts, act: LoggedCall): Promise<ActResult> {
  return acting(parts.db, act.incidentId, async (tx, incident) => {
    if (!allowsAct(incident.state, 'call')) return overAlready(tx, incident)
    if (!(await mayTouch(tx, incident, act.byId))) return refused('not_allowed_now')
    const { to, answered, said } = act
    await store.touchIncident(tx, incident.id)
    const detail = { to, answered, ...(said === undefined ? {} : { said }) }
    await record(tx, incident, { ...act, what: 'call', detail })
    return done
  })
}

export type Dialled = { callId: number; byId: number; answer: string; now: number }

/** 119/120 was dialled, with when and what was answered (safety 4). One dials; the second hears who did. */
export async function dialled(parts: IncidentParts, act: Dialled): Promise<ActResult> {
  const call = await emergencyCall(parts.db, act.callId)
  if (!call) return refused('not_found')
  return acting(parts.db, call.incidentId, async (tx, incident) => {
    if (!(await mayTouch(tx, incident, act.byId))) return refused('not_allowed_now')
    const held = await emergencyCall(tx, act.callId)
    if (held?.doneBy) return refused('somebody_was_first', await nameOf(tx, held.doneBy))
    if (!allowsAct(incident.state, 'dialled')) return overAlready(tx, incident)
    await tx.run(sql`
      update emergency_call
      set done_at = ${at(act.now)},
        done_by = ${act.byId},
        answer = ${act.answer}
      where id = ${act.callId}
        and done_at is null`)
    await store.touchIncident(tx, incident.id)
    const detail = { number: call.number, text: act.answer }
    await record(tx, incident, { ...act, what: 'dialled', detail })
    return done
  })
}
