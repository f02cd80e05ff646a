// One step of the ladder: who is asked next, and when the one after that is due. Pure.
import type { DueKind } from '#contract/incident.ts'
import { whoIsNext, type Reach } from '#domain/ladder.ts'
import { afterQuiet } from '#domain/quiet-hours.ts'
import type { Situation } from './situation.ts'
import { inform, ringAgain, say, sendOut, type Draft } from './tell.ts'

/** Takes `step` (0 first), or the first one after it that reaches somebody new; past the end it repeats for ever. */
export function climb(draft: Draft, situation: Situation, step: number): void {
  const { ladder } = situation
  const next = whoIsNext({ ladder, step, around: situation.around, alreadyTold: alreadyTold(situation) })
  const nextAt = draft.now + next.waitMs
  const dueAt = situation.quiet ? afterQuiet(nextAt, situation.quiet) : nextAt
  const isRepeat = next.step >= ladder.steps.length
  const asked = situation.isRow ? withoutDesk(next.tell) : next.tell
  const reach = isRepeat ? stillWorthRinging(situation, asked) : asked
  // Said aloud: an incident that reaches no human being must be seen on the board.
  if (next.nobody) say(draft, situation, { what: 'nobodyLeft' })
  if (ladder.purpose === 'inform') informAll(draft, situation, { reach, dueAt })
  else if (isRepeat) ringAgain(draft, situation, { reach, dueAt })
  else sendOut(draft, situation, { reach, dueAt })
  setNext(draft, situation, { step: next.step, dueAt, dueKind: dueKindOf(situation, isRepeat) })
}

/** Starts from the bottom and rings also whoever was asked before: it has become another case (safety 3). */
export function climbAnew(draft: Draft, situation: Situation): void {
  const before = situation.assignments.map(({ personId, role }) => ({ personId, role }))
  climb(draft, { ...situation, assignments: [] }, 0)
  if (situation.ladder.purpose === 'inform') return
  const first = whoIsNext({ ...situation, step: 0, alreadyTold: [] }).tell.map(({ personId }) => personId)
  const others = before.filter(({ personId }) => !first.includes(personId))
  ringAgain(draft, situation, { reach: others, dueAt: draft.now })
}

/** Whether the ladder has somebody left above this step who was never asked. */
export function hasFurther(situation: Situation): boolean {
  const { ladder, step, around } = situation
  const next = whoIsNext({ ladder, step: step + 1, around, alreadyTold: alreadyTold(situation) })
  return next.step < ladder.steps.length && !next.nobody
}

/** The desk has it on the list of its group, which rings there: thirty rows must not ring thirty times. */
const withoutDesk = (reach: readonly Reach[]) => reach.filter(({ role }) => role !== 'desk')

/** Whoever was only asked to phone, or whether they had seen her, is not yet asked to go. */
const alreadyTold = ({ assignments }: Situation) =>
  assignments
    .filter(({ role, state }) => state !== 'told' || role === 'steward' || role === 'backup')
    .map(({ personId }) => personId)

/**
 * A repetition leaves those in peace who are on their way, and those who said that they cannot go; unless nobody else
 * is left at all.
 */
function stillWorthRinging({ assignments }: Situation, reach: readonly Reach[]): readonly Reach[] {
  const stateOf = new Map(assignments.map(({ personId, state }) => [personId, state]))
  const moving = ['enRoute', 'onScene']
  const asked = reach.filter(({ personId }) => !moving.includes(stateOf.get(personId) ?? ''))
  const willing = asked.filter(({ personId }) => stateOf.get(personId) !== 'declined')
  return willing.length > 0 ? willing : asked
}

/** The desk sees it on its board. Anybody else needs an assignment to see it at all. */
function informAll(
  draft: Draft,
  situation: Situation,
  { reach, dueAt }: { reach: readonly Reach[]; dueAt: number },
): void {
  const away = reach.filter(({ role }) => role !== 'desk')
  const atDesk = reach.filter(({ role }) => role === 'desk')
  ringAgain(draft, situation, { reach: away, dueAt })
  inform(
    draft,
    situation,
    atDesk.map(({ personId }) => personId),
  )
}

function dueKindOf({ ladder, evidence }: Situation, isRepeat: boolean): DueKind {
  if (isRepeat || ladder.together || ladder.purpose === 'inform') return 'repeat'
  return evidence.silence === 'blind' ? 'contact' : 'acknowledge'
}

/** A late riser waits for the second deadline, which belongs to the rules, whatever else happens meanwhile. */
function setNext(
  draft: Draft,
  situation: Situation,
  next: { step: number; dueAt: number; dueKind: DueKind },
): void {
  const { silence, secondDueAt } = situation.evidence
  const isLate = situation.kind === 'missed' && silence === 'late' && secondDueAt !== undefined
  const due = isLate ? { dueAt: secondDueAt, dueKind: 'secondDeadline' as const } : next
  draft.next.set(situation.id, { ...due, step: next.step })
  draft.touched.set(situation.id, situation)
}
