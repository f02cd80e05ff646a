// What fell due: rows with deadlines, each taken up in its own transaction, so that one failure stops no other.
import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { isGoing, reach, type Reach } from '#domain/ladder.ts'
import { asking, askOn, isAsking, resume } from './ask.ts'
import { climb } from './climb.ts'
import { writeDraft } from './draft-store.ts'
import { overdueCalls, passOnCall } from './emergency-calls.ts'
import type { DispatchParts } from './parts.ts'
import { situationOf, situationsOf, type AssignmentRow, type Situation } from './situation.ts'
import { inform, newDraft, ringAgain, say, type Draft } from './tell.ts'

/** In one tick; the rest is taken a second later. */
const dueMax = 500

/** Looks at every deadline of dispatch that has passed. @param now epoch ms */
export async function tick(parts: DispatchParts, now: number): Promise<void> {
  const { db, limits, wake } = parts
  const told = { now, wake }
  const work: ((tx: Tx) => Promise<void>)[] = [
    ...(await dueAssignments(db, now)).map(
      (row) => (tx: Tx) => overrun(tx, { assignment: row, limits, ...told }),
    ),
    ...(await dueIncidents(db, now)).map(
      ({ id }) =>
        (tx: Tx) =>
          nextStep(tx, { incidentId: id, limits, ...told }),
    ),
    ...(await overdueCalls(db, now, dueMax)).map(
      (call) => (tx: Tx) => passOnCall(tx, call, { dueMs: limits.emergencyCallDueMs, ...told }),
    ),
  ]
  const failures: unknown[] = []
  await askAll(parts, now).catch((error: unknown) => failures.push(error))
  for (const each of work) await db.transaction(each).catch((error: unknown) => failures.push(error))
  if (failures.length > 0)
    throw new AggregateError(failures, `${failures.length} deadlines could not be taken up`)
}

const DueAssignment = Type.Object({ id: Id, incidentId: Id })

function dueAssignments(db: Db, now: number) {
  return db.many(
    DueAssignment,
    sql`
      select id, incident_id
      from assignment
      where due_at <= ${at(now)}
      order by due_at, id
      limit ${dueMax}`,
  )
}

const Identified = Type.Object({ id: Id })

/** Not the second deadline of a late riser: whether she is missed is for the rules to say. What is asked goes together. */
function dueIncidents(db: Db, now: number) {
  return db.many(
    Identified,
    sql`
      select id
      from incident
      where due_at <= ${at(now)}
        and state <> 'closed'
        and due_kind <> 'secondDeadline'
        and not (state = 'open' and step = ${asking})
      order by due_at, id
      limit ${dueMax}`,
  )
}

/** A morning is asked about together, in slices: a few statements for all, however many are silent at one hour. */
async function askAll({ db, wake }: DispatchParts, now: number): Promise<void> {
  for (let isMore = true; isMore;) {
    const count = await db.transaction((tx) => askSlice(tx, { now, wake }))
    isMore = count === dueMax
  }
}

/** Whoever holds one of them now has it in hand: we come again in a second. */
async function askSlice(tx: Tx, { now, wake }: Pick<By, 'now' | 'wake'>): Promise<number> {
  const due = await tx.many(
    Identified,
    sql`
      select id
      from incident
      where due_at <= ${at(now)}
        and state = 'open'
        and step = ${asking}
        and due_kind <> 'secondDeadline'
      order by due_at, id
      limit ${dueMax}
      for no key update skip locked`,
  )
  if (due.length === 0) return 0
  const draft = newDraft(now)
  const ids = due.map(({ id }) => id)
  for (const situation of await situationsOf(tx, ids, now)) askOn(draft, situation)
  await writeDraft(tx, draft, wake)
  return due.length
}

type By = { now: number; wake: (() => void) | undefined; limits: DispatchParts['limits'] }
type Overrun = By & { assignment: { id: number; incidentId: number } }

/** Whoever holds the incident now has it in hand: we come again in a second. */
async function overrun(tx: Tx, { assignment, now, wake, limits }: Overrun): Promise<void> {
  if (!(await isFree(tx, assignment.incidentId))) return
  const situation = await situationOf(tx, assignment.incidentId, now)
  const own = situation?.assignments.find(({ id }) => id === assignment.id)
  if (!situation || !own || own.dueAt === null || own.dueAt > now) return
  if (situation.state !== 'open') return setDue(tx, own, null)
  const draft = newDraft(now)
  say(draft, situation, { what: 'overdue', personId: own.personId, detail: { dueKind: own.dueKind } })
  await takeUp(tx, draft, { situation, own, limits })
  await writeDraft(tx, draft, wake)
}

type Own = { situation: Situation; own: AssignmentRow }

