// The smallest TCP balancer: each connection goes to the next backend that takes it, in turn.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export type Balancer = {
  port: number
  /** New connections go to these ports from now on; old ones stay where they are. */
  route(ports: readonly number[]): void
  close(): Promise<void>
}

export async function createBalancer(backends: readonly number[]): Promise<Balancer> {
  let ports = backends
  let turn = 0
  const open = new Set<Socket>()

  function join(client: Socket, left: number): void {
    const port = ports[(turn += 1) % ports.length]
    if (port === undefined || left === 0) return void client.destroy()
    const backend = connect({ host: '127.0.0.1', port, noDelay: true })
    backend.once('error', () => join(client, left - 1))
    backend.once('connect', () => {
      backend.removeAllListeners('error')
      follow(backend)
      client.pipe(backend).pipe(client)
      client.once('close', () => backend.destroy())
      backend.once('close', () => client.destroy())
    })
  }

  function follow(socket: Socket): void {
    open.add(socket)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => open.delete(socket))
  }

  const server = createServer({ noDelay: true }, (client) => {
    follow(client)
    join(client, ports.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    route: (now) => void (ports = now),
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
