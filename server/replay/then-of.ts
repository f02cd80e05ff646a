// What was opened live in a home, in the form in which it is judged again.
import { findOutcome } from '#contract/outcomes.ts'
import type { Found, Step } from './found.ts'
import type { HomeThen, IncidentThen } from './history.ts'
import type { Touched } from './rules-then.ts'

export type FoundThen = Found & { then: IncidentThen | undefined }

/** Without SOS, which no rule changes, what an absence asks, and trouble that a device reports of itself. */
export function foundThen(home: HomeThen, { air, silence, devices }: Touched): FoundThen[] {
  const onBoard = home.incidents.flatMap((then): FoundThen[] => {
    const { kind, residentId, evidence, endedAt: endsAt } = then
    const steps = stepsOf(then)
    const isAir = kind === 'co' || kind === 'gas' || kind === 'smoke'
    if (isAir && air)
      return [{ ...{ kind, residentId: null, deviceId: null, pact: null }, steps, evidence, endsAt, then }]
    if (kind !== 'missed' || !silence || evidence.silence === undefined) return []
    const pact = then.pactId !== null && then.on !== null ? { id: then.pactId, on: then.on } : null
    return [{ kind, residentId, deviceId: null, pact, steps, evidence, endsAt, then }]
  })
  if (!devices) return onBoard
  const silent = home.silentDevices.map(({ deviceId, at, clearedAt, stage }): FoundThen => {
    const serial = home.devices.find(({ id }) => id === deviceId)?.serial
    const evidence = { trouble: 'silent' as const, ...(serial === undefined ? {} : { devices: [serial] }) }
    const about = { kind: 'device' as const, residentId: null, deviceId, pact: null }
    return { ...about, steps: [{ at, stage }], evidence, endsAt: clearedAt, then: undefined }
  })
  return [...onBoard, ...silent]
}

/** What an absence had opened before is a silence from the deadline on. */
function stepsOf({ kind, steps, openedAt, stage, evidence }: IncidentThen): Step[] {
  const known = steps.length > 0 ? steps : [{ at: openedAt, stage }]
  const since = kind === 'missed' ? known.filter(({ at }) => at >= (evidence.dueAt ?? at)) : known
  return since.length > 0 ? since : known.slice(-1)
}

/** Somebody was in trouble, by what a human recorded. */
export const wasReal = ({ then }: FoundThen): boolean =>
  then?.outcome != null && findOutcome(then.outcome, then.kind)?.serious === true
