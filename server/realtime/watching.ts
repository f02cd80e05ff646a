// One socket's wish to follow a community: first into the room, then what it missed, so that nothing falls between.
import type { Socket } from 'socket.io'
import { Value } from 'typebox/value'
import { Watch, type ClientToServer, type ServerToClient, type WatchReply } from '#contract/live.ts'
import type { Cursor } from '#contract/community.ts'
import type { Db } from '#db/database.ts'
import { eventsAfter, headOf } from '#db/event-log.ts'
import { batchOf } from './pump.ts'

export type LiveSocket = Socket<ClientToServer, ServerToClient, Record<string, never>, { personId: number }>

export const communityRoom = (communityId: number): string => `community ${communityId}`
/** The community whose room this is; undefined for every other room. */
export function communityOf(room: string): number | undefined {
  const [, id] = /^community (\d+)$/.exec(room) ?? []
  return id === undefined ? undefined : Number(id)
}

export const personRoom = (personId: number): string => `person ${personId}`

export type WatchingOptions = {
  db: Db
  mayWatch: (personId: number, communityId: number) => Promise<boolean>
  /** A cursor further behind than this gets a snapshot. */
  replayMax: number
}

/** Answers one `watch`; never throws: a database that is away is said to be. */
export async function watchCommunity(
  socket: LiveSocket,
  asked: unknown,
  options: WatchingOptions,
): Promise<WatchReply> {
  if (!Value.Check(Watch, asked)) return { ok: false, code: 'bad_request' }
  const { communityId, cursor } = asked
  try {
    if (!(await options.mayWatch(socket.data.personId, communityId))) return { ok: false, code: 'forbidden' }
    await socket.join(communityRoom(communityId))
    return await catchUp(socket, { communityId, cursor }, options)
  } catch {
    return { ok: false, code: 'away' }
  }
}

type From = { communityId: number; cursor: Cursor | undefined }

async function catchUp(
  socket: LiveSocket,
  { communityId, cursor }: From,
  { db, replayMax }: WatchingOptions,
): Promise<WatchReply> {
  const head = await headOf(db, communityId)
  if (!cursor || cursor.epoch !== head.epoch || cursor.seq > head.seq || head.seq - cursor.seq > replayMax)
    return { ok: true, how: 'snapshot', cursor: head }
  const missed = await eventsAfter(db, communityId, cursor, replayMax)
  // Old lines may have been removed: a hole at the beginning cannot be replayed.
  if (missed.length < head.seq - cursor.seq) return { ok: true, how: 'snapshot', cursor: head }
  if (missed.length > 0) socket.emit('events', batchOf(communityId, cursor, missed))
  return { ok: true, how: 'replayed', cursor: { epoch: head.epoch, seq: missed.at(-1)?.seq ?? head.seq } }
}
