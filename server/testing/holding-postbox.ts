import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A pager service that takes each message and answers none of them until it is released. */
export async function createHoldingPostbox() {
  const ids: number[] = []
  let release = (): void => {}
  const released = new Promise<void>((resolve) => (release = resolve))
  /** Requests whose sender still waits for an answer. */
  let waiting = 0
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    response.on('close', () => (waiting -= 1))
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      waiting += 1
      const { tellingId } = JSON.parse(Buffer.concat(chunks).toString()) as { tellingId: number }
      ids.push(tellingId)
      void released.then(() => response.writeHead(204).end())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    /** Which tellings came, in order. */
    ids,
    waiting: () => waiting,
    release: () => release(),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
