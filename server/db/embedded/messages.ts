import type { Socket } from 'node:net'
import { limits } from './settings.ts'

/**
 * `start` is the one command that owns a data directory; `server` any further process on the same database.
 */
export type HolderKind = 'start' | 'server'

/** From a holder. The connection itself is the lease: it ends with the process, however that ends. */
export type FromHolder = { hello: { token: string; holder: HolderKind; pid: number } } | { leave: true }

/** From the supervisor; each is one line of JSON. */
export type FromSupervisor =
  /** The database takes connections there; said again after it was away. */
  | { url: string }
  /** Something that a person who waits would like to read. */
  | { note: string }
  /** This holder may not; the sentence says why. */
  | { refused: string }
  /** The database could not be started; the supervisor is about to end. */
  | { failed: string }
  /** The supervisor is about to end: ask for a new one. */
  | { closing: true }
  /** The answer to `leave`; for the last holder it comes when PostgreSQL has stopped. */
  | { left: true }

export function send(socket: Socket, message: FromHolder | FromSupervisor): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`)
}

/** Calls back for each line of JSON; whoever sends something else, or too much, is cut off. */
export function onMessage(socket: Socket, receive: (message: object) => void): void {
  let text = ''
  socket.setEncoding('utf8')
  socket.on('data', (piece: string) => {
    const lines = (text + piece).split('\n')
    text = lines.pop() ?? ''
    const messages = lines.map(parsed)
    if (text.length > limits.messageBytesMax || messages.includes(undefined)) socket.destroy()
    for (const message of messages) if (message) receive(message)
  })
}

function parsed(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
