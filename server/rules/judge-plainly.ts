// A danger by its own word alone: for the one message on which the rules fail. Somebody looks, whatever the fault is.
import { readingUnits, type Stage } from '#contract/primitives.ts'
import { defaultRules } from '#contract/rule-set.ts'
import { bufferedMs } from '#domain/device-time.ts'
import type { StoredAlarm, StoredBatch, StoredReading } from '#domain/stored.ts'
import { flagBits } from '#domain/stored.ts'
import type { Verdict } from '#domain/verdict.ts'
import { judgeSos } from './judge-batch.ts'
import { verdictOf } from './verdict-of.ts'

/** Reads nothing: what is stored of this home may be what the rules fail on. Pure. */
export const judgePlainly = ({ soses, alarms, readings }: StoredBatch): Verdict[] => [
  ...soses.map(judgeSos),
  ...alarms.filter(({ active, flags }) => active && flags.test !== true).map(judgeFlag),
  ...airKinds.flatMap((kind) => judgeWorst(kind, readings) ?? []),
]

const airKinds = ['co', 'gas'] as const

const isPast = ({ at, receivedAt }: { at: number; receivedAt: number }) => receivedAt - at >= bufferedMs

function judgeFlag(alarm: StoredAlarm): Verdict {
  const { kind, at, unreadable, deviceId } = alarm
  const evidence = { flag: true, since: at, lastAt: at, ...(unreadable ? { unreadable } : {}) }
  return verdictOf({ ...alarm, id: deviceId }, { kind, stage: isPast(alarm) ? 'notice' : 'alarm', evidence })
}

/** One sample that any rule would look at; the rest of them is what failed (facts 1.4 and 2.2). */
const levels = {
  co: { from: defaultRules.co.holdPpm, alarm: defaultRules.co.alarmPpm },
  gas: { from: defaultRules.gas.noticeLel, alarm: defaultRules.gas.alarmOnceLel },
} as const

function judgeWorst(kind: 'co' | 'gas', readings: readonly StoredReading[]): Verdict | undefined {
  const [worst] = readings
    .filter((one) => one.kind === kind && (one.flags & flagBits.test) === 0)
    .toSorted((a, b) => b.value - a.value)
  if (worst === undefined || worst.value < levels[kind].from) return undefined
  const live: Stage = worst.value >= levels[kind].alarm ? 'alarm' : 'warning'
  const { value, at } = worst
  const evidence = { value, peak: value, unit: readingUnits[kind], since: at, lastAt: at }
  return verdictOf(
    { ...worst, id: worst.deviceId },
    { kind, stage: isPast(worst) ? 'notice' : live, evidence },
  )
}
