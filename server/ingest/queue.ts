// What waits for the next commit. Hazards overtake other clients; within one client the order is kept.

export type Waiting = { client: string; isHazard: boolean; rows: number }

/**
 * Takes the next batch out of `queue`, in the order of arrival, at most `rowsMax` rows (but always something).
 * First come the clients that have a hazard waiting, each up to and including it: what such a client said before is
 * committed with the hazard, never after it (ground.md).
 */
export function takeBatch<W extends Waiting>(queue: W[], rowsMax: number): W[] {
  const urgentUntil = lastHazards(queue)
  const urgent = (one: W, index: number) => index <= (urgentUntil.get(one.client) ?? -1)
  const order = [
    ...queue.map((one, index) => ({ one, index })).filter(({ one, index }) => urgent(one, index)),
    ...queue.map((one, index) => ({ one, index })).filter(({ one, index }) => !urgent(one, index)),
  ]
  const taken: { one: W; index: number }[] = []
  let rows = 0
  for (const next of order) {
    rows += next.one.rows
    if (taken.length > 0 && rows > rowsMax) break
    taken.push(next)
  }
  const isTaken = new Set(taken.map(({ index }) => index))
  const rest = queue.filter((_, index) => !isTaken.has(index))
  queue.splice(0, queue.length, ...rest)
  return taken.sort((a, b) => a.index - b.index).map(({ one }) => one)
}

function lastHazards(queue: readonly Waiting[]): Map<string, number> {
  const until = new Map<string, number>()
  for (const [index, { client, isHazard }] of queue.entries()) if (isHazard) until.set(client, index)
  return until
}
