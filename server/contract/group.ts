// Many at once: one card for one cause, with a row for each home in it (server/domain/group.ts).
import { Type, type Static } from 'typebox'
import { AssignmentState, IncidentState } from './acts.ts'
import { DueKind, Evidence, GroupCause, ResidentBrief } from './incident.ts'
import { OutcomeCode } from './outcomes.ts'
import { EpochMs, Id, IncidentKind, Origin, Stage, orNull } from './primitives.ts'

/** An incident of its own, as the list shows it: who, why, the last sign of life, and what has become of it. */
export const GroupRow = Type.Object({
  incidentId: Id,
  homeId: Id,
  homeLabel: Type.String(),
  residentId: orNull(Id),
  residents: Type.Array(ResidentBrief),
  /** One resident in the home. */
  alone: Type.Boolean(),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  evidence: Evidence,
  lastSign: orNull(Type.Object({ at: EpochMs, what: Type.String() })),
  joinedAt: EpochMs,
  /** Came after the card was opened. */
  newcomer: Type.Boolean(),
  /** When somebody must have been asked to go, unless it is answered before. */
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
  /** Who is at it, and how far. */
  onIt: orNull(Type.Object({ name: Type.String(), state: AssignmentState })),
  /** The last word of a human on it: who, when, and what they found (a timeline line in words.ts). */
  answer: orNull(
    Type.Object({
      at: EpochMs,
      by: orNull(Type.String()),
      what: Type.String(),
      detail: Type.Record(Type.String(), Type.Unknown()),
    }),
  ),
  outcome: orNull(OutcomeCode),
  closedAt: orNull(EpochMs),
  version: Type.Integer(),
})
export type GroupRow = Static<typeof GroupRow>

/** It closes when every row of it has been closed; no row leaves it unanswered. */
export const GroupCard = Type.Object({
  id: Id,
  communityId: Id,
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  origin: Origin,
  cause: GroupCause,
  evidence: Evidence,
  openedAt: EpochMs,
  acknowledgedAt: orNull(EpochMs),
  acknowledgedBy: orNull(Type.String()),
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
  closedAt: orNull(EpochMs),
  /** In the order in which to ask: open before closed, then risk (domain/group.ts, byNeed). */
  rows: Type.Array(GroupRow),
  version: Type.Integer(),
})
export type GroupCard = Static<typeof GroupCard>