function takeUp(
  tx: Tx,
  draft: Draft,
  { limits, ...late }: Own & { limits: DispatchParts['limits'] },
): Promise<void> {
  switch (late.own.state) {
    case 'acknowledged':
      return relieve(tx, draft, late)
    case 'enRoute':
      return ask(tx, draft, { ...late, againAt: draft.now + limits.arriveDueMs })
    case 'onScene':
      return ask(tx, draft, { ...late, againAt: draft.now + limits.findingDueMs })
    // the incident's own deadline takes the next step at the same instant
    case 'told':
    case 'done':
    case 'declined':
    case 'withdrawn':
      return setDue(tx, late.own, null)
  }
}

/** 收到 and then nothing: it is somebody else's again (safety 3). The desk's note stands while another goes. */
async function relieve(tx: Tx, draft: Draft, { situation, own }: Own): Promise<void> {
  if (own.role === 'desk' && othersGoing(situation, own)) return setDue(tx, own, null)
  await tx.run(sql`
    update assignment
    set state = 'withdrawn',
      due_at = null,
      due_kind = null
    where id = ${own.id}`)
  say(draft, situation, { what: 'withdrawn', personId: own.personId })
  const assignments = situation.assignments.map((row) =>
    row.id === own.id ? { ...row, state: 'withdrawn' as const } : row,
  )
  await backIntoLadder(tx, draft, { situation: { ...situation, assignments }, own })
}

/** On the way, or at the door, and silent: rung again, and others are asked, for something may have happened there. */
async function ask(
  tx: Tx,
  draft: Draft,
  { situation, own, againAt }: Own & { againAt: number },
): Promise<void> {
  await setDue(tx, own, againAt)
  ringAgain(draft, situation, { reach: [own, ...deskBeside(situation, own)], dueAt: againAt })
  await backIntoLadder(tx, draft, { situation, own })
}

async function backIntoLadder(tx: Tx, draft: Draft, { situation, own }: Own): Promise<void> {
  if (othersGoing(situation, own)) return
  await tx.run(sql`
    update incident
    set acknowledged_at = null,
      acknowledged_by = null
    where id = ${situation.id}`)
  if (isAsking(situation)) resume(draft, without(situation, own))
  else climb(draft, situation, situation.step + 1)
}

/**
 * Of two on their way each counts as one who goes, so the ladder rests; if both are silent, somebody who can phone must
 * hear of it.
 */
function deskBeside(situation: Situation, own: AssignmentRow): Reach[] {
  if (!othersGoing(situation, own) || situation.isRow) return []
  const going = new Set(situation.assignments.filter(isGoing).map(({ personId }) => personId))
  return reach(situation.around, ['desk']).filter(({ personId }) => !going.has(personId))
}

const othersGoing = ({ assignments }: Situation, own: AssignmentRow) =>
  assignments.some((one) => one.id !== own.id && isGoing(one))

/** Nothing was heard of this one any more: not counted as somebody who goes. */
const without = (situation: Situation, own: AssignmentRow): Situation => ({
  ...situation,
  assignments: situation.assignments.map((one) => (one.id === own.id ? { ...one, state: 'told' } : one)),
})

async function nextStep(
  tx: Tx,
  { incidentId, now, wake, limits }: By & { incidentId: number },
): Promise<void> {
  if (!(await isFree(tx, incidentId))) return
  const situation = await situationOf(tx, incidentId, now)
  if (!situation || situation.dueAt === null || situation.dueAt > now) return
  const { dueKind, state } = situation
  const draft = newDraft(now)
  if (state === 'handled') {
    say(draft, situation, { what: 'overdue', detail: { dueKind } })
    inform(
      draft,
      situation,
      situation.around.desk.filter((id) => id !== situation.handledBy),
    )
    await setIncidentDue(tx, incidentId, now + limits.checkBackDueMs)
  } else {
    if (dueKind !== 'repeat') say(draft, situation, { what: 'escalated', detail: { dueKind } })
    climb(draft, situation, situation.step + 1)
  }
  await writeDraft(tx, draft, wake)
}

/** Compare-and-set with acts and with other processes: one that holds the row changes what we would act on. */
async function isFree(tx: Tx, incidentId: number): Promise<boolean> {
  const free = await tx.maybeOne(
    Identified,
    sql`
      select id
      from incident
      where id = ${incidentId}
      for no key update skip locked`,
  )
  return free !== undefined
}

async function setDue(tx: Tx, own: AssignmentRow, dueAt: number | null): Promise<void> {
  await tx.run(sql`
    update assignment
    set due_at = ${dueAt === null ? null : at(dueAt)},
      due_kind = ${dueAt === null ? null : own.dueKind}
    where id = ${own.id}`)
}

async function setIncidentDue(tx: Tx, incidentId: number, dueAt: number): Promise<void> {
  await tx.run(sql`
    update incident
    set due_at = ${at(dueAt)}
    where id = ${incidentId}`)
}
