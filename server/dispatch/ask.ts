// Before somebody is sent to the door: the resident is asked, then neighbour and family together, as the rules in force
// say. Each step is due by the row of the incident, so that it outlives any one server. Pure.
import { stepsDue, type AskStep } from '#domain/ask-plan.ts'
import { isGoing, reach } from '#domain/ladder.ts'
import { limits } from '../limits.ts'
import { climb } from './climb.ts'
import type { Situation } from './situation.ts'
import { askPeople, askResident, inform, say, sendOut, type Draft, type NextStep } from './tell.ts'

/**
 * `incident.step` while nobody is sent yet. The steps of the plan have no number of their own: which are due is said by
 * the time, so that a change of the rules meanwhile can neither skip the steward nor repeat a question.
 */
export const asking = -1

/** Answered, and for a human to close (safety 11): the desk is reminded at this interval. */
const closeRepeatMs = 60 * 60_000

export const isAsking = ({ step, kind }: Situation): boolean => kind === 'missed' && step === asking

/** A new incident: asked about first where the rules say so, else somebody is sent at once. */
export function open(draft: Draft, situation: Situation): void {
  const { asks, around, openedAt } = situation
  const sentAfterMs = stewardAfterMs(asks)
  if (asks.length === 0 || (sentAfterMs !== null && sentAfterMs <= 0)) return climb(draft, situation, 0)
  if (Object.values(around).every((people) => people.length === 0))
    say(draft, situation, { what: 'nobodyLeft' })
  tellDesk(draft, situation)
  // What was to be asked before the deadline has been asked, or was before we knew.
  takeAsks(draft, situation, openedAt)
}

/** What is due by the row of an incident that is still asked about. */
export function askOn(draft: Draft, situation: Situation): void {
  if (situation.evidence.lateCheckInAt !== undefined) return leaveToDesk(draft, situation)
  if (situation.assignments.some(isUnderway))
    return setNext(draft, situation, notLaterThanSecond(situation, draft.now + limits.arriveDueMs))
  if (isTimeToSend(situation, draft.now)) {
    say(draft, situation, { what: 'escalated', detail: { dueKind: 'ask' } })
    return climb(draft, situation, 0)
  }
  takeAsks(draft, situation, situation.dueAt ?? draft.now)
}

/** Nobody goes any more: on with what is left to ask, or the steward whose time has come meanwhile. */
export function resume(draft: Draft, situation: Situation): void {
  if (situation.evidence.lateCheckInAt !== undefined || situation.assignments.some(isUnderway)) return
  if (isTimeToSend(situation, draft.now)) return climb(draft, situation, 0)
  setNext(draft, situation, nextOf(situation, draft.now))
}

/** She has answered, or somebody who has seen or spoken with her: nothing more is asked; the desk says what it was. */
export function leaveToDesk(draft: Draft, situation: Situation): void {
  if (!situation.isRow) inform(draft, situation, situation.around.desk)
  setNext(draft, situation, { dueAt: draft.now + closeRepeatMs, dueKind: 'ask' })
}

/**
 * 收到 by a neighbour is a promise to look, and stops no steward who is due in a few minutes; setting out does, and so
 * does the steward's own word.
 */
const isUnderway = (assignment: Situation['assignments'][number]): boolean =>
  isGoing(assignment) && !(assignment.role === 'neighbour' && assignment.state === 'acknowledged')

/** The desk can phone, and sees it coming; it is rung where the phone is all there is, or goes first (safety 8, 18). */
function tellDesk(draft: Draft, situation: Situation): void {
  const { around, evidence, phoneFirst, isRow } = situation
  // The desk has it on the list of its group.
  if (isRow) return
  const desk = reach(around, ['desk'])
  const { dueAt } = nextOf(situation, draft.now)
  const isRung = evidence.silence === 'blind' || (phoneFirst && evidence.silence !== 'late')
  if (isRung) sendOut(draft, situation, { reach: desk, dueAt })
  else
    inform(
      draft,
      situation,
      desk.map(({ personId }) => personId),
    )
}

/** @param fromAt what was due before it (epoch ms) is taken already */
function takeAsks(draft: Draft, situation: Situation, fromAt: number): void {
  const { asks, openedAt } = situation
  const taken = asks.filter(({ afterMs }) => openedAt + afterMs < fromAt).length
  const { due } = stepsDue(asks, { sinceMs: draft.now - openedAt, taken })
  const next = nextOf(situation, draft.now)
  // Of a departure the number of the absence is asked, by the desk: what stands at home reaches nobody who left.
  const isAtHome = situation.evidence.task !== 'departure'
  if (isAtHome && due.some(({ whom }) => whom === 'resident')) askResident(draft, situation, next.dueAt)
  if (due.some(({ whom }) => whom === 'nearby')) askNearby(draft, situation, next.dueAt)
  setNext(draft, situation, next)
}

/** Neighbour and family; not those who will be sent. */
function askNearby(draft: Draft, situation: Situation, dueAt: number): void {
  const { around, assignments } = situation
  const known = assignments.filter(({ state }) => state !== 'told').map(({ personId }) => personId)
  const others = [...around.steward, ...around.backup, ...known]
  const near = reach(around, ['neighbour', 'family']).filter(({ personId }) => !others.includes(personId))
  askPeople(draft, situation, { reach: near, dueAt })
}

type Next = Pick<NextStep, 'dueAt' | 'dueKind'>

/** The next step after `now`. */
function nextOf(situation: Situation, now: number): Next {
  const { asks, openedAt } = situation
  const next = asks.find(({ afterMs }) => openedAt + afterMs > now)
  return notLaterThanSecond(situation, next ? openedAt + next.afterMs : now + closeRepeatMs)
}

/** Late but active: then it is the second deadline, which belongs to the rules (safety 6). */
function notLaterThanSecond({ evidence }: Situation, dueAt: number): Next {
  const { silence, secondDueAt } = evidence
  return silence === 'late' && secondDueAt !== undefined && dueAt >= secondDueAt
    ? { dueAt: secondDueAt, dueKind: 'secondDeadline' }
    : { dueAt, dueKind: silence === 'blind' ? 'contact' : 'ask' }
}

const stewardAfterMs = (asks: readonly AskStep[]): number | null =>
  asks.find(({ whom }) => whom === 'steward')?.afterMs ?? null

function isTimeToSend({ asks, openedAt }: Situation, now: number): boolean {
  const afterMs = stewardAfterMs(asks)
  return afterMs !== null && openedAt + afterMs <= now
}

function setNext(draft: Draft, situation: Situation, next: Next): void {
  draft.next.set(situation.id, { ...next, step: asking })
  draft.touched.set(situation.id, situation)
}
