// What incidents need of dispatch; app.ts joins them. Every function writes into the transaction it is given.
import type { AssignmentRole } from '#contract/incident.ts'
import type { Tx } from '#db/database.ts'

/** When (epoch ms) and through whom; null is the service itself. */
export type Through = { now: number; personId: number | null }

export type IncidentDispatch = {
  /** Somebody must be told of new incidents. */
  onOpened(tx: Tx, incidentIds: readonly number[], now: number): Promise<void>
  /** They got worse, or SOS was pressed again: everybody is told anew. */
  onRaised(tx: Tx, incidentIds: readonly number[], now: number): Promise<void>
  /** Somebody takes it: nobody else need be rung, and those who were hear who goes. */
  onAcknowledged(tx: Tx, incidentId: number, by: Through): Promise<void>
  /** Nobody is on it any more: on with the ladder, at once. */
  onDeclined(tx: Tx, incidentId: number, now: number): Promise<void>
  /** The desk sends this person too. */
  onAssigned(
    tx: Tx,
    told: { incidentId: number; personId: number; role: AssignmentRole },
    now: number,
  ): Promise<void>
  /** At the door nobody answers: 110 in parallel (safety 15). */
  onNoAnswer(tx: Tx, incidentId: number, now: number): Promise<void>
  /** Something changed that those who are on it should know. */
  onNews(tx: Tx, incidentIds: readonly number[], now: number): Promise<void>
  /** Newcomers have joined these groups: the desk hears who. */
  onJoined(tx: Tx, groupIds: readonly number[], now: number): Promise<void>
  /** They are over (before the assignments are ended): what was not sent yet is withdrawn. */
  onEnded(tx: Tx, incidentIds: readonly number[], by: Through): Promise<void>
}
