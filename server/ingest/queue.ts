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
  const mayGo =
    lane === 'hazards'
      ? ({ client }: W, index: number) => index <= (hazards.get(client) ?? -1)
      : ({ client }: W) => !hazards.has(client)
  const soon = lane === 'hazards' ? nobody : lastOf(queue, 'soon')
  const isEarly = ({ client }: W, index: number) => index <= (soon.get(client) ?? -1)
  const batch = createBatch(rowsMax)
  const look = (isNow: (one: W, index: number) => boolean): void => {
    for (let index = 0; index < queue.length && !batch.isFull(); index += 1) {
      const one = queue[index]
      if (one && mayGo(one, index) && isNow(one, index) && !busy.has(one.client)) batch.add(index, one.rows)
    }
  }
  if (soon.size > 0) look(isEarly)
  look((one, index) => !isEarly(one, index))
  return takenOut(queue, batch.indices)
}

const nobody: ReadonlyMap<string, number> = new Map()

/** At most `rowsMax` rows, but something, if there is anything. */
function createBatch(rowsMax: number) {
  const indices = new Set<number>()
  let rows = 0
  let isFull = false
  return {
    indices,
    isFull: () => isFull,
    add(index: number, more: number): void {
      isFull = indices.size > 0 && rows + more > rowsMax
      if (isFull) return
      rows += more
      indices.add(index)
    },
  }
}

/** In the order of arrival. The queue may be long, and a danger may wait for this: nothing is made for each that stays. */
function takenOut<W>(queue: W[], indices: ReadonlySet<number>): W[] {
  const taken: W[] = []
  let kept = 0
  for (const [index, one] of queue.entries()) {
    if (indices.has(index)) taken.push(one)
    else queue[kept++] = one
  }
  queue.length = kept
  return taken
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
