// The open pages: what changed goes to whoever may see it, a ring goes to one person, and a page proves itself.
import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Presence, Ring, type ClientToServer, type EventBatch, type ServerToClient } from '#contract/live.ts'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import { eventChannel, headOf } from '#db/event-log.ts'
import { listen } from '#db/listen.ts'
import type { Log } from '#db/log.ts'
import { sql } from '#db/sql.ts'
import type { Limits } from '#limits'
import { whoIsConcerned } from './jobs-store.ts'
import { dropPresence, dropStalePresence, isInFront, proveOnce } from './presence-store.ts'
import { createPump } from './pump.ts'
import { communityRoom, personRoom, watchCommunity, type LiveSocket } from './watching.ts'

export type Handshake = { cookie: string | undefined; slot: string | undefined }

export type RealtimeOptions = {
  httpServer: HttpServer
  db: Database
  databaseUrl: string
  clock: Clock
  log: Log
  limits: Limits
  identify: (handshake: Handshake) => Promise<number | undefined>
  mayWatch: (personId: number, communityId: number) => Promise<boolean>
  /** A page did sound this telling. */
  onConfirm: (tellingId: number, personId: number) => Promise<void>
}

export type Realtime = Awaited<ReturnType<typeof createRealtime>>

/** Every server process hears of every ring and sounds it on the pages that it holds. */
const ringChannel = 'cp_ring'
const RingNote = Type.Object({ personId: Type.Integer(), ring: Ring })

/** How often it is asked again whether an open socket may still see what it follows. */
const recheckMs = 60_000

export async function createRealtime(options: RealtimeOptions) {
  const { db, clock, log, limits } = options
  const io = new Server<ClientToServer, ServerToClient, Record<string, never>, { personId: number }>(
    options.httpServer,
    { transports: ['websocket'], perMessageDeflate: false, serveClient: false, maxHttpBufferSize: 64 * 1024 },
  )
  const onProblem = (error: unknown) => log.error({ error }, 'live pages')
  const deliver = async (batch: EventBatch): Promise<void> => {
    io.to(communityRoom(batch.communityId)).emit('events', batch)
    await tellConcerned(batch)
  }
  const pump = createPump({ db, max: limits.eventReplayMax, deliver, onProblem })
  let closed = false

  async function tellConcerned(batch: EventBatch): Promise<void> {
    const incidents = batch.events.filter((event) => event.kind === 'incident').map((event) => event.id)
    if (incidents.length === 0 || io.sockets.sockets.size === 0) return
    for (const { incidentId, personId } of await whoIsConcerned(db, incidents))
      io.to(personRoom(personId)).emit('jobs', { incidentId, at: clock.now() })
  }

  function sound(payload: string): void {
    const note: unknown = JSON.parse(payload)
    if (Value.Check(RingNote, note)) io.to(personRoom(note.personId)).emit('ring', note.ring)
  }

  const watchedCommunities = (): number[] =>
    [...io.sockets.adapter.rooms.keys()]
      .filter((room) => room.startsWith('community '))
      .map((room) => Number(room.slice('community '.length)))

  async function beat(): Promise<void> {
    const at = clock.now()
    io.emit('beat', at)
    for (const communityId of watchedCommunities()) {
      const cursor = await headOf(db, communityId)
      io.to(communityRoom(communityId)).emit('head', { communityId, cursor, at })
      await pump.wake(communityId)
    }
  }

  function every(ms: number, work: () => Promise<unknown>): void {
    clock.after(ms, async () => {
      if (closed) return
      await work().catch(onProblem)
      every(ms, work)
    })
  }

  io.use((socket, next) => {
    const { cookie } = socket.handshake.headers
    const slot: unknown = (socket.handshake.auth as { slot?: unknown }).slot
    options.identify({ cookie, slot: typeof slot === 'string' ? slot : undefined }).then(
      (personId) => {
        if (personId === undefined) return next(new Error('not_signed_in'))
        socket.data.personId = personId
        next()
      },
      () => next(new Error('away')),
    )
  })
  io.on('connection', (socket) => welcome(socket, { ...options, pump, onProblem }))

  const listening = await listen({
    url: options.databaseUrl,
    channels: [eventChannel, ringChannel],
    onNotify: (channel, payload) =>
      channel === ringChannel ? sound(payload) : void pump.wake(Number(payload)),
    onReconnected: () => watchedCommunities().forEach((communityId) => void pump.wake(communityId)),
    log,
  })
  every(limits.headEveryMs, beat)
  every(recheckMs, () => recheck(io.sockets.sockets.values(), options))
  every(recheckMs, () => dropStalePresence(db, 10 * limits.presenceProofMsMax))

  return {
    /** Rings where the person proved to be in front; `notInFront` means: the next channel, at once (safety 2). */
    async ring(personId: number, ring: Ring): Promise<'rung' | 'notInFront'> {
      if (!(await isInFront(db, personId, limits.presenceProofMsMax))) return 'notInFront'
      const note = JSON.stringify({ personId, ring })
      await db.run(sql`select pg_notify(${ringChannel}, ${note})`)
      return 'rung'
    },
    /** A session of this person has ended: what it opened closes. */
    dropPerson(personId: number): void {
      io.to(personRoom(personId)).emit('signedOut')
      io.in(personRoom(personId)).disconnectSockets(true)
    },
    stats: () => ({ pages: io.sockets.sockets.size }),
    async close(): Promise<void> {
      closed = true
      await listening.close()
      await io.close()
    },
  }
}

type Welcoming = RealtimeOptions & {
  pump: ReturnType<typeof createPump>
  onProblem: (error: unknown) => void
}

function welcome(socket: LiveSocket, welcoming: Welcoming): void {
  const { db, limits, onProblem } = welcoming
  const { personId } = socket.data
  void socket.join(personRoom(personId))
  socket.on('watch', (asked, reply) => {
    if (typeof reply !== 'function') return
    void watchCommunity(socket, asked, { ...welcoming, replayMax: limits.eventReplayMax }).then(reply)
  })
  socket.on('unwatch', (communityId) => void socket.leave(communityRoom(communityId)))
  socket.on('presence', (presence) => {
    if (!Value.Check(Presence, presence)) return
    proveOnce(db, socket.id, personId, presence).catch(onProblem)
  })
  socket.on('rang', (tellingId) => {
    if (!Number.isSafeInteger(tellingId)) return
    welcoming.onConfirm(tellingId, personId).catch(onProblem)
  })
  socket.on('disconnect', () => void dropPresence(db, socket.id).catch(onProblem))
}

/** A grant that was withdrawn, or a session that ended elsewhere, stops the stream of an open page. */
async function recheck(sockets: Iterable<LiveSocket>, options: RealtimeOptions): Promise<void> {
  for (const socket of [...sockets]) {
    const { cookie } = socket.handshake.headers
    const slot = (socket.handshake.auth as { slot?: string }).slot
    const personId = await options.identify({ cookie, slot })
    if (personId !== socket.data.personId) {
      socket.emit('signedOut')
      socket.disconnect(true)
      continue
    }
    for (const room of socket.rooms) {
      if (!room.startsWith('community ')) continue
      const communityId = Number(room.slice('community '.length))
      if (!(await options.mayWatch(personId, communityId))) await socket.leave(room)
    }
  }
}
