// What happens to an incident, and who is therefore told: each inside the transaction in which it happens.
import type { AssignmentRole } from '#contract/incident.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { climb, climbAnew } from './climb.ts'
import { giveCalls, giveNoAnswerCall } from './emergency-calls.ts'
import type { DispatchParts } from './parts.ts'
import { comfortResident, dropCommands, tellResident, warnHomesNearby } from './resident-side.ts'
import { situationOf, type Situation } from './situation.ts'
import { inform, sendOut, unreachedOf, withdrawAlarms, type Told } from './tell.ts'

/** When (epoch ms) and through whom; null is the service itself. */
export type Through = { now: number; personId: number | null }

export function happenings({ limits, wake }: DispatchParts) {
  const told = (now: number): Told => ({ now, wake })
  const toDevices = (now: number) => ({ ...told(now), expiresInMs: limits.arriveDueMs })
  const call = (now: number) => ({ ...told(now), dueMs: limits.emergencyCallDueMs })

  const alert = async (tx: Tx, situation: Situation, now: number): Promise<void> => {
    await tellResident(tx, situation, toDevices(now))
    await warnHomesNearby(tx, situation, toDevices(now))
    await giveCalls(tx, situation, call(now))
  }

  return {
    async onOpened(tx: Tx, incidentId: number, now: number): Promise<void> {
      const situation = await found(tx, incidentId, now)
      await climb(tx, situation, { step: 0, ...told(now) })
      await alert(tx, situation, now)
    },

    async onRaised(tx: Tx, incidentId: number, now: number): Promise<void> {
      const situation = await found(tx, incidentId, now)
      await climbAnew(tx, situation, told(now))
      await alert(tx, situation, now)
    },

    async onAcknowledged(tx: Tx, incidentId: number, { now, personId }: Through): Promise<void> {
      const situation = await found(tx, incidentId, now)
      const own = situation.assignments.find((assignment) => assignment.personId === personId)
      await pause(tx, situation)
      await comfortResident(tx, situation, toDevices(now))
      // A desk that has taken note has sent nobody: those who can go are rung on.
      if (own?.role === 'desk') return
      await withdrawAlarms(tx, incidentId, personId)
      await tx.run(sql`
        update assignment
        set due_at = null,
          due_kind = null
        where incident_id = ${incidentId}
          and state = 'told'`)
      await inform(tx, situation, { personIds: await othersOnIt(tx, situation, personId), ...told(now) })
    },

    /** Everybody who goes together is rung every minute anyway, unless somebody had it in hand until now. */
    async onDeclined(tx: Tx, incidentId: number, now: number): Promise<void> {
      const situation = await found(tx, incidentId, now)
      const ringsAnyway = situation.ladder.together && situation.dueAt !== null
      if (!ringsAnyway) await climb(tx, situation, { step: situation.step + 1, ...told(now) })
    },

    async onAssigned(
      tx: Tx,
      { incidentId, ...reach }: { incidentId: number; personId: number; role: AssignmentRole },
      now: number,
    ): Promise<void> {
      const situation = await found(tx, incidentId, now)
      await sendOut(tx, situation, { reach: [reach], dueAt: now + limits.acknowledgeDueMs, ...told(now) })
    },

    async onNoAnswer(tx: Tx, incidentId: number, now: number): Promise<void> {
      await giveNoAnswerCall(tx, await found(tx, incidentId, now), call(now))
    },

    async onNews(tx: Tx, incidentId: number, now: number): Promise<void> {
      const situation = await found(tx, incidentId, now)
      await inform(tx, situation, { personIds: await othersOnIt(tx, situation, null), ...told(now) })
    },

    async onEnded(tx: Tx, incidentId: number, { now, personId }: Through): Promise<void> {
      const situation = await found(tx, incidentId, now)
      await withdrawAlarms(tx, incidentId, null)
      await dropCommands(tx, incidentId, now)
      await inform(tx, situation, { personIds: await othersOnIt(tx, situation, personId), ...told(now) })
    },
  }
}

async function found(tx: Tx, incidentId: number, now: number): Promise<Situation> {
  const situation = await situationOf(tx, incidentId, now)
  if (!situation) throw new Error('dispatch was called for an incident that is not there')
  return situation
}

/** Who could not be told of the alarm need not be told that it is in hand, or over. */
async function othersOnIt(
  tx: Tx,
  { id, assignments }: Situation,
  personId: number | null,
): Promise<number[]> {
  const unreached = await unreachedOf(tx, id)
  return assignments
    .filter(({ state }) => ['told', 'acknowledged', 'enRoute', 'onScene'].includes(state))
    .map((assignment) => assignment.personId)
    .filter((other) => other !== personId && !unreached.includes(other))
}

/** 收到 pauses the ladder; what goes on is the deadline of whoever took it. The second deadline is the rules'. */
async function pause(tx: Tx, { id }: Situation): Promise<void> {
  await tx.run(sql`
    update incident
    set due_at = null,
      due_kind = null
    where id = ${id}
      and due_kind is distinct from 'secondDeadline'`)
}
