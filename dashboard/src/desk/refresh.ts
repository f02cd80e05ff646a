import type { LogEvent } from '#contract/live.ts'

export type Sources = {
  homes: (ids: readonly number[]) => Promise<void>
  incident: (id: number) => Promise<void>
  ledger: () => Promise<void>
  /** Everything anew: staff, and whatever is too much to ask for one by one. */
  whole: () => Promise<void>
}

/** More windows than one request takes (contract/routes.ts, tiles). */
const homesMax = 500
/** Above this many changed incidents one whole desk is cheaper than the single requests. */
const incidentsMax = 20
/** Events come in showers: what arrives within this time is asked for together. */
export const gatherMs = 120

/**
 * Turns events into as few requests as possible: one round at a time, so that an older answer can never overwrite a
 * newer one; what arrives during a round goes into the next. Resolves when nothing is left to ask.
 */
export function createRefresh(sources: Sources): (events: readonly LogEvent[]) => Promise<void> {
  let waiting = emptyRound()
  let running: Promise<void> | undefined

  async function run(): Promise<void> {
    while (!isEmpty(waiting)) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs))
      const round = waiting
      waiting = emptyRound()
      await ask(round, sources)
    }
  }

  return (events) => {
    for (const event of events) note(waiting, event)
    running ??= run().finally(() => (running = undefined))
    return running
  }
}

type Round = { homes: Set<number>; incidents: Set<number>; ledger: boolean; whole: boolean }

const emptyRound = (): Round => ({ homes: new Set(), incidents: new Set(), ledger: false, whole: false })
const isEmpty = ({ homes, incidents, ledger, whole }: Round): boolean =>
  !ledger && !whole && homes.size === 0 && incidents.size === 0

function note(round: Round, { kind, id }: LogEvent): void {
  switch (kind) {
    case 'home':
      round.homes.add(id)
      return
    case 'incident':
      round.incidents.add(id)
      return
    case 'ledger':
      round.ledger = true
      return
    case 'staff':
      round.whole = true
      return
    case 'device':
    case 'message':
      // An open sheet and the testers' page listen to these themselves.
      return
  }
}

async function ask(round: Round, sources: Sources): Promise<void> {
  if (round.whole || round.homes.size > homesMax || round.incidents.size > incidentsMax)
    return sources.whole()
  await Promise.all([
    // Incidents first: a card on the board matters more than its window.
    ...[...round.incidents].map((id) => sources.incident(id)),
    ...(round.homes.size > 0 ? [sources.homes([...round.homes])] : []),
    ...(round.ledger ? [sources.ledger()] : []),
  ])
}
