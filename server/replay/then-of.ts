// What was opened live in a home, in the form in which it is judged again.
import { findOutcome } from '#contract/outcomes.ts'
import type { Found, Step } from './found.ts'
import type { HomeThen, IncidentThen } from './history.ts'
import type { Touched } from './rules-then.ts'

export type FoundThen = Found & { card: IncidentThen | undefined }

/** Without SOS, which no rule changes, what an absence asks, and trouble that a device reports of itself. */
export function foundThen(home: HomeThen, { air, silence, devices }: Touched): FoundThen[] {
  const onBoard = home.incidents.flatMap((card): FoundThen[] => {
    const { kind, residentId, evidence, endedAt: endsAt } = card
    const steps = stepsOf(card)
    const isAir = kind === 'co' || kind === 'gas' || kind === 'smoke'
    if (isAir && air)
      return [{ kind, residentId: null, deviceId: null, pact: null, steps, evidence, endsAt, card }]
    if (kind !== 'missed' || !silence || evidence.silence === undefined) return []
    const pact = card.pactId !== null && card.on !== null ? { id: card.pactId, on: card.on } : null
    return [{ kind, residentId, deviceId: null, pact, steps, evidence, endsAt, card }]
  })
  if (!devices) return onBoard
  const silent = home.silentDevices.map(({ deviceId, at, clearedAt, stage }): FoundThen => {
    const serial = home.devices.find(({ id }) => id === deviceId)?.serial
    const evidence = { trouble: 'silent' as const, ...(serial === undefined ? {} : { devices: [serial] }) }
    const about = { kind: 'device' as const, residentId: null, deviceId, pact: null }
    return { ...about, steps: [{ at, stage }], evidence, endsAt: clearedAt, card: undefined }
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
export const wasReal = ({ card }: FoundThen): boolean =>
  card?.outcome != null && findOutcome(card.outcome, card.kind)?.serious === true
