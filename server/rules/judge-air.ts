// CO, gas and smoke: pure, from what is stored of a detector to a verdict.
import type { Evidence } from '#contract/incident.ts'
import { flagAgainAt, judgeCo, type AirFlag, type AirSample, type AirVerdict } from '#domain/co.ts'
import { judgeGas } from '#domain/gas.ts'
import { bufferedMs } from '#domain/device-time.ts'
import type { StoredAlarm } from '#domain/stored.ts'
import type { Verdict } from '#domain/verdict.ts'
import { verdictOf } from './verdict-of.ts'
import type { Condition, Device } from './store.ts'
import type { Surroundings } from './surroundings-store.ts'

export type AirKind = 'co' | 'gas' | 'smoke'

export type Air = {
  device: Device
  kind: AirKind
  samples: readonly AirSample[]
  /** What this batch says of the detector's own flag, tests left out. */
  alarms: readonly StoredAlarm[]
  condition: Condition | undefined
  /** When a human last ended an incident over this air (epoch ms). */
  dealtWithAt: number | null
  home: Surroundings
  now: number
}

export type Judged = {
  /** Undefined where there is nothing to say: clean air, and clean before. */
  verdict: Verdict | undefined
  /** When the same samples mean more (epoch ms), should none follow. */
  judgeAgainAt: number | null
}

export function judgeAir(air: Air): Judged {
  const { device, kind, condition } = air
  const found = stageOf(air)
  const passed = found.stage === null && condition === undefined ? passedFlag(air) : undefined
  const stage = passed ? 'notice' : found.stage
  const { judgeAgainAt } = found
  if (stage === null && (condition === undefined || condition.clearedAt !== null))
    return { verdict: undefined, judgeAgainAt }
  const unreadable = air.alarms.some((alarm) => alarm.unreadable) ? { unreadable: true } : {}
  const doubts = found.doubts.length > 0 ? { doubts: found.doubts } : {}
  const evidence: Evidence = { ...found.evidence, ...doubts, ...passed, ...unreadable }
  return { verdict: verdictOf(device, { kind, stage, evidence }), judgeAgainAt }
}

function stageOf(air: Air): AirVerdict {
  const { samples, condition, dealtWithAt, now, device, home } = air
  const { rules, bodies, utcOffsetMs } = home
  const seen = { samples, flag: flagOf(air), alreadyAt: condition?.stage ?? null, now, dealtWithAt }
  if (air.kind === 'co') return judgeCo({ ...seen, rules: rules.co, bodies })
  if (air.kind === 'gas') {
    const { lelConvention } = device
    return judgeGas({ ...seen, lelConvention, rules: rules.gas, utcOffsetMs })
  }
  return judgeSmoke(seen, rules.gas.flagFallsWithinMin)
}

/** There is no number for smoke: the detector is believed. */
function judgeSmoke(
  seen: { flag: AirFlag | null; dealtWithAt: number | null; now: number },
  fallsWithinMin: number,
): AirVerdict {
  const { flag } = seen
  if (!flag?.active) return { stage: null, evidence: {}, doubts: [], judgeAgainAt: null }
  return {
    stage: 'alarm',
    evidence: { flag: true, since: flag.since },
    doubts: [],
    judgeAgainAt: flagAgainAt(seen, fallsWithinMin),
  }
}

/** The level as it stands; also one that rose and fell within this batch acts, unless it is told from a buffer. */
function flagOf({ device, kind, alarms, condition, dealtWithAt }: Air): AirFlag | null {
  const { alarmActive } = device
  const since = alarmActive[`${kind}Since`] ?? 0
  const isOver = condition === undefined && since <= (dealtWithAt ?? -Infinity) && isGone(device)
  if (alarmActive[kind] && !isOver) return { active: true, since }
  const fresh = alarms.find((alarm) => alarm.active && alarm.receivedAt - alarm.at < bufferedMs)
  return fresh ? { active: true, since: fresh.at } : null
}

/**
 * Unplugged, taken down or not heard any more: its level is only the last thing it said. A human who closed since, and
 * took its battery out, is not rung again every ten minutes; its first word when it is back is judged as ever.
 */
const isGone = ({ outOfService, online, silentAt, lastSeenAt }: Device): boolean =>
  outOfService || online === false || (silentAt === null && lastSeenAt !== null)

/** Safety 9: an alarm found only in past data is somebody to look after, if no human has dealt with it since. */
function passedFlag({ alarms, dealtWithAt }: Air): Evidence | undefined {
  const passed = alarms.find(({ active, at }) => active && at > (dealtWithAt ?? -Infinity))
  return passed && { flag: true, since: passed.at, lastAt: passed.at }
}
