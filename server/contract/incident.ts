// An incident as the desk's board and the steward's page see it.
import { Type, type Static } from 'typebox'
import { AssignmentState, Finding, IncidentState } from './acts.ts'
import { OutcomeCode } from './outcomes.ts'
import {
  EpochMs,
  Id,
  IncidentKind,
  LocalDate,
  Origin,
  PairingRole,
  RiskTier,
  Silence,
  Stage,
  orNull,
} from './primitives.ts'

/** What many homes in one card share: a building, a gateway, a network, or an outage of our own (safety 8). */
export const GroupCause = Type.Enum(['building', 'gateway', 'carrier', 'ownOutage'])
export type GroupCause = Static<typeof GroupCause>

/**
 * What the humans have before them besides a late, blind or missed check-in: a newcomer to teach, a silence that became
 * too long, an absence of which nobody has seen the departure, somebody who is at home although away, an absence that ends.
 */
export const IncidentTask = Type.Enum([
  'neverPressed',
  'longSilence',
  'departure',
  'backEarly',
  'absenceEnds',
])
export type IncidentTask = Static<typeof IncidentTask>

/** What a home can hold, and what watches it. */
export const Danger = Type.Enum(['co', 'gas'])
export type Danger = Static<typeof Danger>

/** What is doubtful about a sensor; its warnings are believed all the same (domain/air-doubts.ts). */
export const AirDoubt = Type.Enum([
  'stuck',
  'cached',
  'clamped',
  'warmup',
  'fault',
  'endOfLife',
  'tamper',
  'test',
])
export type AirDoubt = Static<typeof AirDoubt>

/**
 * Why we think so: copied from what the rule saw, never looked up again, so that the card stays true when the
 * readings are gone. Every member is optional; words.ts turns it into one sentence in either language.
 */
export const Evidence = Type.Object({
  silence: Type.Optional(Silence),
  /** What there is to do about it, where that is more than the silence says. */
  task: Type.Optional(IncidentTask),
  neverPressed: Type.Optional(Type.Boolean()),
  /** The last time they themselves were heard, or somebody saw or spoke with them. */
  heardAt: Type.Optional(EpochMs),
  /** The hour that was agreed, where we ask before it. */
  agreedAt: Type.Optional(EpochMs),
  /** Blind: by when a human must have reached them (safety 8). */
  contactDueAt: Type.Optional(EpochMs),
  /** Left out is by phone: a deaf resident is never judged by calls (safety 18). */
  contactBy: Type.Optional(Type.Literal('visit')),
  on: Type.Optional(LocalDate),
  dueAt: Type.Optional(EpochMs),
  secondDueAt: Type.Optional(EpochMs),
  lastSign: Type.Optional(Type.Object({ at: EpochMs, what: Type.String() })),
  lateCheckInAt: Type.Optional(EpochMs),
  value: Type.Optional(Type.Number()),
  unit: Type.Optional(Type.String()),
  peak: Type.Optional(Type.Number()),
  since: Type.Optional(EpochMs),
  lastAt: Type.Optional(EpochMs),
  /** Estimated COHb in percent of an elderly person at rest, with its band (facts 1.3). */
  cohb: Type.Optional(Type.Object({ estimate: Type.Number(), low: Type.Number(), high: Type.Number() })),
  flag: Type.Optional(Type.Boolean({ description: "the detector's own alarm flag" })),
  window: Type.Optional(
    Type.String({ description: 'which rule window was reached, for example 100ppm-10min' }),
  ),
  presses: Type.Optional(Type.Integer()),
  cancelled: Type.Optional(Type.Boolean()),
  /** Nobody pressed: one of those who were asked found them not well. */
  saidBy: Type.Optional(Type.Enum(['neighbour', 'family'])),
  unreadable: Type.Optional(Type.Boolean()),
  doubts: Type.Optional(Type.Array(AirDoubt)),
  trouble: Type.Optional(Type.Enum(['silent', 'lowBattery', 'lowSoon', 'fault', 'tamper', 'endOfLife'])),
  inAlarm: Type.Optional(Type.Boolean({ description: 'the trouble came while the detector was in alarm' })),
  swappedAt: Type.Optional(Type.Integer({ description: 'when it began to sense with another element' })),
  lowAt: Type.Optional(Type.Integer({ description: 'when the battery is expected to be low' })),
  unprotected: Type.Optional(Type.Array(Danger)),
  blind: Type.Optional(Type.Boolean({ description: 'nothing that carries a greeting can be heard' })),
  devices: Type.Optional(Type.Array(Type.String())),
  cleanSince: Type.Optional(EpochMs),
  battery: Type.Optional(Type.Number()),
  /** Groups only: how many homes, and the doors of those who came after it was opened. */
  group: Type.Optional(
    Type.Object({
      cause: GroupCause,
      place: Type.Optional(Type.String()),
      homes: Type.Integer(),
      newcomers: Type.Optional(Type.Array(Type.String())),
      fromAt: Type.Optional(EpochMs),
      untilAt: Type.Optional(EpochMs),
    }),
  ),
})
export type Evidence = Static<typeof Evidence>

