// Is a device alive and fit: when does it count as silent, and what does its own state mean for the home?
import type { Evidence } from '#contract/incident.ts'
import type { DeviceFlags } from '#contract/messages.ts'
import type { DeviceKind, PowerClass, Stage } from '#contract/primitives.ts'

const hourMs = 3_600_000

/** Mains devices send a heartbeat every 5 minutes; with the tenth minute two are missed and the third is due. */
const mainsSilentMs = 10 * 60_000
/** Battery devices speak once a day: 26 h leave room for a late one (facts 5.3) ... */
const batterySilentMs = 26 * hourMs
/** ... and what watches the air gets the shorter bound in use elsewhere, 25 h (facts 3.4). */
const batteryDetectorSilentMs = 25 * hourMs

/** Percent. Raised at the low mark of real sensors (10-15 %, facts 3.4), cleared well above it. */
const batteryLowAt = 15
const batteryFineAt = 20

/** After how many milliseconds without any message a device counts as silent. */
export function silentAfterMs(kind: DeviceKind, power: PowerClass): number {
  if (power === 'mains') return mainsSilentMs
  return isDetector(kind) ? batteryDetectorSilentMs : batterySilentMs
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
  return { stage: stageOf(device.kind, worst), evidence: { ...evidence, trouble: worst } }
}

/** Detectors of live danger: without them a home is unprotected. */
export const isDetector = (kind: DeviceKind): boolean => kind === 'co' || kind === 'gas'

function troublesOf(device: DeviceInput): Trouble[] {
  const troubles: [Trouble, boolean][] = [
    ['silent', device.silent],
    ['fault', device.flags.fault === true],
    ['tamper', device.flags.tamper === true],
    ['endOfLife', device.flags.endOfLife === true],
    ['lowBattery', isLow(device)],
  ]
  return troubles.filter(([, present]) => present).map(([trouble]) => trouble)
}

function isLow({ battery, alreadyLow }: DeviceInput): boolean {
  if (battery === null) return alreadyLow === true
  return battery <= batteryLowAt || (alreadyLow === true && battery < batteryFineAt)
}

const stageOf = (kind: DeviceKind, trouble: Trouble): Stage => stagesByTrouble[trouble](kind)

const stagesByTrouble: Record<Trouble, (kind: DeviceKind) => Stage> = {
  silent: (kind) => (isDetector(kind) || kind === 'gateway' ? 'warning' : 'notice'),
  fault: (kind) => (isDetector(kind) ? 'warning' : 'notice'),
  tamper: (kind) => (isDetector(kind) ? 'warning' : 'notice'),
  endOfLife: () => 'notice',
  lowBattery: () => 'notice',
}
