// What waits for the next commit. Hazards overtake other clients, then check-ins and past dangers do; within one client
// the order is kept.

export type Rank = 'hazard' | 'soon' | 'rest'
export type Waiting = { client: string; rank: Rank; rows: number }

/** Hazards are committed beside everything else, so that none ever waits behind a full batch of readings. */
export const lanes = ['hazards', 'others'] as const
export type Lane = (typeof lanes)[number]

export type Asked = {
  lane: Lane
  rowsMax: number
  /** Clients of whom something is being committed: what they said later waits for it. */
  busy: ReadonlySet<string>
}

/**
 * Takes the next batch of a lane out of `queue`, in the order of arrival, at most `rowsMax` rows (but something, if
 * there is anything). To the hazards belongs what such a client said before: it is committed with the hazard, never
 * after it (ground.md). Of the others, those who say good morning, or tell of a past danger, come first.
 */
export function takeBatch<W extends Waiting>(queue: W[], { lane, rowsMax, busy }: Asked): W[] {
  const hazards = lastOf(queue, 'hazard')
  if (lane === 'hazards' && hazards.size === 0) return []
  const free = queue.map((one, index) => ({ one, index })).filter(({ one }) => !busy.has(one.client))
  const isUrgent = ({ one, index }: Placed<W>) => index <= (hazards.get(one.client) ?? -1)
  const order =
    lane === 'hazards'
      ? free.filter(isUrgent)
      : soonFirst(
          free.filter(({ one }) => !hazards.has(one.client)),
          lastOf(queue, 'soon'),
        )
  const taken = upTo(order, rowsMax)
  const isTaken = new Set(taken.map(({ index }) => index))
  const rest = queue.filter((_, index) => !isTaken.has(index))
  queue.splice(0, queue.length)
  for (const one of rest) queue.push(one)
  return taken.sort((a, b) => a.index - b.index).map(({ one }) => one)
}

type Placed<W> = { one: W; index: number }

function soonFirst<W extends Waiting>(waiting: Placed<W>[], soon: ReadonlyMap<string, number>): Placed<W>[] {
  if (soon.size === 0) return waiting
  const isEarly = ({ one, index }: Placed<W>) => index <= (soon.get(one.client) ?? -1)
  return [...waiting.filter(isEarly), ...waiting.filter((placed) => !isEarly(placed))]
}

function upTo<W extends Waiting>(order: readonly Placed<W>[], rowsMax: number): Placed<W>[] {
  let rows = 0
  const firstLeft = order.findIndex(({ one }, nth) => (rows += one.rows) > rowsMax && nth > 0)
  return firstLeft < 0 ? [...order] : order.slice(0, firstLeft)
}

/** Where in the queue each client last says something of this rank. */
function lastOf(queue: readonly Waiting[], wanted: Rank): Map<string, number> {
  const until = new Map<string, number>()
  for (let index = 0; index < queue.length; index += 1) {
    const one = queue[index]
    if (one?.rank === wanted) until.set(one.client, index)
  }
  return until
}
