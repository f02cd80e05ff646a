// Which devices fell silent, judged again from when they spoke.
import { judgeHealth } from '../rules/judge-health.ts'
import { deviceRow, tierOf, type AlarmSpan, type MissedDetector } from './detectors.ts'
import type { Found } from './found.ts'
import type { BlindThen, DeviceThen, GapThen, HomeThen, Span } from './history.ts'
import type { RulesAt } from './rules-then.ts'
import { judgedAt, silentFrom } from './sight.ts'

export type Devices = {
  home: HomeThen
  alarms: readonly AlarmSpan[]
  missed: readonly MissedDetector[]
  rulesAt: RulesAt
  blinds: readonly BlindThen[]
  span: Span
}

export function silentDevicesOf(devices: Devices): Found[] {
  const { home } = devices
  return home.devices.flatMap((device) =>
    device.outOfService ? [] : device.gaps.flatMap((gap) => silenceIn(devices, device, gap) ?? []),
  )
}

function silenceIn(devices: Devices, device: DeviceThen, gap: GapThen): Found | undefined {
  const { home, rulesAt, blinds, span } = devices
  const { communityId, id: homeId } = home
  const rules = rulesAt({ communityId, homeId, tier: tierOf(home) }, gap.fromAt).device
  const dueAt = silentFrom(device, gap, { rules, blinds })
  const at = Math.min(judgedAt(dueAt, blinds), goneInAlarm(devices, device, gap))
  if (at >= Math.min(gap.untilAt ?? Infinity, span.untilAt)) return undefined
  const inAlarm = devices.alarms.some(
    ({ deviceId, fromAt, untilAt }) => deviceId === device.id && at >= fromAt && at <= untilAt,
  )
  const verdict = judgeHealth(deviceRow(home, device), undefined, { silent: true, inAlarm, rules, now: at })
  if (!verdict?.stage) return undefined
  const { stage, evidence } = verdict
  const about = { kind: 'device' as const, residentId: null, deviceId: device.id, pact: null }
  return { ...about, steps: [{ at, stage }], evidence, endsAt: gap.untilAt }
}

/** In mid-alarm it is missed sooner, and at once where it said goodbye (rules/judge-again.ts, judge-batch.ts). */
function goneInAlarm({ alarms, missed }: Devices, device: DeviceThen, gap: GapThen): number {
  const isWithin = (at: number) => at >= gap.fromAt && at < (gap.untilAt ?? Infinity)
  const goodbyes = device.offlineAts.filter((at) =>
    alarms.some(({ deviceId, fromAt, untilAt }) => deviceId === device.id && at >= fromAt && at <= untilAt),
  )
  const instants = missed.flatMap(({ deviceId, at }) => (deviceId === device.id ? [at] : []))
  return Math.min(Infinity, ...[...goodbyes, ...instants].filter(isWithin))
}
