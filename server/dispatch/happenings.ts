// What happens to incidents, and who is therefore told: each inside the transaction in which it happens.
import type { AssignmentRole } from '#contract/incident.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { grouped } from '#domain/grouped.ts'
import { isGoing } from '#domain/ladder.ts'
import { asking, isAsking, leaveToDesk, open, resume } from './ask.ts'
import { climb, climbAnew } from './climb.ts'
import { unreachedOf, withdrawAlarms, writeDraft } from './draft-store.ts'
import { giveCalls, giveNoAnswerCall } from './emergency-calls.ts'
import type { DispatchParts } from './parts.ts'
import { comfortResident, dropCommands, tellResidents, warnHomesNearby } from './resident-side.ts'
import { situationsOf, type Situation } from './situation.ts'
import { addTo, inform, newDraft, sendOut, type Draft } from './tell.ts'

/** When (epoch ms) and through whom; null is the service itself. */
export type Through = { now: number; personId: number | null }

type Step = (draft: Draft, situation: Situation) => void

export function happenings({ limits, wake, rings }: DispatchParts) {
  const toDevices = { expiresInMs: limits.arriveDueMs, wake }
  const dueMs = limits.emergencyCallDueMs
  const atOnce = rings && { ...rings, ...limits }

  /** Everybody whom `step` names is told, and with a hazard the resident, the neighbours and 119 or 120. */
  const alert = async (
    tx: Tx,
    incidentIds: readonly number[],
    { now, step }: { now: number; step: Step },
  ) => {
    const situations = await found(tx, incidentIds, now)
    const draft = newDraft(now, atOnce)
    for (const situation of situations) step(draft, situation)
    // None of them needs what another finds: they ask together, and are written in this order.
    const [resident, nearby, calls] = [newDraft(now), newDraft(now), newDraft(now)]
    await Promise.all([
      tellResidents(tx, resident, { situations, ...toDevices }),
      warnHomesNearby(tx, nearby, { situations, ...toDevices }),
      giveCalls(tx, calls, { situations, dueMs }),
    ])
    for (const part of [resident, nearby, calls]) addTo(draft, part)
    await writeDraft(tx, draft, wake)
  }

  /** What those who are on it should know; `personId` knows it already. */
  const informOthers = async (tx: Tx, situations: readonly Situation[], { now, personId }: Through) => {
    const draft = newDraft(now)
    const others = await othersOnIt(tx, situations, personId)
    for (const situation of situations) inform(draft, situation, others.get(situation.id) ?? [])
    await writeDraft(tx, draft, wake)
  }

  return {
    onOpened: (tx: Tx, incidentIds: readonly number[], now: number): Promise<void> =>
      alert(tx, incidentIds, { now, step: open }),

    onRaised: (tx: Tx, incidentIds: readonly number[], now: number): Promise<void> =>
      alert(tx, incidentIds, { now, step: climbAnew }),

    async onAcknowledged(tx: Tx, incidentId: number, by: Through): Promise<void> {
      const { now, personId } = by
      const situation = await theOne(tx, incidentId, now)
      const own = situation.assignments.find((assignment) => assignment.personId === personId)
      await pause(tx, situation)
      await comfortResident(tx, situation, { now, ...toDevices })
      // A desk that has taken note has sent nobody: those who can go are rung on; a word asked for is still waited for.
      if (own && (!isGoing(own) || (isAsking(situation) && own.state === 'acknowledged'))) return
      await withdrawAlarms(tx, [incidentId], personId)
      await tx.run(sql`
        update assignment
        set due_at = null,
          due_kind = null
        where incident_id = ${incidentId}
          and state = 'told'`)
      await informOthers(tx, [situation], by)
    },

    /** Everybody who goes together is rung every minute anyway, unless somebody had it in hand until now. */
    async onDeclined(tx: Tx, incidentId: number, now: number): Promise<void> {
      const situation = await theOne(tx, incidentId, now)
      const ringsAnyway = situation.ladder.together && situation.dueAt !== null
      if (ringsAnyway) return
      const draft = newDraft(now)
      if (isAsking(situation)) resume(draft, situation)
      else climb(draft, situation, situation.step + 1)
      await writeDraft(tx, draft, wake)
    },

    async onAssigned(
      tx: Tx,
      { incidentId, ...reach }: { incidentId: number; personId: number; role: AssignmentRole },
      now: number,
    ): Promise<void> {
      const draft = newDraft(now)
      const dueAt = now + limits.acknowledgeDueMs
      sendOut(draft, await theOne(tx, incidentId, now), { reach: [reach], dueAt })
      await writeDraft(tx, draft, wake)
    },

    async onNoAnswer(tx: Tx, incidentId: number, now: number): Promise<void> {
      const draft = newDraft(now)
      const situation = await theOne(tx, incidentId, now)
      // The neighbour knocked in vain before anybody was sent: nothing is left to ask, somebody who can go in is sent.
      if (isAsking(situation)) climb(draft, situation, 0)
      await giveNoAnswerCall(tx, draft, { situation, dueMs })
      await writeDraft(tx, draft, wake)
    },

    async onNews(tx: Tx, incidentIds: readonly number[], now: number): Promise<void> {
      const situations = await found(tx, incidentIds, now)
      await informOthers(tx, situations, { now, personId: null })
      const answered = situations.filter((situation) => isAsking(situation) || isLeft(situation))
      if (answered.length === 0) return
      const draft = newDraft(now)
      for (const situation of answered) leaveToDesk(draft, situation)
      const ids = answered.map(({ id }) => id)
      await withdrawAlarms(tx, ids, null)
      await dropCommands(tx, ids, now)
      await writeDraft(tx, draft, wake)
    },

    async onJoined(tx: Tx, groupIds: readonly number[], now: number): Promise<void> {
      const draft = newDraft(now)
      for (const situation of await found(tx, groupIds, now)) {
        draft.touched.set(situation.id, situation)
        inform(draft, situation, situation.around.desk)
      }
      await writeDraft(tx, draft, wake)
    },

    async onEnded(tx: Tx, incidentIds: readonly number[], by: Through): Promise<void> {
      const situations = await found(tx, incidentIds, by.now)
      await withdrawAlarms(tx, incidentIds, null)
      await dropCommands(tx, incidentIds, by.now)
      await informOthers(tx, situations, by)
    },
  }
}

