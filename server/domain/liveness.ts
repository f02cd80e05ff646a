// Is a device alive and fit: when does it count as silent, and what does its own state mean for the home?
import type { Evidence } from '#contract/incident.ts'
import type { DeviceFlags } from '#contract/messages.ts'
import type { DeviceKind, PowerClass, Stage } from '#contract/primitives.ts'
import { defaultRules } from '#contract/rule-set.ts'
import type { DeviceRules } from '#contract/rules-device.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

/**
 * After how many milliseconds without any message a device counts as silent: mains devices send a heartbeat every 5
 * minutes, battery devices speak once a day, and what watches the air gets the shorter bound (facts 3.4 and 5.3).
 */
export function silentAfterMs(
  kind: DeviceKind,
  power: PowerClass,
  rules: DeviceRules = defaultRules.device,
): number {
  if (power === 'mains') return rules.mainsSilentMin * minuteMs
  return (isDetector(kind) ? rules.detectorSilentH : rules.batterySilentH) * hourMs
}

export type DeviceInput = {
  kind: DeviceKind
  power: PowerClass
  silent: boolean
  /** Percent, or null where it never said. */
  battery: number | null
  flags: DeviceFlags
  outOfService: boolean
  /** Whether a low battery stands already: between 15 and 20 % it stays what it was. */
  alreadyLow?: boolean
  /** It senses with another element than before (epoch ms): nobody may take the new one's word for the old one's. */
  swappedAt?: number | null
  /** When its battery is expected to be low (epoch ms), where that is soon. */
  lowAt?: number | null
  /** An alarm of its own is not yet over: silent or taken off then, it is worse than any other trouble. */
  inAlarm?: boolean
  rules?: DeviceRules
}

type Trouble = NonNullable<Evidence['trouble']>

/**
 * What is the matter with a device, worst first, or null. A CO or gas detector that is silent, faulty or moved
 * leaves the home unprotected (未监护), and a silent gateway leaves it blind: warning; the rest is a notice. Out of
 * service is on the record already and raises nothing.
 */
export function judgeDevice(device: DeviceInput): { stage: Stage | null; evidence: Evidence } {
  const evidence: Evidence = device.battery === null ? {} : { battery: device.battery }
  const [worst] = device.outOfService ? [] : troublesOf(device)
  if (!worst) return { stage: null, evidence }
  // Unplugged or carried away in mid-alarm: the danger itself stays as it was (domain/co.ts), and somebody must look.
  const isRemoved = device.inAlarm === true && (worst === 'silent' || worst === 'tamper')
  const stage = isRemoved ? 'alarm' : stageOf(device.kind, worst)
  return {
    stage,
    evidence: {
      ...evidence,
      trouble: worst,
      ...(isRemoved ? { inAlarm: true } : {}),
      ...(worst === 'tamper' && device.swappedAt != null ? { swappedAt: device.swappedAt } : {}),
      ...(worst === 'lowSoon' && device.lowAt != null ? { lowAt: device.lowAt } : {}),
    },
  }
}

/** Detectors of live danger: without them a home is unprotected. */
export const isDetector = (kind: DeviceKind): boolean => kind === 'co' || kind === 'gas'

function troublesOf(device: DeviceInput): Trouble[] {
  const troubles: [Trouble, boolean][] = [
    ['silent', device.silent],
    ['fault', device.flags.fault === true],
    ['tamper', device.flags.tamper === true || device.swappedAt != null],
    ['endOfLife', device.flags.endOfLife === true],
    ['lowBattery', isLow(device)],
    ['lowSoon', device.lowAt != null],
  ]
  return troubles.filter(([, present]) => present).map(([trouble]) => trouble)
}

/** Raised at the low mark of real sensors (10-15 %, facts 3.4), cleared well above it. */
function isLow({ battery, alreadyLow, rules = defaultRules.device }: DeviceInput): boolean {
  if (battery === null) return alreadyLow === true
  const { batteryLowPercent, batteryFinePercent } = rules
  return battery <= batteryLowPercent || (alreadyLow === true && battery < batteryFinePercent)
}

const stageOf = (kind: DeviceKind, trouble: Trouble): Stage => stagesByTrouble[trouble](kind)

const stagesByTrouble: Record<Trouble, (kind: DeviceKind) => Stage> = {
  silent: (kind) => (isDetector(kind) || kind === 'gateway' ? 'warning' : 'notice'),
  fault: (kind) => (isDetector(kind) ? 'warning' : 'notice'),
  tamper: (kind) => (isDetector(kind) ? 'warning' : 'notice'),
  endOfLife: () => 'notice',
  lowBattery: () => 'notice',
  lowSoon: () => 'notice',
}
