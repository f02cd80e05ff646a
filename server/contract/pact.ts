// What was agreed with a resident: by when they say good morning, on which days, and the evening half if they want one.
import { Type, type Static } from 'typebox'
import { EpochMs, Edge, Id, LocalDate, LocalTime, orNull } from './primitives.ts'

/** HH:MM by ISO weekday, 1 is Monday; a day without an hour has no deadline. */
export const PactHours = Type.Partial(
  Type.Object({
    1: LocalTime,
    2: LocalTime,
    3: LocalTime,
    4: LocalTime,
    5: LocalTime,
    6: LocalTime,
    7: LocalTime,
  }),
  { additionalProperties: false },
)
export type PactHours = Static<typeof PactHours>

/** Both halves; `evening` null: only the morning is agreed. */
export const PactTerms = Type.Object({ morning: PactHours, evening: orNull(PactHours) })
export type PactTerms = Static<typeof PactTerms>

/** A deadline as it will be judged: shown in words (words-deadlines.ts) whenever a pact is saved. */
export const NextDeadline = Type.Object({ on: LocalDate, edge: Edge, deadline: LocalTime, dueAt: EpochMs })
export type NextDeadline = Static<typeof NextDeadline>

/** From their own mornings; counts only when staff accept it (domain/proposed-deadline.ts). */
export const PactProposal = Type.Object({
  deadline: LocalTime,
  /** Mornings a year on which they would merely have slept longer. */
  expectedMissesPerYear: Type.Number(),
  /** Minutes from the usual press to the deadline. */
  expectedDelayMin: Type.Number(),
  /** How many mornings it rests on. */
  mornings: Type.Integer(),
  /** The habit has moved away from what is agreed. */
  isShift: Type.Boolean(),
})
export type PactProposal = Static<typeof PactProposal>

export const PactView = Type.Object({
  ...PactTerms.properties,
  next: Type.Array(NextDeadline),
  proposal: orNull(PactProposal),
  presets: Type.Array(Type.Object({ name: Type.String(), ...PactTerms.properties })),
})
export type PactView = Static<typeof PactView>

/** Somebody whose pact no longer fits their mornings; staff change it, or leave it as it is. */
export const PactReview = Type.Object({
  residentId: Id,
  homeId: Id,
  homeLabel: Type.String(),
  name: Type.String(),
  morning: PactHours,
  proposal: PactProposal,
  /** Mornings a year on which they merely sleep longer than what is agreed now. */
  agreedMissesPerYear: Type.Number(),
  unfitSince: EpochMs,
})
export type PactReview = Static<typeof PactReview>
