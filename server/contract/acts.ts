// Which state allows which act. The server refuses by this table, buttons are shown by it, tests walk it.
import { Type, type Static } from 'typebox'

export const IncidentState = Type.Enum(['open', 'handled', 'closed'])
export type IncidentState = Static<typeof IncidentState>

/** One responder on one incident. `withdrawn` was taken off (overdue, or another went); `declined` cannot go. */
export const AssignmentState = Type.Enum([
  'told',
  'acknowledged',
  'enRoute',
  'onScene',
  'done',
  'declined',
  'withdrawn',
])
export type AssignmentState = Static<typeof AssignmentState>

/** What a responder does on their own assignment. */
export const ResponderAct = Type.Enum(['acknowledge', 'depart', 'arrive', 'find', 'decline'])
export type ResponderAct = Static<typeof ResponderAct>

/** First finding at the door (due 5 minutes after 到场, safety.md 3). */
export const Finding = Type.Enum(['answered', 'noAnswer', 'entered', 'waitingFor119'])
export type Finding = Static<typeof Finding>

/** The state an act leads to, or undefined where it is not allowed. `find` stays at the door. */
export const responderActs = {
  told: { acknowledge: 'acknowledged', depart: 'enRoute', arrive: 'onScene', decline: 'declined' },
  acknowledged: { depart: 'enRoute', arrive: 'onScene', decline: 'declined' },
  enRoute: { arrive: 'onScene', decline: 'declined' },
  onScene: { find: 'onScene', decline: 'declined' },
  done: {},
  declined: { acknowledge: 'acknowledged' },
  withdrawn: { acknowledge: 'acknowledged' },
} as const satisfies Record<AssignmentState, Partial<Record<ResponderAct, AssignmentState>>>

export const nextAssignmentState = (state: AssignmentState, act: ResponderAct): AssignmentState | undefined =>
  (responderActs[state] as Partial<Record<ResponderAct, AssignmentState>>)[act]

/** What the desk, or a responder at the door, does to the incident itself. */
export const IncidentAct = Type.Enum(['assign', 'note', 'call', 'dialled', 'close', 'checkBack'])
export type IncidentAct = Static<typeof IncidentAct>

export const incidentActs = {
  open: ['assign', 'note', 'call', 'dialled', 'close'],
  handled: ['note', 'call', 'dialled', 'checkBack'],
  closed: ['note'],
} as const satisfies Record<IncidentState, readonly IncidentAct[]>

export const allowsAct = (state: IncidentState, act: IncidentAct): boolean =>
  (incidentActs[state] as readonly IncidentAct[]).includes(act)

/** The one big button of a responder, in order; undefined when the next step is to close. */
export const mainAct: Record<AssignmentState, ResponderAct | 'close' | undefined> = {
  told: 'acknowledge',
  acknowledged: 'depart',
  enRoute: 'arrive',
  onScene: 'close',
  done: undefined,
  declined: 'acknowledge',
  withdrawn: 'acknowledge',
}
