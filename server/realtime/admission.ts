// Who may hold an open line, asked at the door and again and again.
import type { Handshake, RealtimeOptions } from './realtime.ts'
import { communityOf, type LiveSocket } from './watching.ts'

export function handshakeOf(socket: LiveSocket): Handshake {
  const slot: unknown = (socket.handshake.auth as { slot?: unknown }).slot
  return { cookie: socket.handshake.headers.cookie, slot: typeof slot === 'string' ? slot : undefined }
}

/** Undefined lets the page in; else why not, as its `connect_error` says it. */
export async function refusalAtDoor(
  socket: LiveSocket,
  { identify }: Pick<RealtimeOptions, 'identify'>,
): Promise<Error | undefined> {
  try {
    const personId = await identify(handshakeOf(socket))
    if (personId === undefined) return new Error('not_signed_in')
    socket.data.personId = personId
    return undefined
  } catch {
    return new Error('away')
  }
}

/** A grant that was withdrawn stops the stream of an open page; a session that has ended closes it. */
export async function recheck(
  sockets: Iterable<LiveSocket>,
  { identify, mayWatch }: Pick<RealtimeOptions, 'identify' | 'mayWatch'>,
): Promise<void> {
  for (const socket of sockets) {
    const personId = await identify(handshakeOf(socket))
    if (personId !== socket.data.personId) {
      socket.emit('signedOut')
      socket.disconnect(true)
      continue
    }
    for (const room of socket.rooms) {
      const communityId = communityOf(room)
      if (communityId !== undefined && !(await mayWatch(personId, communityId))) await socket.leave(room)
    }
  }
}
