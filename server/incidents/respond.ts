// 收到, 出发, 到场, a first finding, 去不了: what a responder does on their own assignment.
import { nextAssignmentState, type AssignmentState, type Finding, type ResponderAct } from '#contract/acts.ts'
import type { DueKind } from '#contract/incident.ts'
import { isHazard } from '#contract/primitives.ts'
import { isGoing } from '#domain/ladder.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import type { TimelineWhat } from '#db/timeline.ts'
import { acting, done, overAlready, record, refused, type Act, type ActResult } from './acting.ts'
import { acknowledgeConditions } from './conditions.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import type { IncidentParts } from './parts.ts'
import { isDesk, nameOf } from './people-store.ts'
import {
  assignmentsOf,
  changeIncident,
  touchIncident,
  type AssignmentRow,
  type IncidentRow,
} from './store.ts'

export type Response = {
  act: ResponderAct
  finding?: Finding | undefined
  reason?: string | undefined
}

/** The table of contract/acts.ts decides what is allowed in which state. */
export function respond(parts: IncidentParts, response: Act & Response): Promise<ActResult> {
  return acting(parts.db, response.incidentId, (tx, incident) =>
    respondIn(tx, { ...parts, incident, response }),
  )
}

/** As `respond`, in the transaction that holds the incident. */
export async function respondIn(tx: Tx, taken: Omit<Step, 'own'>): Promise<ActResult> {
  const { incident, response } = taken
  if (incident.state !== 'open') return overAlready(tx, incident)
  if (response.act === 'find' && response.finding === undefined) return refused('bad_request')
  const own = await ownAssignment(tx, incident, response)
  return own ? step(tx, { ...taken, own }) : refused('not_allowed_now')
}

/** The desk reached this responder by voice: 代为收到. */
export function acknowledgeFor(parts: IncidentParts, act: Act & { personId: number }): Promise<ActResult> {
  return acting(parts.db, act.incidentId, async (tx, incident) => {
    if (incident.state !== 'open') return overAlready(tx, incident)
    if (!(await isDesk(tx, act.byId, incident.communityId))) return refused('not_allowed_now')
    const own = (await assignmentsOf(tx, incident.id)).find(({ personId }) => personId === act.personId)
    if (!own) return refused('not_found')
    return step(tx, { ...parts, incident, own, response: { ...act, act: 'acknowledge' } })
  })
}

/** Family is asked and sent nowhere: it answers with "seen or spoken with at", or has no answer. */
const isForOthers = (own: AssignmentRow, act: ResponderAct) => own.role === 'family' && act !== 'decline'

type Step = IncidentParts & {
  incident: IncidentRow
  own: AssignmentRow
  response: Act & Response
}

async function step(tx: Tx, taken: Step): Promise<ActResult> {
  const { incident, own, response, dispatch } = taken
  const { act, now } = response
  const state = nextAssignmentState(own.state, act)
  if (state === undefined || isForOthers(own, act)) return refused('not_allowed_now')
  const others = (await assignmentsOf(tx, incident.id)).filter(({ id }) => id !== own.id)
  const first = act === 'acknowledge' ? whoWasFirst(incident, own, others) : undefined
  if (first) return refused('somebody_was_first', await nameOf(tx, first.personId))

  await writeStep(tx, own, { state, response, due: dueAfter(taken) })
  await record(tx, incident, { ...response, what: whatOf[act], detail: detailOf(own, response) })
  if (act === 'decline') return release(tx, { incident, own, others, dispatch, now })
  await takeCharge(tx, { incident, own, others, dispatch, now, state })
  if (response.finding === 'noAnswer') await dispatch.onNoAnswer(tx, incident.id, now)
  return done
}

/** A desk that takes a case was never told of it by name: it gets an assignment by taking it. */
async function ownAssignment(
  tx: Tx,
  incident: IncidentRow,
  { act, byId, now }: Act & Response,
): Promise<AssignmentRow | undefined> {
  const own = (await assignmentsOf(tx, incident.id)).find(({ personId }) => personId === byId)
  if (own || act !== 'acknowledge') return own
  if (!(await isDesk(tx, byId, incident.communityId))) return undefined
  await tx.run(sql`
    insert into assignment (community_id, incident_id, person_id, role, state, told_at)
    values (${incident.communityId}, ${incident.id}, ${byId}, 'desk', 'told', ${at(now)})`)
  return (await assignmentsOf(tx, incident.id)).find(({ personId }) => personId === byId)
}

const activeStates: readonly AssignmentState[] = ['acknowledged', 'enRoute', 'onScene']
const isActive = ({ state }: AssignmentRow) => activeStates.includes(state)

