import { judgeDevice } from '#domain/liveness.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { Condition, Device } from './store.ts'
import { verdictOf } from './verdict-of.ts'

/**
 * What the state of a device means, after it spoke or fell silent. Undefined where nothing has changed: an unchanged
 * low battery opens nothing new with every heartbeat.
 */
export function judgeHealth(
  device: Device,
  condition: Condition | undefined,
  silent: boolean,
): Verdict | undefined {
  const { stage, evidence } = judgeDevice({
    kind: device.kind,
    power: device.power,
    silent,
    battery: device.battery,
    flags: device.flags,
    outOfService: device.outOfService,
    alreadyLow: condition?.evidence.trouble === 'lowBattery' && condition.clearedAt === null,
  })
  const stands = condition?.clearedAt === null ? condition : undefined
  if (stage === (stands?.stage ?? null) && evidence.trouble === stands?.evidence.trouble) return undefined
  return verdictOf(device, { kind: 'device', stage, evidence: { ...evidence, devices: [device.serial] } })
}
