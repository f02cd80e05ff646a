import { connectMsMax, type Database } from './database.ts'

/**
 * The same database over at most so many of its connections at a time. Who asks beyond that waits in a line of their
 * own: a crowd that has many slow questions never stands in front of everybody else. Closing it closes nothing.
 */
export function shareOf(db: Database, connectionsMax: number): Database {
  const waiting = new Set<() => void>()
  let taken = 0

  function turn(): Promise<void> {
    if (taken < connectionsMax) return Promise.resolve(void (taken += 1))
    return new Promise((resolve, reject) => {
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        waiting.delete(go)
        reject(new Error('too many questions are waiting for the database'))
      }, connectMsMax)
      waiting.add(go)
    })
  }

  function leave(): void {
    const [next] = waiting
    if (next === undefined) return void (taken -= 1)
    waiting.delete(next)
    next()
  }

  async function inTurn<R>(ask: () => Promise<R>): Promise<R> {
    await turn()
    try {
      return await ask()
    } finally {
      leave()
    }
  }

  return {
    many: (row, statement) => inTurn(() => db.many(row, statement)),
    maybeOne: (row, statement) => inTurn(() => db.maybeOne(row, statement)),
    one: (row, statement) => inTurn(() => db.one(row, statement)),
    run: (statement) => inTurn(() => db.run(statement)),
    transaction: (work) => inTurn(() => db.transaction(work)),
    close: () => Promise.resolve(),
    pool: db.pool,
  }
}
