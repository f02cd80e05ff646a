// The open pages: what changed goes to whoever may see it, a ring goes to one person, and a page proves itself.
import type { Server as HttpServer } from 'node:http'
import { Server } from 'socket.io'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Ring, type ClientToServer, type EventBatch, type ServerToClient } from '#contract/live.ts'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import { eventChannel, headsOf } from '#db/event-log.ts'
import { listen } from '#db/listen.ts'
import type { Log } from '#db/log.ts'
import { recheck, refusalAtDoor } from './admission.ts'
import { whoIsConcerned } from './jobs-store.ts'
import { dropStalePresence, notifyInFront } from './presence-store.ts'
import { followPresence } from './presence.ts'
import { createPump, type Pump } from './pump.ts'
import { unheardRings } from './ring-store.ts'
import { communityRoom, personRoom, watchCommunity, type LiveSocket } from './watching.ts'

export type Handshake = { cookie: string | undefined; slot: string | undefined }

/** From limits.ts: delays in ms, and a count of events. */
export type RealtimeLimits = Record<'headEveryMs' | 'eventReplayMax' | 'presenceProofMsMax', number>

export type RealtimeOptions = {
  /** Of this process among the others, on `ringChannel`. */
  ownName: string
  httpServer: HttpServer
  db: Database
  databaseUrl: string
  clock: Clock
  log: Log
  limits: RealtimeLimits
  identify: (handshake: Handshake) => Promise<number | undefined>
  mayWatch: (personId: number, communityId: number) => Promise<boolean>
  /** A page did sound this telling. */
  onConfirm: (tellingId: number, personId: number) => Promise<void>
}

export type Realtime = Awaited<ReturnType<typeof createRealtime>>
type Pages = Server<ClientToServer, ServerToClient, Record<string, never>, { personId: number }>

/** Every server process hears of every ring and sounds it on the pages that it holds. */
export const ringChannel = 'cp_ring'
const RingNote = Type.Object({ by: Type.String(), personId: Type.Integer(), ring: Ring })

/** How often it is asked again whether an open socket may still see what it follows. */
const recheckMs = 60_000
/** The largest thing a page ever says is a few hundred bytes. */
const saidBytesMax = 16 * 1024

/** Attaches to `httpServer`; every payload is checked, and one that does not fit is passed over. */
export async function createRealtime(options: RealtimeOptions) {
  const { db, clock, log, limits } = options
  const io: Pages = new Server(options.httpServer, {
    transports: ['websocket'],
    perMessageDeflate: false,
    serveClient: false,
    maxHttpBufferSize: saidBytesMax,
  })
  const { ownName } = options
  const onProblem = (error: unknown) => log.error({ error }, 'live pages')
  const deliver = (batch: EventBatch) => deliverTo(io, batch, { db, at: clock.now() })
  const pump = createPump({ db, max: limits.eventReplayMax, deliver, onProblem })
  const beat = () => sayHeads(io, { db, clock, pump })

  const letIn = async (socket: LiveSocket, next: (refusal?: Error) => void) =>
    next(await refusalAtDoor(socket, options))
  io.use((socket, next) => void letIn(socket, next))
  io.on('connection', (socket) => welcome(socket, options, onProblem))
  await pump.begin()
  const listening = await listen({
    url: options.databaseUrl,
    channels: [eventChannel, ringChannel],
    onNotify: (channel, payload) =>
      channel === ringChannel ? soundOthers(io, payload, ownName) : void pump.wake(Number(payload)),
    onReconnected: () => void Promise.all([beat(), ringAgain(io, options)]).catch(onProblem),
    log,
  })
  const stop = [
    every(clock, limits.headEveryMs, () => beat().catch(onProblem)),
    every(clock, recheckMs, () => recheck(io.sockets.sockets.values(), options).catch(onProblem)),
    every(clock, recheckMs, () => dropStalePresence(db, 10 * limits.presenceProofMsMax).catch(onProblem)),
  ]

  return {
    /** Rings where the person proved to be in front; `notInFront` means: the next channel, at once (safety 2). */
    async ring(personId: number, ring: Ring): Promise<'rung' | 'notInFront'> {
      const note = JSON.stringify({ by: ownName, personId, ring })
      const found = await notifyInFront(db, {
        personId,
        proofMsMax: limits.presenceProofMsMax,
        ringChannel,
        note,
      })
      if (!found) return 'notInFront'
      // Our own pages need not wait for the word to come back from the database.
      io.to(personRoom(personId)).emit('ring', ring)
      return 'rung'
    },
    /** Sounds at the pages that we hold; whoever asks has told the other processes. */
    sound: (personId: number, ring: Ring): void => {
      io.to(personRoom(personId)).emit('ring', ring)
    },
    /** A session of this person has ended: what it opened closes. Their phone, signed in by itself, stays open. */
    dropPerson: (personId: number): void => {
      const open = [...io.sockets.sockets.values()].filter((socket) => socket.data.personId === personId)
      recheck(open, options).catch(onProblem)
    },
    stats: () => ({ pages: io.sockets.sockets.size }),
    async close(): Promise<void> {
      for (const each of stop) each()
      await listening.close()
      await io.close()
    },
  }
}

