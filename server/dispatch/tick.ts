// What fell due: rows with deadlines, each taken up in its own transaction, so that one failure stops no other.
import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import type { Db, Tx } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { writeTimeline } from '#db/timeline.ts'
import { climb } from './climb.ts'
import { overdueCalls, passOnCall } from './emergency-calls.ts'
import type { DispatchParts } from './parts.ts'
import { situationOf, type AssignmentRow, type Situation } from './situation.ts'
import { inform, ringAgain, type Told } from './tell.ts'

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

/** Not the second deadline of a late riser: whether she is missed is for the rules to say. */
function dueIncidents(db: Db, now: number) {
  return db.many(
    Type.Object({ id: Id }),
    sql`
      select id
      from incident
      where due_at <= ${at(now)}
        and state <> 'closed'
        and due_kind <> 'secondDeadline'
      order by due_at, id
      limit ${dueMax}`,
  )
}

type Overrun = Told & {
  assignment: { id: number; incidentId: number }
  limits: DispatchParts['limits']
}

/** Whoever holds the incident now has it in hand: we come again in a second. */
async function overrun(tx: Tx, { assignment, limits, ...told }: Overrun): Promise<void> {
  if (!(await isFree(tx, assignment.incidentId))) return
  const situation = await situationOf(tx, assignment.incidentId, told.now)
  const own = situation?.assignments.find(({ id }) => id === assignment.id)
  if (!situation || !own || own.dueAt === null || own.dueAt > told.now) return
  if (situation.state !== 'open') return setDue(tx, own, null)
  await say(tx, situation, { ...told, own })
  switch (own.state) {
    // the incident's own deadline takes the next step at the same instant
    case 'told':
      return setDue(tx, own, null)
    case 'acknowledged':
      return relieve(tx, situation, { own, ...told })
    case 'enRoute':
      return ask(tx, situation, { own, againAt: told.now + limits.arriveDueMs, ...told })
    case 'onScene':
      return ask(tx, situation, { own, againAt: told.now + limits.findingDueMs, ...told })
    case 'done':
    case 'declined':
    case 'withdrawn':
      return setDue(tx, own, null)
  }
}

/** 收到 and then nothing: it is somebody else's again (safety 3). The desk's note stands while another goes. */
async function relieve(
  tx: Tx,
  situation: Situation,
  { own, ...told }: Told & { own: AssignmentRow },
): Promise<void> {
  if (own.role === 'desk' && othersGoing(situation, own)) return setDue(tx, own, null)
  await tx.run(sql`
    update assignment
    set state = 'withdrawn',
      due_at = null,
      due_kind = null
    where id = ${own.id}`)
  const { communityId, id: incidentId } = situation
  const line = { communityId, incidentId, at: told.now, personId: own.personId }
  await writeTimeline(tx, [{ ...line, what: 'withdrawn' }])
  const assignments = situation.assignments.map((row) =>
    row.id === own.id ? { ...row, state: 'withdrawn' as const } : row,
  )
  await backIntoLadder(tx, { ...situation, assignments }, { own, ...told })
}

/** On the way, or at the door, and silent: rung again, and others are asked, for something may have happened there. */
async function ask(
  tx: Tx,
  situation: Situation,
  { own, againAt, ...told }: Told & { own: AssignmentRow; againAt: number },
): Promise<void> {
  await setDue(tx, own, againAt)
  await ringAgain(tx, situation, { reach: [own], dueAt: againAt, ...told })
  await backIntoLadder(tx, situation, { own, ...told })
}

async function backIntoLadder(
  tx: Tx,
  situation: Situation,
  { own, ...told }: Told & { own: AssignmentRow },
): Promise<void> {
  if (othersGoing(situation, own)) return
  await tx.run(sql`
    update incident
    set acknowledged_at = null,
      acknowledged_by = null
    where id = ${situation.id}`)
  await climb(tx, situation, { step: situation.step + 1, ...told })
}

const othersGoing = ({ assignments }: Situation, own: AssignmentRow) =>
  assignments.some(
    ({ id, role, state }) =>
      id !== own.id && role !== 'desk' && ['acknowledged', 'enRoute', 'onScene'].includes(state),
  )

async function nextStep(
  tx: Tx,
  { incidentId, limits, ...told }: Told & { incidentId: number; limits: DispatchParts['limits'] },
): Promise<void> {
  if (!(await isFree(tx, incidentId))) return
  const situation = await situationOf(tx, incidentId, told.now)
  if (!situation || situation.dueAt === null || situation.dueAt > told.now) return
  const { communityId, dueKind, state } = situation
  const line = { communityId, incidentId, at: told.now, detail: { dueKind } }
  if (state === 'handled') {
    await writeTimeline(tx, [{ ...line, what: 'overdue' }])
    const personIds = situation.around.desk.filter((id) => id !== situation.handledBy)
    await inform(tx, situation, { personIds, ...told })
    await setIncidentDue(tx, incidentId, told.now + limits.checkBackDueMs)
    return
  }
  if (dueKind !== 'repeat') await writeTimeline(tx, [{ ...line, what: 'escalated' }])
  await climb(tx, situation, { step: situation.step + 1, ...told })
}

/** Compare-and-set with acts and with other processes: one that holds the row changes what we would act on. */
async function isFree(tx: Tx, incidentId: number): Promise<boolean> {
  const free = await tx.maybeOne(
    Type.Object({ id: Id }),
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

async function say(
  tx: Tx,
  situation: Situation,
  { now, own }: { now: number; own: AssignmentRow },
): Promise<void> {
  const { communityId, id: incidentId } = situation
  const detail = { dueKind: own.dueKind }
  await writeTimeline(tx, [
    { communityId, incidentId, at: now, what: 'overdue', personId: own.personId, detail },
  ])
}
