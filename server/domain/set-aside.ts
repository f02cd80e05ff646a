// What the desk may set aside (ISA-18.2 G shelved and I out of service), and for how long. Never a danger (safety 11).
import { isHazard, type IncidentKind, type Stage } from '#contract/primitives.ts'
import { stepCondition, type ConditionState } from './condition.ts'
import { isAtLeast } from './worst.ts'

/** Shelved: a nuisance is quiet for minutes, and ends by itself. Out of service: a device under repair, until reviewed. */
export type SetAside = 'shelved' | 'outOfService'

export type SetAsideWish = {
  how: SetAside
  kind: IncidentKind
  stage: Stage
  state: ConditionState
  /** The device senses a danger that no human has closed yet. */
  inAlarm: boolean
  now: number
  untilAt: number
}

export type SetAsideBounds = { shelveMsMax: number; outOfServiceMsMax: number }

/**
 * `never` is a danger: the air, an SOS, a silence, or a detector that was taken off or has an alarm of its own.
 * `notNow`: it is set aside already. `tooLong`: in the past, or later than the bounds allow (epoch ms).
 */
export function maySetAside(
  wish: SetAsideWish,
  bounds: SetAsideBounds,
): 'allowed' | 'never' | 'notNow' | 'tooLong' {
  const { how, kind, stage, state, inAlarm, now, untilAt } = wish
  if (isHazard(kind) || kind === 'missed' || inAlarm || isAtLeast(stage, 'alarm')) return 'never'
  const what = how === 'shelved' ? 'shelve' : 'takeOut'
  if (stepCondition(state, { kind, what }) === undefined) return 'notNow'
  const longestMs = how === 'shelved' ? bounds.shelveMsMax : bounds.outOfServiceMsMax
  return untilAt <= now || untilAt > now + longestMs ? 'tooLong' : 'allowed'
}
