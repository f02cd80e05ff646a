// A PGlite behind a port, so that pg speaks to it as to any PostgreSQL. It has one session for everybody: a transaction
// keeps the others waiting, and LISTEN, sessions and cancelling are not there.
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { frontendUnits, type Unit } from './wasm-frames.ts'

/** What is used of a PGlite. */
export type WasmDatabase = {
  execProtocolRaw: (message: Uint8Array) => Promise<Uint8Array>
  close: () => Promise<void>
}

const char = (text: string): number => text.charCodeAt(0)
const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const parameter = (name: string, value: string) => message('S', Buffer.from(`${name}\0${value}\0`))

/** What a server says to a client that it lets in. */
const welcome = Buffer.concat([
  message('R', Buffer.alloc(4)),
  parameter('server_version', '17.5'),
  parameter('client_encoding', 'UTF8'),
  parameter('standard_conforming_strings', 'on'),
  message('K', Buffer.alloc(8)),
  message('Z', Buffer.from('I')),
])
/** Text rows, and the number of their columns left open: nobody reads it. */
const copyInBegins = message('G', Buffer.from([0, 0, 0]))

/** @returns the port on 127.0.0.1 and what ends everything */
export async function serveWasm(
  database: WasmDatabase,
): Promise<{ port: number; close: () => Promise<void> }> {
  const turn = createTurns()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    const ask = async (bytes: Uint8Array) => Buffer.from(await database.execProtocolRaw(bytes))
    const talk = async (unit: Unit): Promise<void> => {
      if (unit.is === 'startup') socket.write(welcome)
      if (unit.is === 'copyBegins') socket.write(copyInBegins)
      if (unit.is === 'end') socket.end()
      if (unit.is !== 'ask') return
      await turn.take(socket)
      const answer = await ask(unit.bytes)
      turn.give({ inTransaction: !endsIdle(answer) })
      socket.write(unit.isCopyIn ? withoutFirst(answer, char('G')) : answer)
    }
    /** What it had begun is undone, and the next one may go. */
    const leave = async (): Promise<void> => {
      if (!turn.isOf(socket)) return
      await ask(message('Q', Buffer.from('rollback\0')))
      turn.give({ inTransaction: false })
    }
    let talking = Promise.resolve()
    const units = frontendUnits((unit) => {
      talking = talking.then(() => talk(unit)).catch(() => void socket.destroy())
    })
    socket.on('data', units)
    socket.on('close', () => {
      sockets.delete(socket)
      talking = talking.then(leave).catch(() => {})
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await database.close()
    },
  }
}

/** One at a time; who is in a transaction keeps the turn. */
function createTurns() {
  let owner: Socket | undefined
  let inTransaction = false
  const waiting: { socket: Socket; go: () => void }[] = []
  function next(): void {
    if (owner) return
    const first = waiting.shift()
    if (!first) return
    owner = first.socket
    first.go()
  }
  return {
    isOf: (socket: Socket) => owner === socket && inTransaction,
    take(socket: Socket): Promise<void> {
      if (owner === socket) return Promise.resolve()
      return new Promise((go) => {
        waiting.push({ socket, go })
        next()
      })
    },
    give(now: { inTransaction: boolean }): void {
      inTransaction = now.inTransaction
      if (inTransaction) return
      owner = undefined
      next()
    },
  }
}

/** The last message of an answer is ReadyForQuery, whose last byte says whether a transaction is open. */
const endsIdle = (answer: Buffer): boolean => answer.at(-6) !== char('Z') || answer.at(-1) === char('I')

function withoutFirst(answer: Buffer, type: number): Buffer {
  for (let from = 0; from < answer.length; from += 1 + answer.readInt32BE(from + 1)) {
    if (answer[from] !== type) continue
    const until = from + 1 + answer.readInt32BE(from + 1)
    return Buffer.concat([answer.subarray(0, from), answer.subarray(until)])
  }
  return answer
}
