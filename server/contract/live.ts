// The socket: what changed (never what it is), and whom to wake.
import { Type, type Static } from 'typebox'
import { Cursor } from './community.ts'
import { Id, IncidentKind, Origin, Stage } from './primitives.ts'

export const EventKind = Type.Enum(['home', 'incident', 'ledger', 'staff', 'device', 'message'])
export type EventKind = Static<typeof EventKind>

/** One line of a community's event log: `id` is that of the home, incident, ... that changed. */
export const LogEvent = Type.Object({ seq: Type.Integer(), kind: EventKind, id: Type.Integer() })
export type LogEvent = Static<typeof LogEvent>

export const EventBatch = Type.Object({
  communityId: Id,
  epoch: Type.Integer(),
  /** `seq` of the first event minus one: a client that is not there asks again. */
  after: Type.Integer(),
  events: Type.Array(LogEvent),
})
export type EventBatch = Static<typeof EventBatch>

/** Ring at this person, now. Names and readings are fetched by the page itself. */
export const Ring = Type.Object({
  tellingId: Id,
  incidentId: Id,
  communityId: Id,
  kind: IncidentKind,
  stage: Stage,
  purpose: Type.Enum(['alarm', 'inform']),
  origin: Origin,
})
export type Ring = Static<typeof Ring>

export const Watch = Type.Object({ communityId: Id, cursor: Type.Optional(Cursor) })
export type Watch = Static<typeof Watch>

/** `replayed`: what was missed follows as events. `snapshot`: the cursor is too old or foreign, load anew. */
export type WatchReply =
  | { ok: true; how: 'replayed' | 'snapshot'; cursor: Cursor }
  | { ok: false; code: 'forbidden' | 'bad_request' | 'away' }

/** Proof that this page is in front and may sound, sent every 10 s and on each change (safety 2). */
export const Presence = Type.Object({ inFront: Type.Boolean(), sound: Type.Boolean() })
export type Presence = Static<typeof Presence>

export type ServerToClient = {
  events: (batch: EventBatch) => void
  /** Every 5 s: finds a lost last event, and proves that the line is alive. */
  head: (head: { communityId: number; cursor: Cursor; at: number }) => void
  /** Every 5 s to every page, also to one that follows no community: the line is alive. Epoch ms. */
  beat: (at: number) => void
  /** A steward hears only of own incidents: refetch jobs. */
  jobs: (changed: { incidentId: number; at: number }) => void
  ring: (ring: Ring) => void
  signedOut: () => void
}

export type ClientToServer = {
  watch: (watch: Watch, reply: (reply: WatchReply) => void) => void
  unwatch: (communityId: number) => void
  presence: (presence: Presence) => void
  /** The page did sound, or show, this telling. */
  rang: (tellingId: number) => void
}
