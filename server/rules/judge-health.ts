import type { Evidence } from '#contract/incident.ts'
import type { DeviceRules } from '#contract/rules-device.ts'
import { judgeDevice } from '#domain/liveness.ts'
import type { Verdict } from '#domain/verdict.ts'
import { isAtLeast } from '#domain/worst.ts'
import { keyOf, type Condition, type Device } from './store.ts'
import { verdictOf } from './verdict-of.ts'

export type SeenOfDevice = {
  silent: boolean
  inAlarm: boolean
  /** It has just begun to sense with another element (epoch ms). */
  swappedAt?: number | undefined
  /** When its battery will be low, if that was foreseen now (epoch ms); null: not soon. Left out: nobody looked. */
  lowAt?: number | null
  rules?: DeviceRules
  now: number
}

/** Somebody has looked at an exchanged element within a day; until then the new one is under suspicion. */
const swapStandsMs = 24 * 3_600_000
/** Percent more than when it was foreseen: a new battery (domain/battery.ts). */
const replacedByPercent = 15

/**
 * What the state of a device means, after it spoke or fell silent. Undefined where nothing has changed: an unchanged
 * low battery opens nothing new with every heartbeat.
 */
export function judgeHealth(
  device: Device,
  condition: Condition | undefined,
  seen: SeenOfDevice,
): Verdict | undefined {
  const stands = condition?.clearedAt === null ? condition : undefined
  const { stage, evidence } = judgeDevice({
    kind: device.kind,
    power: device.power,
    silent: seen.silent,
    inAlarm: seen.inAlarm,
    battery: device.battery,
    flags: device.flags,
    outOfService: device.outOfService,
    alreadyLow: stands?.evidence.trouble === 'lowBattery',
    swappedAt: seen.swappedAt ?? swapThatStands(stands?.evidence, seen.now),
    lowAt: seen.lowAt === undefined ? foreseen(stands?.evidence, device.battery) : seen.lowAt,
    ...(seen.rules ? { rules: seen.rules } : {}),
  })
  const isSame = stage === (stands?.stage ?? null) && evidence.trouble === stands?.evidence.trouble
  if (isSame && (seen.swappedAt === undefined || evidence.trouble !== 'tamper')) return undefined
  return verdictOf(device, { kind: 'device', stage, evidence: { ...evidence, devices: [device.serial] } })
}

/** Its own air condition is an alarm that nothing has ended. */
export const isInAlarm = (device: Device, conditions: ReadonlyMap<string, Condition>): boolean =>
  (['co', 'gas', 'smoke'] as const).some((kind) => {
    const condition = conditions.get(keyOf(device.id, kind))
    return condition !== undefined && condition.clearedAt === null && isAtLeast(condition.stage, 'alarm')
  })

const swapThatStands = (evidence: Evidence | undefined, now: number): number | null =>
  evidence?.swappedAt !== undefined && now - evidence.swappedAt < swapStandsMs ? evidence.swappedAt : null

function foreseen(evidence: Evidence | undefined, battery: number | null): number | null {
  if (evidence?.trouble !== 'lowSoon') return null
  const isNew = battery !== null && battery - (evidence.battery ?? battery) >= replacedByPercent
  return isNew ? null : (evidence.lowAt ?? null)
}
