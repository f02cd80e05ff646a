// What watches a home, and what does not: a home without working cover is unprotected (未监护) and says so.
import type { Danger } from '#contract/incident.ts'
import type { DeviceFlags } from '#contract/messages.ts'
import type { DeviceKind } from '#contract/primitives.ts'

export type CoverDevice = {
  kind: DeviceKind
  silent: boolean
  outOfService: boolean
  flags: DeviceFlags
}

export type Cover = {
  /** Dangers of this home that no working detector watches. */
  unprotected: Danger[]
  /** No device that could carry a greeting can be heard (监测中断, safety 8). */
  blind: boolean
  /** Devices that are there and do not count, and why. */
  useless: {
    kind: DeviceKind
    because: 'silent' | 'outOfService' | 'fault' | 'endOfLife' | 'tamper' | 'warmup'
  }[]
}

/**
 * A detector counts only while it is heard, in its place and not at its end. Warming up it cannot vouch for the air yet:
 * the home is unprotected for those minutes, and the page says why.
 */
export function coverOf(home: { dangers: readonly Danger[]; devices: readonly CoverDevice[] }): Cover {
  const useless = home.devices.flatMap(({ kind, ...state }) => {
    const because = whyUseless(kind, state)
    return because ? [{ kind, because }] : []
  })
  const isWorking = (device: CoverDevice) => whyUseless(device.kind, device) === null
  const carriers = home.devices.filter(({ kind }) => carrierKinds.includes(kind))
  const isDeaf = ({ kind, silent, outOfService }: CoverDevice) =>
    kind === 'gateway' && silent && !outOfService
  return {
    unprotected: home.dangers.filter(
      (danger) => !home.devices.some((device) => device.kind === danger && isWorking(device)),
    ),
    blind:
      home.devices.some(isDeaf) ||
      (carriers.length > 0 && !carriers.some((device) => !device.silent && !device.outOfService)),
    useless,
  }
}

const carrierKinds: readonly DeviceKind[] = ['button', 'curtain', 'tablet']

/**
 * What can be dangerous in a home: what its file says (`plan.dangers`, by fuel, heater and stove), and what somebody
 * once thought worth a detector.
 */
export function dangersOf(plan: Readonly<Record<string, unknown>>, kinds: readonly DeviceKind[]): Danger[] {
  const said: unknown = plan['dangers']
  const named: readonly unknown[] = Array.isArray(said) ? said : []
  return (['co', 'gas'] as const).filter((danger) => kinds.includes(danger) || named.includes(danger))
}

type State = Omit<CoverDevice, 'kind'>

function whyUseless(
  kind: DeviceKind,
  { silent, outOfService, flags }: State,
): Cover['useless'][number]['because'] | null {
  if (outOfService) return 'outOfService'
  if (silent) return 'silent'
  if (flags.fault === true) return 'fault'
  if (kind !== 'co' && kind !== 'gas') return null
  if (flags.tamper === true) return 'tamper'
  if (flags.endOfLife === true) return 'endOfLife'
  return flags.warmup === true ? 'warmup' : null
}
