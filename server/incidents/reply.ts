// What neighbour and family say who were asked about somebody. Only "seen or spoken with" counts as well, and that is a
// check-in (note-proxy.ts, safety 7); here is all the rest.
import type { ResponderAct } from '#contract/acts.ts'
import type { AskReply } from '#contract/ask.ts'
import type { Tx } from '#db/database.ts'
import { acting, done, overAlready, record, refused, type Act, type ActResult } from './acting.ts'
import { applyVerdicts } from './apply-verdicts.ts'
import type { IncidentParts } from './parts.ts'
import { respondIn } from './respond.ts'
import { assignmentsOf, touchIncident, type AssignmentRow, type IncidentRow } from './store.ts'

export type Reply = { reply: AskReply; text?: string | undefined }

export function replyToAsk(parts: IncidentParts, act: Act & Reply): Promise<ActResult> {
  return acting(parts.db, act.incidentId, async (tx, incident) => {
    const own = await ownPart(tx, incident, act.byId)
    if (!own) return refused('not_allowed_now')
    // A cry for help is heard whatever became of the question: she may have fallen after it was answered.
    if (act.reply === 'notWell') return callEverybody(tx, { parts, incident, own, act })
    if (incident.state !== 'open') return overAlready(tx, incident)
    if (act.reply === 'word') return writeDown(tx, incident, act)
    return inTurn(tx, { parts, incident, own, act })
  })
}

async function ownPart(tx: Tx, incident: IncidentRow, personId: number): Promise<AssignmentRow | undefined> {
  const own = (await assignmentsOf(tx, incident.id)).find((row) => row.personId === personId)
  const isAsked = own?.role === 'family' || (own?.role === 'neighbour' && incident.kind === 'missed')
  return isAsked ? own : undefined
}

type Said = { parts: IncidentParts; incident: IncidentRow; own: AssignmentRow; act: Act & Reply }

/** As loud as her own press (safety 1, 16), and again with each further word of it (safety 3). */
async function callEverybody(tx: Tx, { parts, incident, own, act }: Said): Promise<ActResult> {
  const { now, text } = act
  const saidBy = own.role === 'family' ? ('family' as const) : ('neighbour' as const)
  await touchIncident(tx, incident.id)
  await record(tx, incident, {
    ...act,
    what: 'notWell',
    detail: { role: own.role, ...(text ? { text } : {}) },
  })
  const { communityId, homeId, origin } = incident
  const evidence = { since: now, lastAt: now, saidBy }
  const verdict = {
    communityId,
    homeId,
    residentId: null,
    deviceId: null,
    kind: 'sos',
    stage: 'alarm',
  } as const
  await applyVerdicts(tx, [{ ...verdict, evidence, origin, ringsAgain: true }], {
    now,
    dispatch: parts.dispatch,
  })
  return done
}

/** "She is surely fine" is a note, and stops nothing (safety 7). */
async function writeDown(tx: Tx, incident: IncidentRow, act: Act & Reply): Promise<ActResult> {
  await touchIncident(tx, incident.id)
  await record(tx, incident, { ...act, what: 'note', detail: { text: act.text ?? '' } })
  return done
}

async function inTurn(tx: Tx, { parts, incident, own, act }: Said): Promise<ActResult> {
  for (const step of stepsOf(act.reply, own)) {
    const finding = step === 'find' ? ('noAnswer' as const) : undefined
    const result = await respondIn(tx, {
      ...parts,
      incident,
      response: { ...act, act: step, finding, reason: act.text },
    })
    if (!result.ok) return result
  }
  return done
}

/** Which acts of a responder it comes to; a neighbour at the door has been there since it was said. */
function stepsOf(reply: AskReply, { state }: AssignmentRow): readonly ResponderAct[] {
  switch (reply) {
    case 'going':
      return ['depart']
    case 'noAnswer':
      return state === 'onScene' ? ['find'] : ['arrive', 'find']
    case 'cannot':
      return ['decline']
    case 'notWell':
    case 'word':
      return []
  }
}
