import { connect, type Socket } from 'node:net'
import type { Log } from '../log.ts'
import type { Address } from './lock.ts'
import { onMessage, send, type FromSupervisor, type HolderKind } from './messages.ts'
import { EmbeddedRefused } from './refused.ts'
import { limits } from './settings.ts'

/** The right to a running database, for as long as this process lives or until it leaves. */
export type Lease = {
  url: string
  leave: () => Promise<void>
  /** Called when the supervisor is gone without having been asked. */
  onBroken: (broken: () => void) => void
}

export type LeaseOptions = {
  address: Address
  dataDir: string
  holder: HolderKind
  log: Log
  timeoutMs: number
}

/** Undefined where nobody (or nobody of ours) answers at that address, or is about to end. */
export async function takeLease(options: LeaseOptions): Promise<Lease | undefined> {
  const socket = await connected(options.address)
  if (!socket) return undefined
  const url = await urlFrom(socket, options)
  if (url === undefined) {
    socket.destroy()
    return undefined
  }
  // the lease alone must not keep a process alive that has nothing else to do
  socket.unref()
  return {
    url,
    onBroken: (broken) => void socket.once('close', broken),
    leave: () => leave(socket),
  }
}

function connected({ port }: Address): Promise<Socket | undefined> {
  if (!port) return Promise.resolve(undefined)
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(socket))
    // refused is the answer of a dead one; what comes later shows as 'close'
    socket.on('error', () => resolve(undefined))
  })
}

function urlFrom(socket: Socket, options: LeaseOptions): Promise<string | undefined> {
  const { address, dataDir, holder, log, timeoutMs } = options
  return new Promise((resolve, reject) => {
    // another program may have the port of a dead supervisor, and would say nothing
    let timer = setTimeout(() => resolve(undefined), limits.helloMsMax)
    function receive(message: FromSupervisor): void {
      clearTimeout(timer)
      timer = setTimeout(() => resolve(undefined), timeoutMs)
      if ('note' in message) log.info({ dataDir }, message.note)
      if ('url' in message) resolve(message.url)
      if ('closing' in message) resolve(undefined)
      if ('failed' in message) reject(new EmbeddedRefused(message.failed))
      if ('refused' in message) reject(new EmbeddedRefused(takenBy(message.refused, dataDir)))
      if (!('note' in message)) clearTimeout(timer)
    }
    onMessage(socket, (message) => receive(message as FromSupervisor))
    socket.once('close', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
    send(socket, { hello: { token: address.token, holder, pid: process.pid } })
  })
}

function takenBy(pid: string, dataDir: string): string {
  return `Already running on ${dataDir} (process ${pid}): stop that one first, or set another DATA_DIR.`
}

async function leave(socket: Socket): Promise<void> {
  if (socket.destroyed) return
  socket.ref()
  await new Promise<void>((resolve) => {
    socket.once('close', () => resolve())
    onMessage(socket, (message) => {
      if ('left' in message) socket.end()
    })
    send(socket, { leave: true })
  })
}
