import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { BrokerLog } from './messages.ts'

type ListenOptions = { host: string; port: number; handle: (socket: Socket) => void; log: BrokerLog }

export type Listener = { port: number; close(): Promise<void> }

/** A TCP port. Without noDelay on both ends a message can wait 44 to 88 ms for an acknowledgement of TCP. */
export async function listenTcp({ host, port, handle, log }: ListenOptions): Promise<Listener> {
  const server = createServer({ noDelay: true }, handle)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explained(error, host, port)))
    server.listen({ host, port }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
  server.on('error', (error) => log.error({ error }, 'the MQTT port reports trouble'))
  const { port: boundPort } = server.address() as AddressInfo
  return {
    port: boundPort,
    // Frees the port; connections that were let in before are not touched.
    async close() {
      if (server.listening) server.close()
      await new Promise(setImmediate)
    },
  }
}

/** Keeps `code`, so that the caller can take the next port after EADDRINUSE. */
function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why = error.code === 'EADDRINUSE' ? 'another process is listening on it' : error.message
  const text = `MQTT cannot listen on ${host}:${port}: ${why}`
  return Object.assign(new Error(text, { cause: error }), { code: error.code })
}