function welcome(socket: LiveSocket, options: RealtimeOptions, onProblem: (error: unknown) => void): void {
  const { db, limits } = options
  const { personId } = socket.data
  void socket.join(personRoom(personId))
  followPresence(socket, { db, onProved: () => ringHere(socket, options), onProblem })
  socket.on('watch', (asked, reply) => {
    if (typeof reply !== 'function') return
    void watchCommunity(socket, asked, { ...options, replayMax: limits.eventReplayMax }).then(reply)
  })
  socket.on('unwatch', (communityId) => {
    if (Number.isSafeInteger(communityId)) void socket.leave(communityRoom(communityId))
  })
  socket.on('rang', (tellingId) => {
    if (Number.isSafeInteger(tellingId)) options.onConfirm(tellingId, personId).catch(onProblem)
  })
}

/** To whoever follows the community; and to those who have a part in an incident, who may follow nothing. */
async function deliverTo(
  io: Pages,
  batch: EventBatch,
  { db, at }: { db: Database; at: number },
): Promise<void> {
  io.to(communityRoom(batch.communityId)).emit('events', batch)
  const incidents = batch.events.filter(({ kind }) => kind === 'incident').map(({ id }) => id)
  if (incidents.length === 0 || io.sockets.sockets.size === 0) return
  for (const { incidentId, personId } of await whoIsConcerned(db, incidents))
    io.to(personRoom(personId)).emit('jobs', { incidentId, at })
}

/** The line is alive, and here is where each log stands: whoever is not there, page or process, has missed something. */
async function sayHeads(
  io: Pages,
  { db, clock, pump }: { db: Database; clock: Clock; pump: Pump },
): Promise<void> {
  // Asked first: without a database the service sees nothing, and a page that hears no beat says that it is not live.
  const heads = await headsOf(db)
  const at = clock.now()
  io.emit('beat', at)
  for (const { communityId, ...cursor } of heads) {
    io.to(communityRoom(communityId)).emit('head', { communityId, cursor, at })
    await pump.compare(communityId, cursor)
  }
}

/** What rang at this person and waits for a word from a page: on this page too. */
async function ringHere(socket: LiveSocket, { db, clock }: RealtimeOptions): Promise<void> {
  for (const { personId: _, ...ring } of await unheardRings(db, [socket.data.personId], clock.now()))
    socket.emit('ring', ring)
}

/** What rang while nobody listened here. */
async function ringAgain(io: Pages, { db, clock }: RealtimeOptions): Promise<void> {
  const here = [...io.sockets.sockets.values()].map((socket) => socket.data.personId)
  for (const { personId, ...ring } of await unheardRings(db, [...new Set(here)], clock.now()))
    io.to(personRoom(personId)).emit('ring', ring)
}

/** What another process rings; our own ring has sounded. */
function soundOthers(io: Pages, payload: string, ownName: string): void {
  const note: unknown = JSON.parse(payload)
  if (!Value.Check(RingNote, note) || note.by === ownName) return
  io.to(personRoom(note.personId)).emit('ring', note.ring)
}

/** Gives the function that stops it. */
function every(clock: Clock, ms: number, work: () => Promise<unknown>): () => void {
  let closed = false
  let cancel = () => {}
  const next = () => {
    cancel = clock.after(ms, async () => {
      await work()
      if (!closed) next()
    })
  }
  next()
  return () => {
    closed = true
    cancel()
  }
}
