// The detectors of a home as they are carried from message to message, and what they said.
import type { Evidence } from '#contract/incident.ts'
import type { RiskTier } from '#contract/primitives.ts'
import { bodyOf } from '#domain/body.ts'
import type { AirSample } from '#domain/co.ts'
import type { StoredAlarm } from '#domain/stored.ts'
import { utcOffsetMs } from '#domain/utc-offset.ts'
import type { DeviceState } from '../ingest/device-state.ts'
import type { AirKind } from '../rules/judge-air.ts'
import type { Condition, Device } from '../rules/store.ts'
import type { Surroundings } from '../rules/surroundings-store.ts'
import type { Found } from './found.ts'
import type { BlindThen, DeviceThen, HomeThen, ReadingThen, Span } from './history.ts'
import type { RulesAt } from './rules-then.ts'

export type Airs = {
  home: HomeThen
  kind: AirKind
  /** Of this kind, by when they came in. */
  readings: readonly ReadingThen[]
  rulesAt: RulesAt
  blinds: readonly BlindThen[]
  span: Span
}

/** When a detector stood in alarm: its silence then is worse than any other. */
export type AlarmSpan = { deviceId: number; fromAt: number; untilAt: number }

/** It should have been heard again by past: somebody must look whether it was pulled out. */
export type MissedDetector = { deviceId: number; at: number }

export type AirFound = { found: Found[]; alarms: AlarmSpan[]; missed: MissedDetector[] }

/** One message: all that a device said with it. */
export type Said = { at: number; deviceId: number; readings: ReadingThen[]; alarms: StoredAlarm[] }

export type Detector = {
  past: DeviceThen
  device: Device
  state: DeviceState
  samples: AirSample[]
  condition: Condition | undefined
  /** Since when its condition stands as it is. */
  since: number
  dueAt: number | null
}

export type Run = Airs & {
  detectors: Map<number, Detector>
  dealtWithAt: number | null
  standing: Found | undefined
  found: Found[]
  alarms: AlarmSpan[]
  missed: MissedDetector[]
}

export function runOf(airs: Airs): Run {
  const { home, kind, span } = airs
  const before = home.incidents.filter((one) => one.kind === kind && one.openedAt < span.fromAt)
  const open = before.find(({ endedAt }) => (endedAt ?? Infinity) > span.fromAt)
  const ends = before.flatMap(({ endedAt }) => (endedAt !== null && endedAt <= span.fromAt ? [endedAt] : []))
  const standing: Found | undefined = open && {
    kind,
    residentId: null,
    deviceId: null,
    pact: null,
    steps: [{ at: open.openedAt, stage: open.stage }],
    evidence: open.evidence,
    endsAt: open.endedAt,
  }
  const detectors = home.devices.map((past): [number, Detector] => {
    const { evidence = {}, stage } = open ?? {}
    const condition = stage && conditionOf(home, { past, kind, stage, evidence })
    return [past.id, { ...bareDetector(home, past), condition }]
  })
  const dealtWithAt = ends.length > 0 ? Math.max(...ends) : null
  return { ...airs, detectors: new Map(detectors), dealtWithAt, standing, found: [], alarms: [], missed: [] }
}

function bareDetector(home: HomeThen, past: DeviceThen): Omit<Detector, 'condition'> {
  const state: DeviceState = {
    lastSeenAt: null,
    silentAt: null,
    online: null,
    connection: null,
    battery: null,
    flags: {},
    lastCo: null,
    lastCoAt: null,
    lastGas: null,
    lastGasAt: null,
    hotAt: null,
    alarmActive: {},
    unrolledFrom: null,
  }
  return { past, device: deviceRow(home, past), state, samples: [], since: 0, dueAt: null }
}

/** The row of a device as the rules read it, of what is stored of its past. */
export function deviceRow({ communityId, id: homeId, origin }: HomeThen, past: DeviceThen): Device {
  const { id, serial, kind, power, lelConvention, outOfService } = past
  return {
    id,
    serial,
    communityId,
    homeId,
    kind,
    power,
    origin,
    lelConvention,
    outOfService,
    silentAt: null,
    lastSeenAt: null,
    online: null,
    battery: null,
    flags: {},
    hotAt: null,
    alarmActive: {},
  }
}

type Raised = { past: DeviceThen; kind: AirKind; stage: Condition['stage']; evidence: Evidence }

export const conditionOf = (
  { id: homeId, origin }: HomeThen,
  { past, kind, stage, evidence }: Raised,
): Condition => ({
  homeId,
  deviceId: past.id,
  kind,
  stage,
  origin,
  clearedAt: null,
  evidence,
})

export function messagesOf({ readings, home, kind, span }: Airs): Said[] {
  const said = new Map<string, Said>()
  const of = (at: number, deviceId: number): Said => {
    const key = `${at} ${deviceId}`
    const one = said.get(key) ?? { at, deviceId, readings: [], alarms: [] }
    said.set(key, one)
    return one
  }
  for (const one of readings) of(one.receivedAt, one.deviceId).readings.push(one)
  for (const one of home.alarms) if (one.kind === kind) of(one.receivedAt, one.deviceId).alarms.push(one)
  return [...said.values()].filter(({ at }) => at < span.untilAt).toSorted((a, b) => a.at - b.at)
}

/** Of several residents the one at the highest risk says which rules hold, as in surroundings-store.ts. */
export function surroundings({ home, rulesAt }: Run, now: number): Surroundings {
  const { communityId, id: homeId, residents, zone } = home
  const year = new Date(now).getUTCFullYear()
  return {
    rules: rulesAt({ communityId, homeId, tier: tierOf(home) }, now),
    bodies: residents.map((resident) => bodyOf(resident, year)),
    utcOffsetMs: utcOffsetMs(now, zone),
  }
}

const tiers: readonly RiskTier[] = ['high', 'key', 'general']
export const tierOf = ({ residents }: HomeThen): RiskTier =>
  tiers.find((tier) => residents.some((resident) => resident.tier === tier)) ?? 'general'
