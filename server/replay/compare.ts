// Two lists of incidents of a home, side by side: which are the same, which only one of them has. Pure.
import { stages } from '#contract/primitives.ts'
import type { Raised } from '#contract/rule-trial.ts'
import { sameWithinMs, type Found } from './found.ts'

/** The same incident twice; one side is missing where only the other raises it. */
export type Pair = { before: Found | undefined; after: Found | undefined }

/** Each incident of either side once; of several that could be the same, the nearest in time. */
export function paired(before: readonly Found[], after: readonly Found[]): Pair[] {
  const left = [...after]
  const pairs = before.map((one): Pair => {
    const index = nearest(one, left)
    const [match] = index < 0 ? [] : left.splice(index, 1)
    return { before: one, after: match }
  })
  return [...pairs, ...left.map((one) => ({ before: undefined, after: one }))]
}

function nearest(one: Found, others: readonly Found[]): number {
  let best = -1
  let bestMs = Infinity
  for (const [index, other] of others.entries()) {
    const apartMs = Math.abs(openedAt(other) - openedAt(one))
    if (isAlike(one, other) && apartMs < bestMs) [best, bestMs] = [index, apartMs]
  }
  return best
}

/** A silence by its person and day; all else by what it is about, not too far apart. */
function isAlike(one: Found, other: Found): boolean {
  if (one.kind !== other.kind || one.deviceId !== other.deviceId || one.residentId !== other.residentId)
    return false
  if (one.pact && other.pact) return one.pact.id === other.pact.id && one.pact.on === other.pact.on
  return Math.abs(openedAt(other) - openedAt(one)) <= sameWithinMs
}

export const openedAt = ({ steps }: Found): number => steps[0]?.at ?? 0

export function raisedOf({ steps }: Found): Raised | null {
  const [first] = steps
  const worst = steps.at(-1)
  return first && worst ? { at: first.at, stage: first.stage, worst: worst.stage, worstAt: worst.at } : null
}

/** @param slackMs how far apart in time still counts as the same */
export function differs({ before, after }: Pair, slackMs: number): boolean {
  const [a, b] = [before && raisedOf(before), after && raisedOf(after)]
  if (!a || !b) return a !== b
  const isSame = a.stage === b.stage && a.worst === b.worst
  return !isSame || Math.abs(a.at - b.at) > slackMs || Math.abs(a.worstAt - b.worstAt) > slackMs
}

/** Whether `after` tells of it later than `before` did, or of less; or not at all. */
export function tellsLess({ before, after }: Pair, slackMs: number): boolean {
  const [a, b] = [before && raisedOf(before), after && raisedOf(after)]
  if (!a || !b) return a !== null && a !== undefined
  const rank = (stage: Raised['stage']) => stages.indexOf(stage)
  return b.at > a.at + slackMs || rank(b.worst) < rank(a.worst) || laterAtWorst(a, b, slackMs)
}

const laterAtWorst = (a: Raised, b: Raised, slackMs: number): boolean =>
  a.worst === b.worst && b.worstAt > a.worstAt + slackMs
