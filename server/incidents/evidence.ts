// What the card says of why we think so, as more is seen. Pure.
import type { Evidence } from '#contract/incident.ts'
import type { Verdict } from '#domain/verdict.ts'

/** A new peak is worth a new version of the card only if it is this much higher: detectors sample every few seconds. */
const peakRiseWorthShowing = 1.1

/** The old evidence with what the verdict adds. What opened the incident stays; nothing that was worse is lost. */
export function mergedEvidence(old: Evidence, verdict: Verdict): Evidence {
  const { evidence: seen, ringsAgain, stage, kind } = verdict
  const { cleanSince: _, ...kept } = old
  const { on: _on, task: _task, ...merged }: Evidence = { ...(stage === null ? old : kept), ...seen }
  const peak = highest(old.peak, old.value, seen.peak, seen.value)
  const presses = ringsAgain && kind !== 'device' ? (old.presses ?? 1) + 1 : old.presses
  const since = lowest(old.since, seen.since)
  const doubts = [...new Set([...(old.doubts ?? []), ...(seen.doubts ?? [])])].sort()
  const devices = [...new Set([...(old.devices ?? []), ...(seen.devices ?? [])])]
  return {
    ...merged,
    ...(peak === undefined ? {} : { peak }),
    ...(presses === undefined ? {} : { presses: Math.max(presses, seen.presses ?? 0) }),
    ...(since === undefined ? {} : { since }),
    ...(devices.length > 0 ? { devices } : {}),
    ...(doubts.length > 0 ? { doubts } : {}),
    ...(old.flag || seen.flag ? { flag: true } : {}),
    ...(old.unreadable || seen.unreadable ? { unreadable: true } : {}),
    ...dayAndTask(old, seen),
    ...(old.dueAt === undefined ? {} : { dueAt: old.dueAt }),
  }
}

/**
 * A silence is worse than what an absence asks: found later, it takes the card over with its own day and task; found
 * before, it keeps both.
 */
function dayAndTask(old: Evidence, seen: Evidence): Pick<Evidence, 'on' | 'task'> {
  const isTakenOver = old.silence === undefined && seen.silence !== undefined
  const isKept = old.silence !== undefined && seen.silence === undefined
  const on = isTakenOver ? seen.on : (old.on ?? seen.on)
  const task = isKept ? old.task : seen.silence === undefined ? (seen.task ?? old.task) : seen.task
  return { ...(on === undefined ? {} : { on }), ...(task === undefined ? {} : { task }) }
}

/**
 * Whether a human would see a difference. The running value and its instant are not one: the card shows the air of
 * the home anyway, and every sample would otherwise make a decision that is being typed out of date.
 */
export function looksDifferent(old: Evidence, merged: Evidence): boolean {
  const [peak, before] = [merged.peak ?? 0, highest(old.peak, old.value) ?? 0]
  const risen = peak > before && peak >= before * peakRiseWorthShowing
  return risen || shown(old) !== shown(merged)
}

function shown(evidence: Evidence): string {
  const { value: _value, peak: _peak, lastAt: _lastAt, cohb, cleanSince, ...rest } = evidence
  const seen = { ...rest, clean: cleanSince !== undefined, cohb: cohb && Math.floor(cohb.estimate) }
  const inOrder = Object.entries(seen)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify(inOrder)
}

function highest(...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 ? Math.max(...known) : undefined
}

function lowest(...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}
