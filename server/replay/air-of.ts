// The air of a home, judged again: what came in, in the order in which it came, and what was due between.
import type { Evidence } from '#contract/incident.ts'
import type { DeviceRules } from '#contract/rules-device.ts'
import { soonest } from '#domain/co.ts'
import type { Verdict } from '#domain/verdict.ts'
import { isAtLeast } from '#domain/worst.ts'
import { withAlarm, withReading } from '../ingest/device-state.ts'
import { limits } from '../limits.ts'
import { subjectsOf } from '../rules/judge-again.ts'
import { judgeAir } from '../rules/judge-air.ts'
import { airSubject } from '../rules/judge-batch.ts'
import { airWindowMs, withSwap, type Subject } from '../rules/judge-subjects.ts'
import { keyOf, type Device } from '../rules/store.ts'
import {
  conditionOf,
  messagesOf,
  runOf,
  surroundings,
  type AirFound,
  type Airs,
  type Detector,
  type Run,
  type Said,
} from './detectors.ts'
import { onBoard, raise, unseenForMs, type Found } from './found.ts'
import { judgedAt } from './sight.ts'

/** Gives way after each judgement: a month of bad air may not hold up what is judged live. */
export function* airOf(airs: Airs): Generator<undefined, AirFound> {
  const run = runOf(airs)
  for (const said of messagesOf(airs)) {
    for (let due = nextDue(run, said.at); due; due = nextDue(run, said.at)) {
      judgeDue(run, due.detector, due.at)
      yield undefined
    }
    endStanding(run, said.at)
    hear(run, said)
    yield undefined
  }
  for (let due = nextDue(run, airs.span.untilAt); due; due = nextDue(run, airs.span.untilAt)) {
    judgeDue(run, due.detector, due.at)
    yield undefined
  }
  endStanding(run, airs.span.untilAt)
  for (const detector of run.detectors.values()) noteAlarm(run, detector, airs.span.untilAt)
  const { found, alarms, missed } = run
  return { found, alarms, missed }
}

function nextDue(run: Run, before: number): { detector: Detector; at: number } | undefined {
  let next: { detector: Detector; at: number } | undefined
  for (const detector of run.detectors.values()) {
    const at = detector.dueAt === null ? Infinity : judgedAt(detector.dueAt, run.blinds)
    if (at < before && at < (next?.at ?? Infinity)) next = { detector, at }
  }
  return next
}

/** As judge-batch.ts does with a batch. */
function hear(run: Run, said: Said): void {
  const detector = run.detectors.get(said.deviceId)
  if (!detector) return
  const alarms = said.alarms.filter(({ flags }) => flags.test !== true)
  for (const { deviceId: _id, receivedAt, kind, ...sample } of said.readings) {
    detector.samples.push(sample)
    const source = { ...unknownSource, ...sample, kind, receivedAt, deviceId: said.deviceId }
    detector.state = withReading(detector.state, source)
  }
  for (const alarm of said.alarms) detector.state = withAlarm(detector.state, alarm, alarm.at)
  const { kind } = run
  const device = deviceNow(detector)
  const { condition } = detector
  const subject = airSubject({ readings: said.readings, alarms, device, kind, condition, now: said.at })
  if (subject) judge(run, detector, { subject, now: said.at })
}

/** Only kind, value, flags and the two times move the state of a detector. */
const unknownSource = {
  serial: '',
  communityId: 0,
  homeId: 0,
  residentId: null,
  indoors: true,
  origin: 'replay' as const,
  timeSource: 'device' as const,
}

const deviceNow = ({ device, state: { hotAt, alarmActive } }: Detector): Device => ({
  ...device,
  hotAt,
  alarmActive,
})

/** As judge-again.ts does where the same samples mean more. */
function judgeDue(run: Run, detector: Detector, now: number): void {
  endStanding(run, now)
  detector.dueAt = null
  const { condition, device } = detector
  const conditions = new Map(condition ? [[keyOf(device.id, run.kind), condition] as const] : [])
  const subject = subjectsOf(deviceNow(detector), conditions, now).find(({ kind }) => kind === run.kind)
  if (subject) judge(run, detector, { subject, now })
}

