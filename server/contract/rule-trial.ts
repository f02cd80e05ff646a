// What other rules would have found in days that are over: the differences, one by one, and what cannot be said.
import { Type, type Static } from 'typebox'
import { Evidence } from './incident.ts'
import { OutcomeCode } from './outcomes.ts'
import { EpochMs, Id, IncidentKind, Stage, orNull } from './primitives.ts'

/** An incident as rules would raise it: when, how bad at first and at worst, and why. */
export const Raised = Type.Object({
  at: EpochMs,
  stage: Stage,
  worst: Stage,
  worstAt: EpochMs,
})
export type Raised = Static<typeof Raised>

export const TrialIncident = Type.Object({
  communityId: Id,
  homeId: Id,
  homeLabel: Type.String(),
  residentId: orNull(Id),
  /** How the resident is greeted, where it is about one of them. */
  greeting: orNull(Type.String()),
  kind: IncidentKind,
  /** By the rules in force then; null where they raised nothing. */
  before: orNull(Raised),
  /** By the proposed rules; null where they raise nothing. */
  after: orNull(Raised),
  /** Why, by the side that raises it; of both the proposed one. */
  evidence: Evidence,
  /** What a human recorded of it then, where it was on the board. */
  outcome: orNull(OutcomeCode),
})
export type TrialIncident = Static<typeof TrialIncident>

/** What the stored history does not say, so that it is not judged again. */
export const NotReplayed = Type.Enum([
  'sos',
  'ladder',
  'deviceTroubles',
  'absenceAsks',
  'groups',
  'connections',
  'files',
  'humans',
])
export type NotReplayed = Static<typeof NotReplayed>

/** Each list is cut at `limits.replayShownMax`; `counts` are whole. */
export const Trial = Type.Object({
  fromAt: EpochMs,
  untilAt: EpochMs,
  /** Of so many homes so many were judged again: fewer where the time for it was over. */
  homes: Type.Integer(),
  homesJudged: Type.Integer(),
  /** Incidents by the rules in force then, and by the proposed ones. */
  before: Type.Integer(),
  after: Type.Integer(),
  counts: Type.Object({
    added: Type.Integer(),
    dropped: Type.Integer(),
    changed: Type.Integer(),
    missed: Type.Integer(),
  }),
  /** Only the proposed rules raise these. */
  added: Type.Array(TrialIncident),
  /** Only the rules in force raised these. */
  dropped: Type.Array(TrialIncident),
  /** Both, but earlier, later or at another stage. */
  changed: Type.Array(TrialIncident),
  /** Trouble that was real, by what a human recorded: not raised any more, later, or at a milder stage. */
  missed: Type.Array(TrialIncident),
  /** Incidents of that time which judging again does not find: what was measured then is not all that was known. */
  unexplained: Type.Integer(),
  notReplayed: Type.Array(NotReplayed),
})
export type Trial = Static<typeof Trial>
