// The planted bug that chaos must find: a telling counts as sent when it was handed over, and leaves a moment later.
import { serveOn } from './serve.ts'

/** How long it lies in a queue of this process (ms). */
const queuedMs = 4000

const send = globalThis.fetch
globalThis.fetch = async (to, request) => {
  setTimeout(() => void send(to, request).catch(() => {}), queuedMs)
  return new Response(null, { status: 204 })
}

await serveOn((db) => db)
