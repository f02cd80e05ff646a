// One step of the ladder: who is asked next, and when the one after that is due.
import type { DueKind } from '#contract/incident.ts'
import type { Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import { whoIsNext, type Reach } from '#domain/ladder.ts'
import type { Situation } from './situation.ts'
import { announceOf, inform, ringAgain, sendOut, type Told } from './tell.ts'

/** Takes `step` (0 first), or the first one after it that reaches somebody new; past the end it repeats for ever. */
export async function climb(
  tx: Tx,
  situation: Situation,
  { step, ...told }: Told & { step: number },
): Promise<void> {
  const { ladder } = situation
  const next = whoIsNext({ ladder, step, around: situation.around, alreadyTold: alreadyTold(situation) })
  const dueAt = told.now + next.waitMs
  const isRepeat = next.step >= ladder.steps.length
  const reach = isRepeat ? stillWorthRinging(situation, next.tell) : next.tell
  if (next.nobody) await sayNobody(tx, situation, told.now)
  if (ladder.purpose === 'inform') await informAll(tx, situation, { reach, dueAt, ...told })
  else if (isRepeat) await ringAgain(tx, situation, { reach, dueAt, ...told })
  else await sendOut(tx, situation, { reach, dueAt, ...told })
  await setNext(tx, situation, { step: next.step, dueAt, dueKind: dueKindOf(situation, isRepeat) })
}

/** Starts from the bottom and rings also whoever was asked before: it has become another case (safety 3). */
export async function climbAnew(tx: Tx, situation: Situation, told: Told): Promise<void> {
  const before = situation.assignments.map(({ personId, role }) => ({ personId, role }))
  await climb(tx, { ...situation, assignments: [] }, { step: 0, ...told })
  if (situation.ladder.purpose === 'inform') return
  const first = whoIsNext({ ...situation, step: 0, alreadyTold: [] }).tell.map(({ personId }) => personId)
  const others = before.filter(({ personId }) => !first.includes(personId))
  await ringAgain(tx, situation, { reach: others, dueAt: told.now, ...told })
}

/** Whether the ladder has somebody left above this step who was never asked. */
export function hasFurther(situation: Situation): boolean {
  const { ladder, step, around } = situation
  const next = whoIsNext({ ladder, step: step + 1, around, alreadyTold: alreadyTold(situation) })
  return next.step < ladder.steps.length && !next.nobody
}

const alreadyTold = ({ assignments }: Situation) => assignments.map(({ personId }) => personId)

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
async function informAll(
  tx: Tx,
  situation: Situation,
  { reach, dueAt, ...told }: Told & { reach: readonly Reach[]; dueAt: number },
): Promise<void> {
  const away = reach.filter(({ role }) => role !== 'desk')
  const atDesk = reach.filter(({ role }) => role === 'desk')
  await ringAgain(tx, situation, { reach: away, dueAt, ...told })
  await inform(tx, situation, { personIds: atDesk.map(({ personId }) => personId), ...told })
}

function dueKindOf({ ladder, evidence }: Situation, isRepeat: boolean): DueKind {
  if (isRepeat || ladder.together || ladder.purpose === 'inform') return 'repeat'
  return evidence.silence === 'blind' ? 'contact' : 'acknowledge'
}

/** A late riser waits for the second deadline, which belongs to the rules, whatever else happens meanwhile. */
async function setNext(
  tx: Tx,
  situation: Situation,
  next: { step: number; dueAt: number; dueKind: DueKind },
): Promise<void> {
  const { silence, secondDueAt } = situation.evidence
  const isLate = situation.kind === 'missed' && silence === 'late' && secondDueAt !== undefined
  const { dueAt, dueKind } = isLate ? { dueAt: secondDueAt, dueKind: 'secondDeadline' as const } : next
  await tx.run(sql`
    update incident
    set step = ${next.step},
      due_at = ${at(dueAt)},
      due_kind = ${dueKind},
      version = version + 1
    where id = ${situation.id}`)
  announceOf(tx, situation)
}

/** Said aloud: an incident that reaches no human being must be seen on the board. */
async function sayNobody(tx: Tx, { communityId, id }: Situation, now: number): Promise<void> {
  await writeTimeline(tx, [{ communityId, incidentId: id, at: now, what: 'nobodyLeft' }])
}