/** 收到 is claimed once. A responder may claim what only the desk has taken note of; 出发 may join anybody. */
function whoWasFirst(
  incident: IncidentRow,
  own: AssignmentRow,
  others: readonly AssignmentRow[],
): AssignmentRow | undefined {
  if (incident.acknowledgedAt === null) return undefined
  const ahead = others.filter(own.role === 'desk' ? isActive : isGoing)
  return ahead.find(({ personId }) => personId === incident.acknowledgedBy) ?? ahead[0]
}

type Due = { kind: DueKind; ms: number } | null

/** safety 3: 收到 only pauses. After the first finding the next word is due as late as an arrival would be. */
function dueAfter({ incident, own, response, limits }: Step): Due {
  const { departDueMs, arriveDueMs, findingDueMs } = limits
  // the desk answers silence by calling round; in a hazard somebody must set out
  const calls = own.role === 'desk' && !isHazard(incident.kind)
  const due: Record<ResponderAct, Due> = {
    acknowledge: calls ? { kind: 'contact', ms: arriveDueMs } : { kind: 'depart', ms: departDueMs },
    depart: { kind: 'arrive', ms: arriveDueMs },
    arrive: { kind: 'finding', ms: findingDueMs },
    find: { kind: 'finding', ms: arriveDueMs },
    decline: null,
  }
  return due[response.act]
}

const whatOf: Record<ResponderAct, TimelineWhat> = {
  acknowledge: 'acknowledged',
  depart: 'departed',
  arrive: 'arrived',
  find: 'found',
  decline: 'declined',
}

function detailOf(own: AssignmentRow, { byId, finding, reason }: Act & Response) {
  return {
    ...(own.personId === byId ? {} : { personId: own.personId }),
    ...(finding === undefined ? {} : { finding }),
    ...(reason === undefined ? {} : { reason }),
  }
}

async function writeStep(
  tx: Tx,
  own: AssignmentRow,
  to: {
    state: AssignmentState
    response: Act & Response
    due: Due
  },
): Promise<void> {
  const { act, finding = null } = to.response
  const now = sql`${at(to.response.now)}::timestamptz`
  const isForward = act === 'acknowledge' || act === 'depart' || act === 'arrive'
  await tx.run(sql`
    update assignment
    set state = ${to.state},
      acknowledged_at = case when ${isForward} then coalesce(acknowledged_at, ${now}) else acknowledged_at end,
      departed_at = case when ${act === 'depart'} then ${now} else departed_at end,
      arrived_at = case when ${act === 'arrive'} then ${now} else arrived_at end,
      finding = coalesce(${finding}, finding),
      found_at = case when ${act === 'find'} then ${now} else found_at end,
      due_at = ${to.due ? at(to.response.now + to.due.ms) : null},
      due_kind = ${to.due?.kind ?? null}
    where id = ${own.id}`)
}

type Charge = {
  incident: IncidentRow
  own: AssignmentRow
  others: readonly AssignmentRow[]
  dispatch: IncidentDispatch
  now: number
}

/**
 * Any step forward takes the incident in hand, where nobody who goes has it already. A desk that had only taken note
 * and now sets out takes it anew: the others need not go.
 */
async function takeCharge(tx: Tx, charge: Charge & { state: AssignmentState }): Promise<void> {
  const { incident, own, others, dispatch, now, state } = charge
  const goes = isGoing({ ...own, state })
  const isTaken = incident.acknowledgedAt !== null && (!goes || others.some(isGoing))
  const isOwn =
    incident.acknowledgedAt !== null && incident.acknowledgedBy === own.personId && goes === isGoing(own)
  if (isTaken || isOwn) {
    await touchIncident(tx, incident.id)
    return
  }
  await changeIncident(tx, incident.id, sql`acknowledged_at = ${at(now)}, acknowledged_by = ${own.personId}`)
  await acknowledgeConditions(tx, incident.id)
  await dispatch.onAcknowledged(tx, incident.id, { now, personId: own.personId })
}

/**
 * 去不了: unless another is on the way, the incident is nobody's again and the ladder goes on at once. Who was asked
 * whether they have seen her, and has not, takes it out of nobody's hands; and of the family nothing more was asked.
 */
async function release(tx: Tx, { incident, own, others, dispatch, now }: Charge): Promise<ActResult> {
  if (own.role === 'family' || others.some(isGoing)) {
    await touchIncident(tx, incident.id)
    return done
  }
  const wasOnlyAsked = own.role === 'neighbour' && own.state === 'told' && others.some(isActive)
  if (wasOnlyAsked) await touchIncident(tx, incident.id)
  else await changeIncident(tx, incident.id, sql`acknowledged_at = null, acknowledged_by = null`)
  await dispatch.onDeclined(tx, incident.id, now)
  return done
}
