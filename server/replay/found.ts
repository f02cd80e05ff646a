// An incident as one set of rules raises it in a home, and when it ends there.
import type { Evidence } from '#contract/incident.ts'
import { isWorse, type IncidentKind, type Stage } from '#contract/primitives.ts'
import type { HomeThen, IncidentThen } from './history.ts'

export type Step = { at: number; stage: Stage }

export type Found = {
  kind: IncidentKind
  residentId: number | null
  /** Which device is silent; null for all else. */
  deviceId: number | null
  /** The occurrence that was missed. */
  pact: { id: number; on: string } | null
  /** Opened, then raised: oldest first, each worse than the one before. */
  steps: Step[]
  evidence: Evidence
  /** When a human, or the thing itself, ended it (epoch ms). */
  endsAt: number | null
}

/** Raises it where it is worse now than before. */
export function raise(found: Found, { at, stage }: Step, evidence: Evidence): void {
  const last = found.steps.at(-1)
  if (last && !isWorse(stage, last.stage)) return
  found.steps.push({ at, stage })
  found.evidence = { ...found.evidence, ...evidence }
}

export const stageOf = ({ steps }: Found): Stage => steps.at(-1)?.stage ?? 'notice'

/** What no human saw then is taken to be dealt with this long after it began, if nothing else ends it. */
export const unseenForMs = 12 * 3_600_000

/** An incident of the same air counts as the same one where they begin at most this far apart. */
export const sameWithinMs = 12 * 3_600_000

/** The one on the board then with which a danger found at `at` would have been dealt with. */
export const onBoard = (home: HomeThen, kind: IncidentKind, at: number): IncidentThen | undefined =>
  home.incidents.find(
    (one) =>
      one.kind === kind && (one.endedAt === null || one.endedAt > at) && one.openedAt <= at + sameWithinMs,
  )
