// The planted bug that chaos must find: what was written counts as stored a moment before it is committed.
import { setTimeout as pause } from 'node:timers/promises'
import { serveOn } from './serve.ts'

/** As long as a slow disk takes for a commit (ms). */
const commitMs = 1500

await serveOn((db) => ({
  ...db,
  transaction: (work) =>
    new Promise((resolve, reject) => {
      db.transaction(async (tx) => {
        resolve(await work(tx))
        await pause(commitMs)
      }).catch(reject)
    }),
}))
