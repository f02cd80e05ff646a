// What a neighbour or the family sees of somebody who is looked for, and may answer (safety 7). No more than that: no
// file, no number of another person, no reading but the air that somebody at the door would breathe.
import { Type, type Static } from 'typebox'
import { AssignmentState } from './acts.ts'
import { Air } from './incident.ts'
import { EpochMs, Id, Origin, orNull } from './primitives.ts'

/** Why we ask: nothing was heard by the hour, or for too long, or their home cannot be seen, or nobody saw them leave. */
export const AskAbout = Type.Enum(['missed', 'longSilence', 'blind', 'departure'])
export type AskAbout = Static<typeof AskAbout>

/**
 * What may be said besides "seen or spoken with" (that is `answerIncident`, and the only answer that counts as well):
 * `going` and `noAnswer` by the neighbour, who can go to the door; `notWell` calls everybody, at once; `cannot`; and a
 * `word`, which is written down and changes nothing ("she is surely fine").
 */
export const AskReply = Type.Enum(['going', 'noAnswer', 'notWell', 'cannot', 'word'])
export type AskReply = Static<typeof AskReply>

export const Ask = Type.Object({
  incidentId: Id,
  communityId: Id,
  /** How they are greeted: 李奶奶. */
  who: Type.String(),
  homeLabel: Type.String(),
  about: AskAbout,
  origin: Origin,
  /** What I am to them here. */
  role: Type.Enum(['neighbour', 'family']),
  state: AssignmentState,
  askedAt: EpochMs,
  /** A telephone tells nothing of them (safety 18): only a look does. */
  byVisit: Type.Boolean(),
  /** For whoever can go to the door (safety 13); null for family, who is sent nowhere. */
  air: orNull(Air),
  /** Who else is on the way or there already. */
  going: Type.Array(
    Type.Object({ name: Type.String(), title: orNull(Type.String()), atDoor: Type.Boolean() }),
  ),
  /** When they were heard of after all; the desk closes it. */
  answeredAt: orNull(EpochMs),
})
export type Ask = Static<typeof Ask>
