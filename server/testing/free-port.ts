import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what systems give to outgoing connections and to whoever listens on "any", above the services people run. */
const ports = { first: 10_000, last: 19_999 }

/**
 * A port of 127.0.0.1 that nobody has now. At random, so that of two processes that ask in the same moment one does
 * not get what the other is about to take.
 */
export async function freePort(): Promise<number> {
  const port = randomInt(ports.first, ports.last + 1)
  const probe = createServer().listen(port, '127.0.0.1')
  const isFree = await once(probe, 'listening').then(
    () => true,
    () => false,
  )
  if (!isFree) return freePort()
  probe.close()
  await once(probe, 'close')
  return port
}