export const DueKind = Type.Enum([
  'acknowledge',
  'depart',
  'arrive',
  'finding',
  'secondDeadline',
  'contact',
  'checkBack',
  'repeat',
  'ask',
])
export type DueKind = Static<typeof DueKind>

export const AssignmentRole = Type.Enum(['steward', 'backup', 'neighbour', 'family', 'desk'])
export type AssignmentRole = Static<typeof AssignmentRole>

export const Assignment = Type.Object({
  id: Id,
  incidentId: Id,
  personId: Id,
  personName: Type.String(),
  role: AssignmentRole,
  state: AssignmentState,
  toldAt: EpochMs,
  acknowledgedAt: orNull(EpochMs),
  departedAt: orNull(EpochMs),
  arrivedAt: orNull(EpochMs),
  finding: orNull(Finding),
  doneAt: orNull(EpochMs),
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
})
export type Assignment = Static<typeof Assignment>

/** Dialling an emergency number is a task of a named human, due in 60 s (safety.md 4). */
export const EmergencyCall = Type.Object({
  id: Id,
  number: Type.Enum(['119', '120', '110', 'gas']),
  personId: orNull(Id),
  personName: orNull(Type.String()),
  dueAt: EpochMs,
  doneAt: orNull(EpochMs),
  answer: orNull(Type.String()),
})
export type EmergencyCall = Static<typeof EmergencyCall>

/** Name, relation and number of somebody who belongs to the home. */
export const Paired = Type.Object({
  personId: Id,
  role: PairingRole,
  name: Type.String(),
  relation: orNull(Type.String()),
  phone: orNull(Type.String()),
  /** False for invented people: their numbers are shown as text and cannot be dialled (safety.md 17). */
  dialable: Type.Boolean(),
  holdsKey: Type.Boolean(),
})
export type Paired = Static<typeof Paired>

/** The last value of each gas in the home; null where nothing was ever heard (shown as 未知, safety.md 13). */
export const Air = Type.Object({
  co: orNull(Type.Object({ value: Type.Number(), at: EpochMs, stale: Type.Boolean() })),
  gas: orNull(Type.Object({ value: Type.Number(), at: EpochMs, stale: Type.Boolean() })),
})
export type Air = Static<typeof Air>

export const ResidentBrief = Type.Object({
  id: Id,
  name: Type.String(),
  /** How she is greeted, for example 李奶奶. */
  greeting: Type.String(),
  birthYear: orNull(Type.Integer()),
  tier: RiskTier,
  deaf: Type.Boolean(),
})
export type ResidentBrief = Static<typeof ResidentBrief>

export const IncidentCard = Type.Object({
  id: Id,
  communityId: Id,
  homeId: Id,
  homeLabel: Type.String(),
  address: Type.String(),
  buildingId: Id,
  residents: Type.Array(ResidentBrief),
  /** The silent one, where the incident is about one person of the home. */
  residentId: orNull(Id),
  kind: IncidentKind,
  stage: Stage,
  state: IncidentState,
  origin: Origin,
  evidence: Evidence,
  air: Air,
  openedAt: EpochMs,
  acknowledgedAt: orNull(EpochMs),
  acknowledgedBy: orNull(Type.String()),
  dueAt: orNull(EpochMs),
  dueKind: orNull(DueKind),
  assignments: Type.Array(Assignment),
  calls: Type.Array(EmergencyCall),
  outcome: orNull(OutcomeCode),
  handledBy: orNull(Type.String()),
  handledById: orNull(Id),
  closedAt: orNull(EpochMs),
  /** The group of which it is a row, or the danger in the air of the same home (safety 12). */
  foldedInto: orNull(Id),
  /** Rises with every change; an act may carry the version it was decided on. */
  version: Type.Integer(),
})
export type IncidentCard = Static<typeof IncidentCard>

export const TimelineEntry = Type.Object({
  id: Id,
  at: EpochMs,
  what: Type.String({ description: 'opened, raised, told, skipped, acknowledged, departed, ... (words.ts)' }),
  actor: orNull(Type.String()),
  detail: Type.Record(Type.String(), Type.Unknown()),
})
export type TimelineEntry = Static<typeof TimelineEntry>

/** A steward's job: the card, and what is needed at the door. */
export const Job = Type.Object({
  incident: IncidentCard,
  assignment: Assignment,
  paired: Type.Array(Paired),
  /** What the responder must know of the home: outside valve, lock, steps, lift. */
  homePlan: Type.Object({
    outsideValve: orNull(Type.String()),
    access: orNull(Type.String()),
    fuel: orNull(Type.String()),
    authorityToEnter: Type.Boolean(),
  }),
  facts: Type.Array(Type.String()),
})
export type Job = Static<typeof Job>

/** A danger next door: this steward's own homes share the air of a home where CO is (safety 12). */
export const Warning = Type.Object({
  incidentId: Id,
  communityId: Id,
  kind: IncidentKind,
  stage: Stage,
  origin: Origin,
  /** Where the danger is. */
  homeLabel: Type.String(),
  openedAt: EpochMs,
  /** Whom to warn: the homes paired with this steward. */
  homes: Type.Array(Type.Object({ label: Type.String(), residents: Type.Array(Type.String()) })),
})
export type Warning = Static<typeof Warning>
