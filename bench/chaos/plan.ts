// What will happen in the homes, drawn before the first fault: who presses when, who does not, where there is danger.
import type { Chance } from './chance.ts'

export type Hazard = 'alarm' | 'sos'

export type HomePlan = {
  home: number
  /** Epoch ms: when the pact of the resident falls due; null: not in this run. */
  dueAt: number | null
  /** Epoch ms: when she presses; null: she does not. */
  pressAt: number | null
  hazard: { at: number; what: Hazard } | null
  /** Between two readings of her detector. */
  readingEveryMs: number
}

export type Span = { fromAt: number; untilAt: number }

/** A press this short before the deadline is still on its way when it is judged, also where nothing is broken. */
const pressBeforeMsMin = 2000
const pressBeforeMsMax = 20_000
/** One in so many does not press. */
const missingEvery = 8
/** One home in so many is in danger once. */
const hazardEvery = 10

/** @param live when homes are alive @param due when pacts fall due, inside of it */
export function drawHomes(
  chance: Chance,
  count: number,
  { live, due }: { live: Span; due: Span },
): HomePlan[] {
  return Array.from({ length: count }, (_, nth) => {
    const dueAt = chance.between(due.fromAt, due.untilAt)
    const pressAt = Math.max(live.fromAt, dueAt - chance.between(pressBeforeMsMin, pressBeforeMsMax))
    const isMissing = chance.between(1, missingEvery) === 1
    const isInDanger = nth % hazardEvery === 0
    return {
      home: nth + 1,
      dueAt,
      pressAt: isMissing ? null : Math.min(pressAt, dueAt - pressBeforeMsMin),
      hazard: isInDanger
        ? { at: chance.between(live.fromAt, live.untilAt), what: chance.pick(['alarm', 'sos'] as const) }
        : null,
      readingEveryMs: chance.between(4000, 12_000),
    }
  })
}
