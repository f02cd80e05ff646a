import { createServer, type AddressInfo, type Socket } from 'node:net'
import { onMessage, send, type FromHolder, type FromSupervisor, type HolderKind } from './messages.ts'
import { limits } from './settings.ts'

/** Those who need the database, seen from the supervisor. */
export type Holders = {
  port: number
  /** Tells everybody; whoever comes later is told the last one. */
  announce: (message: FromSupervisor) => void
  /** Settles when nobody holds the database: at once when the last one said so, else after a while. */
  empty: Promise<void>
  /** Settles when somebody has come, and was told what was announced last. */
  met: Promise<void>
  /** No lingering any more: empty as soon as nobody holds the database. */
  hurry: () => void
  /** From now on newcomers are sent away. */
  beginClosing: () => void
  /** Answers those who are leaving and ends every connection. */
  close: () => Promise<void>
}

/** @property lingerMs how long a database without a holder goes on, in case the next one is coming */
export type HolderOptions = { token: string; lingerMs: number }

type Holder = { socket: Socket; kind: HolderKind; pid: number }
type Hello = Extract<FromHolder, { hello: unknown }>['hello']

/** Listens for holders on loopback. Only who can read the token in the data directory is one. */
export async function receiveHolders({ token, lingerMs }: HolderOptions): Promise<Holders> {
  const holders = new Set<Holder>()
  const leaving = new Set<Socket>()
  const sockets = new Set<Socket>()
  const { promise: empty, resolve: beEmpty } = deferred()
  const { promise: met, resolve: meet } = deferred()
  let last: FromSupervisor = { note: 'the database is starting' }
  let closing = false
  let hurried = false
  let linger = setTimeout(beEmpty, lingerMs)

  function join(socket: Socket, { holder: kind, pid, token: shown }: Hello): void {
    if (shown !== token) return void socket.destroy()
    if (closing) return send(socket, { closing: true })
    const first = [...holders].find((holder) => holder.kind === 'start')
    if (kind === 'start' && first) return send(socket, { refused: String(first.pid) })
    clearTimeout(linger)
    const holder = { socket, kind, pid }
    holders.add(holder)
    socket.setTimeout(0)
    socket.once('close', () => part(holder, 'vanished'))
    send(socket, last)
    meet()
  }
  function part(holder: Holder, how: 'left' | 'vanished'): void {
    if (!holders.delete(holder)) return
    if (how === 'left') leaving.add(holder.socket)
    if (holders.size === 0) {
      linger = setTimeout(beEmpty, how === 'left' || hurried ? 0 : lingerMs)
    } else if (how === 'left') {
      send(holder.socket, { left: true })
    }
  }
  function receive(socket: Socket, message: FromHolder): void {
    if ('hello' in message) return join(socket, message.hello)
    const holder = [...holders].find((one) => one.socket === socket)
    if (holder) part(holder, 'left')
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // a connection that breaks is one that closes
    socket.on('error', () => {})
    socket.setTimeout(limits.helloMsMax, () => socket.destroy())
    onMessage(socket, (message) => receive(socket, message as FromHolder))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    empty,
    met,
    hurry() {
      hurried = true
      if (holders.size === 0) beEmpty()
    },
    announce(message) {
      last = message
      for (const { socket } of holders) send(socket, message)
    },
    beginClosing: () => void (closing = true),
    async close() {
      clearTimeout(linger)
      for (const socket of leaving) send(socket, { left: true })
      for (const socket of sockets) socket.end()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => (resolve = done))
  return { promise, resolve }
}
