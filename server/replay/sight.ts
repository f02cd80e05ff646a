// What could be seen of a home at an instant: its devices, and we ourselves.
import type { DeviceRules } from '#contract/rules-device.ts'
import { silentAfterMs } from '#domain/liveness.ts'
import { limits } from '../limits.ts'
import { putForward } from '../rules/blindness-store.ts'
import type { BlindThen, DeviceThen, GapThen, HomeThen } from './history.ts'

/** When something that fell due at `dueAt` was judged: at once, or when the backlog of a blindness of ours was in. */
export function judgedAt(dueAt: number, blinds: readonly BlindThen[]): number {
  const within = blinds.filter(({ fromAt, judgeAfter }) => dueAt >= fromAt && dueAt <= judgeAfter)
  return within.reduce((at, { judgeAfter }) => Math.max(at, judgeAfter), dueAt)
}

/** When a device that last spoke at the beginning of this gap counts as silent: what we could not hear is no silence. */
export function silentFrom(
  { kind, power }: DeviceThen,
  { fromAt }: GapThen,
  { rules, blinds }: { rules: DeviceRules; blinds: readonly BlindThen[] },
): number {
  return blinds.filter(isLong).reduce(
    (silentAt, blind) => {
      const lies = fromAt <= blind.untilAt && silentAt > blind.fromAt
      return lies ? silentAt + blind.untilAt - blind.fromAt : silentAt
    },
    fromAt + silentAfterMs(kind, power, rules),
  )
}

export const isLong = ({ fromAt, untilAt }: BlindThen): boolean => untilAt - fromAt > limits.ownBlindnessMsMin

type Asked = {
  residentId: number
  dueAt: number
  now: number
  rules: DeviceRules
  blinds: readonly BlindThen[]
}

/**
 * As circumstances-store.ts asks it live: nothing that could have carried a greeting of theirs can be seen. When a device
 * was put up is not stored: it counts from its first word on.
 */
export function isBlind({ devices }: HomeThen, asked: Asked): boolean {
  const { residentId, dueAt, now, blinds } = asked
  if (blinds.some((one) => one.cause === putForward && dueAt >= one.fromAt && dueAt <= one.untilAt))
    return true
  const carriers = devices.filter(
    (device) =>
      (device.kind === 'button' ||
        device.kind === 'curtain' ||
        (device.kind === 'tablet' && !device.outOfService)) &&
      (device.residentId === null || device.residentId === residentId) &&
      (device.firstHeardAt ?? Infinity) <= now,
  )
  return carriers.length > 0 && !carriers.some((device) => isSeen(device, asked))
}

function isSeen(device: DeviceThen, { dueAt, now, rules, blinds }: Asked): boolean {
  if (device.outOfService) return false
  const gap = device.gaps.find(({ fromAt, untilAt }) => fromAt <= now && now < (untilAt ?? Infinity))
  if (gap && silentFrom(device, gap, { rules, blinds }) <= now) return false
  if (gap && device.offlineAts.some((at) => at >= gap.fromAt && at <= now)) return false
  const within = blinds.filter((one) => isLong(one) && dueAt >= one.fromAt && dueAt <= one.judgeAfter)
  return within.every(({ untilAt }) => device.backAfter.includes(untilAt))
}