async function found(tx: Tx, incidentIds: readonly number[], now: number): Promise<Situation[]> {
  const situations = await situationsOf(tx, incidentIds, now)
  if (situations.length < incidentIds.length)
    throw new Error('dispatch was called for an incident that is not there')
  return situations
}

async function theOne(tx: Tx, incidentId: number, now: number): Promise<Situation> {
  const [situation] = await found(tx, [incidentId], now)
  if (!situation) throw new Error('dispatch was called for no incident')
  return situation
}

/** Answered by the one who had it in hand: nobody goes any more, and it waits for the desk to close it. */
const isLeft = ({ kind, evidence, dueAt, assignments }: Situation): boolean =>
  kind === 'missed' && evidence.lateCheckInAt !== undefined && dueAt === null && !assignments.some(isGoing)

/** Who could not be told of the alarm need not be told that it is in hand, or over. */
async function othersOnIt(
  tx: Tx,
  situations: readonly Situation[],
  personId: number | null,
): Promise<Map<number, number[]>> {
  const rows = await unreachedOf(
    tx,
    situations.map(({ id }) => id),
  )
  const unreached = grouped(rows, ({ incidentId }) => incidentId)
  const others = situations.map(({ id, assignments }): [number, number[]] => [
    id,
    assignments
      .filter(({ state }) => ['told', 'acknowledged', 'enRoute', 'onScene'].includes(state))
      .map((assignment) => assignment.personId)
      .filter((other) => other !== personId)
      .filter((other) => !unreached.get(id)?.some((row) => row.personId === other)),
  ])
  return new Map(others)
}

/**
 * 收到 pauses the ladder; what goes on is the deadline of whoever took it. The second deadline is the rules', and what
 * is asked before anybody is sent goes on: 收到 is no answer yet.
 */
async function pause(tx: Tx, { id }: Situation): Promise<void> {
  await tx.run(sql`
    update incident
    set due_at = null,
      due_kind = null
    where id = ${id}
      and step <> ${asking}
      and due_kind is distinct from 'secondDeadline'`)
}
