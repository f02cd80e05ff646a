// The words and units that every border shares. Other contract files build on these.
import { Type, type Static } from 'typebox'

/** An instant: whole milliseconds since 1970-01-01T00:00:00Z. Fields of this kind end in `At`. */
export const EpochMs = Type.Integer({ minimum: 0, description: 'milliseconds since 1970-01-01T00:00:00Z' })

/** A calendar day in the community's own zone. Fields of this kind are called `on`. */
export const LocalDate = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' })

/** A clock time in the community's own zone, for example 08:00. */
export const LocalTime = Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' })

export const Id = Type.Integer({ minimum: 1 })

export const orNull = <T extends Type.TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** Where something came from. It travels with every sign, condition, incident and telling (ground.md). */
export const Origin = Type.Enum(['live', 'drill', 'demo', 'replay'])
export type Origin = Static<typeof Origin>

export const AreaKind = Type.Enum(['district', 'street', 'community', 'grid', 'micro_grid'])
export type AreaKind = Static<typeof AreaKind>

/** What a grant allows in its area and below. A steward's reach is narrower: paired homes and own jobs. */
export const Role = Type.Enum(['admin', 'desk', 'supervisor', 'steward'])
export type Role = Static<typeof Role>

/** How much is at stake when this resident is silent (产品: 高风险 / 重点 / 一般). */
export const RiskTier = Type.Enum(['high', 'key', 'general'])
export type RiskTier = Static<typeof RiskTier>

export const PairingRole = Type.Enum(['steward', 'backup', 'neighbour', 'keyHolder', 'emergencyContact'])
export type PairingRole = Static<typeof PairingRole>

export const DeviceKind = Type.Enum(['button', 'curtain', 'co', 'gas', 'motion', 'tablet', 'gateway'])
export type DeviceKind = Static<typeof DeviceKind>

/** Mains devices speak every few minutes, battery devices once a day (facts: liveness by class). */
export const PowerClass = Type.Enum(['mains', 'battery'])
export type PowerClass = Static<typeof PowerClass>

export const ReadingKind = Type.Enum(['co', 'gas', 'temperature', 'battery'])
export type ReadingKind = Static<typeof ReadingKind>

/** The only unit of each kind on the native protocol: ppm, %LEL, degrees Celsius, percent. */
export const readingUnits = {
  co: 'ppm',
  gas: '%LEL',
  temperature: '°C',
  battery: '%',
} as const satisfies Record<ReadingKind, string>

/** What an incident is about. `missed` is the silent person, `device` is trouble with the equipment. */
export const IncidentKind = Type.Enum(['co', 'gas', 'smoke', 'sos', 'missed', 'device'])
export type IncidentKind = Static<typeof IncidentKind>

/** The kinds that tell everybody together, day and night, and are never shelved (safety.md 1, 11). */
export const hazardKinds = ['co', 'gas', 'smoke', 'sos'] as const satisfies readonly IncidentKind[]
export type HazardKind = (typeof hazardKinds)[number]
export const isHazard = (kind: IncidentKind): kind is HazardKind =>
  (hazardKinds as readonly IncidentKind[]).includes(kind)

/** How bad it is, mildest first. Facts section 1.4 and 2.2 say what reaches which stage. */
export const Stage = Type.Enum(['notice', 'warning', 'alarm', 'critical'])
export type Stage = Static<typeof Stage>
export const stages = ['notice', 'warning', 'alarm', 'critical'] as const satisfies readonly Stage[]
export const isWorse = (a: Stage, b: Stage) => stages.indexOf(a) > stages.indexOf(b)

/** Silence is not one thing (product.md): late but active, home cannot be seen, truly missed. */
export const Silence = Type.Enum(['late', 'blind', 'missed'])
export type Silence = Static<typeof Silence>

/** The window a home is drawn as (design.md). Shape first, colour second, word third. */
export const HomeState = Type.Enum([
  'well',
  'notDue',
  'late',
  'missed',
  'hazard',
  'away',
  'blind',
  'unprotected',
])
export type HomeState = Static<typeof HomeState>

export const Edge = Type.Enum(['morning', 'evening'])
export type Edge = Static<typeof Edge>

export const CheckInVia = Type.Enum(['button', 'curtain', 'web', 'phone', 'visit', 'proxy'])
export type CheckInVia = Static<typeof CheckInVia>

export const Language = Type.Enum(['zh', 'en'])
export type Language = Static<typeof Language>
