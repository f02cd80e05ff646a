// What is stored of homes between two instants, as judging again needs it. Times are epoch ms.
import type { Evidence } from '#contract/incident.ts'
import type { OutcomeCode } from '#contract/outcomes.ts'
import type {
  DeviceKind,
  Edge,
  IncidentKind,
  Origin,
  PowerClass,
  RiskTier,
  Stage,
} from '#contract/primitives.ts'
import type { AirSample } from '#domain/co.ts'
import type { Hours } from '#domain/schedule.ts'
import type { StoredAlarm } from '#domain/stored.ts'

export type ResidentThen = {
  id: number
  greeting: string
  tier: RiskTier
  deaf: boolean
  enrolledOn: string
  birthYear: number | null
  file: Record<string, unknown>
  /** Had pressed before the first of `checkIns`. */
  hadPressed: boolean
  /** Oldest first, by when they came in. */
  checkIns: CheckInThen[]
  absences: AbsenceThen[]
  pacts: PactThen[]
}

export type CheckInThen = {
  at: number
  receivedAt: number
  pactId: number | null
  on: string | null
  via: string
  /** By themselves; else somebody saw or spoke with them. */
  own: boolean
}

export type AbsenceThen = {
  fromOn: string
  untilOn: string
  confirmedOn: string
  declaredAt: number
  endedAt: number | null
}

export type PactThen = {
  id: number
  edge: Edge
  /** As they are now; `changes` say what they were. */
  hours: Hours
  /** Oldest first: what was agreed until then. Null: this half did not exist. */
  changes: { at: number; before: Hours | null }[]
}

/** `residentId`: whose alone its device is; null where it stands for the home. */
export type SignThen = {
  residentId: number | null
  at: number
  receivedAt: number
  what: string
  indoors: boolean
}

/** From one word of a device to its next one, where that took long; `untilAt` null: none came. */
export type GapThen = { fromAt: number; untilAt: number | null }

export type DeviceThen = {
  id: number
  serial: string
  residentId: number | null
  kind: DeviceKind
  power: PowerClass
  lelConvention: 'gb' | 'iec'
  outOfService: boolean
  swappedAt: number | null
  firstHeardAt: number | null
  gaps: GapThen[]
  /** It said goodbye, or its last will was published. */
  offlineAts: number[]
  /** Heard within so long after a blindness of our own: the ends of those blindnesses. */
  backAfter: number[]
}

/** Of one detector: by when it came in, oldest first. */
export type ReadingThen = AirSample & { deviceId: number; kind: 'co' | 'gas'; receivedAt: number }

export type IncidentThen = {
  id: number
  residentId: number | null
  kind: IncidentKind
  openedAt: number
  endedAt: number | null
  stage: Stage
  evidence: Evidence
  outcome: OutcomeCode | null
  pactId: number | null
  on: string | null
  /** Opened and raised, oldest first. */
  steps: { at: number; stage: Stage }[]
}

/** A device that was found silent then. */
export type SilentThen = { deviceId: number; at: number; clearedAt: number | null; stage: Stage }

export type BlindThen = { fromAt: number; untilAt: number; judgeAfter: number; cause: string }

export type HomeThen = {
  id: number
  label: string
  communityId: number
  zone: string
  origin: Origin
  residents: ResidentThen[]
  devices: DeviceThen[]
  /** Oldest first. */
  signs: SignThen[]
  alarms: StoredAlarm[]
  incidents: IncidentThen[]
  silentDevices: SilentThen[]
}

/** Judged again is what falls due, or comes in, from `fromAt` and before `untilAt`. */
export type Span = { fromAt: number; untilAt: number }