function judge(run: Run, detector: Detector, { subject, now }: { subject: Subject; now: number }): void {
  const { fromAt, ...about } = subject
  forget(detector, now)
  const samples = detector.samples.filter(({ at }) => at >= fromAt)
  const { swappedAt } = detector.past
  const swapped = swappedAt !== null && swappedAt <= now ? swappedAt : undefined
  const home = surroundings(run, now)
  const { verdict, judgeAgainAt } = judgeAir({
    ...about,
    home,
    samples: withSwap(samples, swapped, run.dealtWithAt),
    dealtWithAt: run.dealtWithAt,
    now,
  })
  const stage = verdict?.stage ?? detector.condition?.stage ?? null
  const isAlarm = stage !== null && isAtLeast(stage, 'alarm')
  const missedAt = isAlarm ? missedBy(run, detector, { now, rules: home.rules.device }) : null
  const isMissed = missedAt !== null && missedAt <= now
  if (isMissed) run.missed.push({ deviceId: detector.past.id, at: now })
  const missedNextAt = isMissed
    ? missedBy(run, detector, { now, rules: home.rules.device, from: now })
    : missedAt
  detector.dueAt = soonest(judgeAgainAt, missedNextAt)
  if (verdict) settle(run, detector, { verdict, now })
}

/**
 * As judge-subjects.ts counts from its last word; here from the last one before the next long silence. `from`: one that
 * begins after it, where it was missed in this one already.
 */
function missedBy(
  { blinds }: Run,
  { past, state }: Detector,
  { now, rules, from = -Infinity }: { now: number; rules: DeviceRules; from?: number },
): number | null {
  if (state.hotAt === null) return null
  const silentMs = rules.alarmSilentMin * 60_000
  const gap = past.gaps.find(
    ({ fromAt, untilAt }) =>
      fromAt > from && (untilAt ?? Infinity) > now && (untilAt ?? Infinity) - fromAt > silentMs,
  )
  return gap ? judgedAt(gap.fromAt + silentMs, blinds) : null
}

function settle(run: Run, detector: Detector, { verdict, now }: { verdict: Verdict; now: number }): void {
  const { stage, evidence } = verdict
  if (stage === null) return clear(run, detector, now)
  noteAlarm(run, detector, now)
  const { home, kind } = run
  detector.condition = conditionOf(home, { past: detector.past, kind, stage, evidence })
  detector.since = now
  if (run.standing) raise(run.standing, { at: now, stage }, evidence)
  else open(run, { at: now, stage }, evidence)
}

/** Buffered data judges the eight hours before it, and is at most so old itself. */
function forget(detector: Detector, now: number): void {
  const kept = now - limits.deviceClockBehindMsMax - airWindowMs
  if ((detector.samples[0]?.at ?? now) < kept - airWindowMs)
    detector.samples = detector.samples.filter(({ at }) => at >= kept)
}

function open(run: Run, step: Found['steps'][number], evidence: Evidence): void {
  const { home, kind } = run
  const onIt = onBoard(home, kind, step.at)
  const endsAt = onIt ? onIt.endedAt : step.at + unseenForMs
  const found = { kind, residentId: null, deviceId: null, pact: null, steps: [step], evidence, endsAt }
  run.standing = found
  run.found.push(found)
}

/** The air is clean again. What no human saw past, is taken to be dealt with by now. */
function clear(run: Run, detector: Detector, now: number): void {
  noteAlarm(run, detector, now)
  if (detector.condition) detector.condition = { ...detector.condition, clearedAt: now }
  const { standing, home, kind } = run
  if (standing && !onBoard(home, kind, standing.steps[0]?.at ?? now)) standing.endsAt = now
}

/** A human ended it: what is still there opens a new one. */
function endStanding(run: Run, now: number): void {
  const endsAt = run.standing?.endsAt ?? Infinity
  if (endsAt > now) return
  run.standing = undefined
  run.dealtWithAt = endsAt
  for (const detector of run.detectors.values()) {
    noteAlarm(run, detector, endsAt)
    detector.condition = undefined
  }
}

function noteAlarm({ alarms }: Run, { condition, since: fromAt, past }: Detector, untilAt: number): void {
  if (!condition || condition.clearedAt !== null || !isAtLeast(condition.stage, 'alarm')) return
  const last = alarms.findLast(({ deviceId }) => deviceId === past.id)
  if (last && last.untilAt >= fromAt) last.untilAt = Math.max(last.untilAt, untilAt)
  else alarms.push({ deviceId: past.id, fromAt, untilAt })
}
