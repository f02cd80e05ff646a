import type { Edge } from '#contract/primitives.ts'

/** A pact that a press may belong to, seen at the moment of the press. Times are epoch ms, days are local. */
export type PactAtPress = {
  pactId: number
  edge: Edge
  dueOn: string
  opensAt: number
  dueAt: number
  covered: boolean
  /** The day of the press in the community's zone. */
  pressedOn: string
  /** The pact asks for a greeting on that day of the week. */
  asksThatDay: boolean
  /** A press in time for that day is there already. */
  coveredThatDay: boolean
  /** The day of a missed check-in of this pact that no human has closed. */
  missedOn: string | null
}

/** Which occurrence a press belongs to. `covers`: it is the one that settles the occurrence still to be judged. */
export type Placed = { pactId: number; on: string; edge: Edge; late: boolean; covers: boolean }

/**
 * Finds the occurrence of a pact that a press at `at` belongs to: the open one, which is covered also by a press
 * after the deadline as long as nobody has judged it; else one that was judged without her (late); else none.
 */
export function placeCheckIn(press: {
  at: number
  edge: Edge | null
  pacts: readonly PactAtPress[]
}): Placed | null {
  const { at, edge } = press
  const pacts = press.pacts.filter((pact) => edge === null || pact.edge === edge)
  const open = pacts.filter((pact) => isOpen(pact, at)).sort(byNeed)[0]
  if (open) {
    const { pactId, dueOn, covered, dueAt } = open
    return { pactId, on: dueOn, edge: open.edge, late: at > dueAt, covers: !covered }
  }
  const missed = pacts.find((pact) => pact.missedOn !== null)
  const judged = pacts.find((pact) => pact.dueOn > pact.pressedOn && pact.asksThatDay && !pact.coveredThatDay)
  // A card of days ago that nobody has closed yet: what was pressed today after the hour is today's.
  if (judged && (!missed?.missedOn || missed.missedOn < judged.pressedOn))
    return late(judged, judged.pressedOn)
  return missed?.missedOn ? late(missed, missed.missedOn) : null
}

/** A press on a later day than that of the deadline belongs to an occurrence that is still to come (downtime). */
const isOpen = (pact: PactAtPress, at: number): boolean =>
  at >= pact.opensAt && (at <= pact.dueAt || pact.pressedOn === pact.dueOn)

const byNeed = (a: PactAtPress, b: PactAtPress): number =>
  Number(a.covered) - Number(b.covered) || a.dueAt - b.dueAt

const late = ({ pactId, edge }: PactAtPress, on: string): Placed => ({
  pactId,
  on,
  edge,
  late: true,
  covers: false,
})
