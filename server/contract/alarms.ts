// How the alarms themselves are: how much they ask of each human, which of them only make noise, what is set aside.
import { Type, type Static } from 'typebox'
import { Danger, Evidence } from './incident.ts'
import { DeviceKind, EpochMs, Id, IncidentKind, Origin, Stage, orNull } from './primitives.ts'

export const SetAsideHow = Type.Enum(['shelved', 'outOfService'])
export type SetAsideHow = Static<typeof SetAsideHow>

/** Where it is, and what: a device of a home, or a home as a whole. */
const Place = { homeId: Id, homeLabel: Type.String() }
const Source = { ...Place, deviceId: Id, deviceKind: DeviceKind, serial: Type.String(), kind: IncidentKind }

/** Trouble of equipment that is shown now. */
export const ShownTrouble = Type.Object({
  conditionId: Id,
  ...Source,
  stage: Stage,
  evidence: Evidence,
  sinceAt: EpochMs,
  incidentId: orNull(Id),
  origin: Origin,
  /** False: it was taken off in mid-alarm, or senses a danger that nobody has closed (safety 11). */
  mayBeSetAside: Type.Boolean(),
})
export type ShownTrouble = Static<typeof ShownTrouble>

export const SetAsideView = Type.Object({
  id: Id,
  conditionId: Id,
  ...Source,
  how: SetAsideHow,
  evidence: Evidence,
  reason: Type.String(),
  by: Type.String(),
  at: EpochMs,
  untilAt: EpochMs,
  /** Out of service, and the day of its review has come. */
  reviewDue: Type.Boolean(),
  /** What was the matter is still there, as the rules see it. */
  stillThere: Type.Boolean(),
  /** Dangers of the home that no working detector watches meanwhile (未监护). */
  unprotected: Type.Array(Danger),
  origin: Origin,
})
export type SetAsideView = Static<typeof SetAsideView>

export const FloodView = Type.Object({
  personId: Id,
  name: Type.String(),
  sinceAt: EpochMs,
  /** Null while it lasts. */
  untilAt: orNull(EpochMs),
  peak: Type.Integer(),
  count: Type.Integer(),
})
export type FloodView = Static<typeof FloodView>

export const AlarmLoad = Type.Object({
  asOf: EpochMs,
  /** Only those that are on. */
  floods: Type.Array(FloodView),
  shelved: Type.Integer(),
  outOfService: Type.Integer(),
  reviewDue: Type.Integer(),
})
export type AlarmLoad = Static<typeof AlarmLoad>

export const LoadLevel = Type.Enum(['calm', 'busy', 'tooMuch', 'flood'])

/** One steward, or one of the desk: incidents that were new to them. */
export const HumanLoad = Type.Object({
  personId: Id,
  name: Type.String(),
  title: orNull(Type.String()),
  inTenMinutes: Type.Integer(),
  level: LoadLevel,
  inADay: Type.Integer(),
  /** The most in any ten minutes of the day, and when the last of them came. */
  peak: orNull(Type.Object({ count: Type.Integer(), at: EpochMs })),
})
export type HumanLoad = Static<typeof HumanLoad>

export const ChatterView = Type.Object({
  ...Source,
  most: Type.Integer(),
  bouts: Type.Integer(),
  lastAt: EpochMs,
})
export const StaleView = Type.Object({
  conditionId: Id,
  ...Place,
  kind: IncidentKind,
  stage: Stage,
  deviceKind: orNull(DeviceKind),
  evidence: Evidence,
  sinceAt: EpochMs,
})
/** A device, never a person: who is often silent is nobody's bad actor (safety 18). */
export const WorstSource = Type.Object({ ...Source, count: Type.Integer(), share: Type.Number() })

/** `days`: how far floods, chattering and the worst look back. Bounds: domain/alarm-load.ts. */
export const AlarmHealth = Type.Object({
  asOf: EpochMs,
  days: Type.Integer(),
  humans: Type.Array(HumanLoad),
  floods: Type.Array(FloodView),
  /** Of all ten-minute periods of these days, those with more than ten new incidents for whoever had the most; 0 to 1. */
  floodedShare: Type.Number(),
  troubles: Type.Array(ShownTrouble),
  setAside: Type.Array(SetAsideView),
  /** By design, without anybody's act: check-ins of those who are away, and rows told of through another card. */
  suppressed: Type.Object({ away: Type.Integer(), onAnotherCard: Type.Integer() }),
  chattering: Type.Array(ChatterView),
  stale: Type.Array(StaleView),
  worst: Type.Array(WorstSource),
})
export type AlarmHealth = Static<typeof AlarmHealth>
