// Of several stages, the worst: how independent reasons become one verdict.
import { isWorse, type Stage } from '#contract/primitives.ts'

/** Why a stage was reached: the name of the rule window, for example 100ppm-10min. */
export type Reason = { stage: Stage; window: string }

/** The worst of these stages; null (nothing is the matter) is the mildest. */
export function worstOf(...stages: (Stage | null)[]): Stage | null {
  return stages.reduce((worst, stage) => (stage && (!worst || isWorse(stage, worst)) ? stage : worst), null)
}

/** The reason with the worst stage; of equally bad ones the first. */
export function worstReason(reasons: readonly Reason[]): Reason | null {
  return reasons.reduce<Reason | null>(
    (worst, reason) => (!worst || isWorse(reason.stage, worst.stage) ? reason : worst),
    null,
  )
}

/** Whether `stage` is at least as bad as `floor`. */
export const isAtLeast = (stage: Stage, floor: Stage): boolean => !isWorse(floor, stage)
