// What people were told: a pager service that writes everything down, and open pages that write down every ring.
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { io, type Socket } from 'socket.io-client'
import { signIn } from '../../server/testing/caller.ts'
import { undoLater } from '../harness/undo.ts'
import { password } from './world.ts'

export type Inbox = {
  /** Where a person's messages go; the id of the person follows. */
  url: string
  /** Incidents that somebody was told of. */
  toldOf: Set<number>
  posts(): number
}

export async function openInbox(): Promise<Inbox> {
  const toldOf = new Set<number>()
  let posts = 0
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      posts += 1
      const { incidentId } = JSON.parse(Buffer.concat(pieces).toString()) as { incidentId: number }
      toldOf.add(incidentId)
      response.writeHead(204).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  undoLater(async () => {
    server.close()
    server.closeAllConnections()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/inbox/`,
    toldOf,
    posts: () => posts,
  }
}

/** As often as the dashboard proves itself (ms): the server believes a proof for 30 s. */
const presenceEveryMs = 5000

/** A steward's page, in front and with its sound on, that comes back by itself after every fault. */
export async function openPage(httpUrl: string, login: string, toldOf: Set<number>): Promise<void> {
  const cookie = await signIn(httpUrl, { login, password })
  const socket: Socket = io(httpUrl, {
    transports: ['websocket'],
    extraHeaders: { cookie },
    forceNew: true,
    reconnectionDelay: 200,
    reconnectionDelayMax: 1000,
    timeout: 3000,
  })
  const prove = () => socket.connected && socket.emit('presence', { inFront: true, sound: true })
  const timer = setInterval(prove, presenceEveryMs)
  socket.on('connect', prove)
  socket.on('ring', ({ incidentId, tellingId }: { incidentId: number; tellingId: number }) => {
    toldOf.add(incidentId)
    socket.emit('rang', tellingId)
  })
  undoLater(async () => {
    clearInterval(timer)
    socket.disconnect()
  })
}
