// Who is signed in and what they may see.
import { Type, type Static } from 'typebox'
import { Community } from './community.ts'
import { EpochMs, Id, Language, Role, orNull } from './primitives.ts'

export const Me = Type.Object({
  id: Id,
  name: Type.String(),
  title: orNull(Type.String()),
  language: Language,
  roles: Type.Array(Role),
  communities: Type.Array(Community),
  /** Where this person starts: the desk, or the steward's page. */
  home: Type.Enum(['desk', 'steward']),
})
export type Me = Static<typeof Me>

export const Health = Type.Object({
  ok: Type.Boolean(),
  mode: Type.Enum(['demo', 'real', 'empty']),
  now: Type.Integer(),
  database: Type.Object({ ok: Type.Boolean(), latencyMs: orNull(Type.Number()) }),
  broker: Type.Object({
    ok: Type.Boolean(),
    /** Null with an external broker. */
    port: orNull(Type.Integer()),
    /** With an external broker: of its 16 groups of devices, how many this server consumes. */
    shardGroups: orNull(Type.Integer()),
    clients: Type.Integer(),
    accepted: Type.Integer(),
    refused: Type.Integer(),
  }),
  /** Of the embedded database; `unknown` where it is on another machine. */
  disk: Type.Object({
    state: Type.Enum(['unknown', 'enough', 'low', 'full']),
    freeBytes: orNull(Type.Integer()),
  }),
  /** By how much the machine's clock was put back while this server ran (ms); 0 is well. Start it again if it is right now. */
  clockBehindMs: Type.Integer(),
  /** When the machine's clock was put forward within the last hour (epoch ms before and after). */
  clockPutForward: orNull(Type.Object({ fromAt: EpochMs, untilAt: EpochMs })),
  /** Every server on this database that lives, and those that died not long ago. Epoch ms. */
  servers: Type.Array(
    Type.Object({
      id: Id,
      label: Type.String(),
      startedAt: Type.Integer(),
      alive: Type.Boolean(),
      self: Type.Boolean(),
    }),
  ),
  jobs: Type.Array(
    Type.Object({
      name: Type.String(),
      lastAt: orNull(Type.Integer()),
      ok: Type.Boolean(),
      problem: orNull(Type.String()),
    }),
  ),
})
export type Health = Static<typeof Health>

/** A resident's own page, opened by a private link. */
export const ResidentPage = Type.Object({
  greeting: Type.String(),
  zone: Type.String(),
  now: Type.Integer(),
  checkedInAt: orNull(Type.Integer()),
  dueAt: orNull(Type.Integer()),
  /** An SOS that nobody has closed yet: what she is told about it. */
  help: orNull(
    Type.Object({ openedAt: Type.Integer(), acknowledgedBy: orNull(Type.String()), enRoute: Type.Boolean() }),
  ),
  /** Danger in her air, or a steward on the way, told gently; gas makes the tablet silent (safety 14). */
  notice: orNull(Type.Enum(['co', 'gas', 'smoke', 'coming'])),
  origin: Type.String(),
})
export type ResidentPage = Static<typeof ResidentPage>
