// One person's open page: signs in over HTTP, proves that it is in front, rings, follows a community as the
// dashboard does, and acts through the API.
import { io, type Socket } from 'socket.io-client'
import type { ResponderAct } from '#contract/acts.ts'
import type { Cursor } from '#contract/community.ts'
import type { IncidentCard, Job } from '#contract/incident.ts'
import type { ClientToServer, EventBatch, LogEvent, Presence, Ring, ServerToClient } from '#contract/live.ts'
import type { OutcomeCode } from '#contract/outcomes.ts'
import type { RouteInput } from '#contract/routes.ts'
import { isBehind, take } from '../../dashboard/src/live/follow.ts'
import { callerAt, signIn, type Call } from './caller.ts'
import type { CastLogin } from './cast.ts'

export type PersonPage = Awaited<ReturnType<typeof openPersonPage>>

export type PageOptions = {
  url: string
  login: CastLogin
  /** Of a session that has begun already; without it the page signs in. */
  cookie?: string | undefined
  onRing: (ring: Ring) => void
}

/** As often as the dashboard proves itself (real ms): the server believes a proof for 30 s of the database's clock. */
const presenceEveryMs = 10_000

export async function openPersonPage({ url, login, onRing, ...begun }: PageOptions) {
  const cookie = begun.cookie ?? (await signIn(url, login))
  const call = callerAt(url, { cookie })
  const socket: Socket<ServerToClient, ClientToServer> = io(url, {
    transports: ['websocket'],
    extraHeaders: { cookie },
    forceNew: true,
    reconnectionDelay: 10,
    reconnectionDelayMax: 50,
  })
  let proof: Presence = { inFront: true, sound: true }
  /** False: the browser's sound failed, so that the page never says that it rang. */
  let answers = true
  const prove = () => {
    if (socket.connected) socket.emit('presence', proof)
  }
  const timer = setInterval(prove, presenceEveryMs).unref()
  socket.on('connect', prove)
  socket.on('ring', (ring) => {
    if (!answers) return
    onRing(ring)
    socket.emit('rang', ring.tellingId)
  })
  const following = followCommunities(socket)
  await connected(socket)

  return {
    call,
    socket,
    ...following,
    ...actsOf(call),
    isConnected: () => socket.connected,
    answers: () => answers && socket.connected,
    /** The sound of this browser fails without anybody's knowing. */
    losesItsSound: () => void (answers = false),
    /** What the page proves of itself from now on; `service.proved` waits until the service knows. */
    show(presence: Presence): void {
      proof = presence
      prove()
    },
    /** The line breaks without a word, and comes back by itself unless the page is closed. */
    breakLine: () => void socket.io.engine.close(),
    goOffline: () => void socket.disconnect(),
    comeBack: async () => {
      socket.connect()
      await connected(socket)
    },
    close(): void {
      clearInterval(timer)
      socket.disconnect()
    },
  }
}

async function connected(socket: Socket<ServerToClient, ClientToServer>): Promise<void> {
  if (socket.connected) return
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('connect_error', reject)
  })
}

/** Every event that this page took in, in order, and where it stands in each community's log. */
function followCommunities(socket: Socket<ServerToClient, ClientToServer>) {
  const cursors = new Map<number, Cursor>()
  const events: LogEvent[] = []
  const snapshots: number[] = []

  async function ask(communityId: number): Promise<boolean> {
    const cursor = cursors.get(communityId)
    const reply = await socket.emitWithAck('watch', { communityId, ...(cursor ? { cursor } : {}) })
    if (!reply.ok) return false
    if (reply.how === 'snapshot') {
      cursors.set(communityId, reply.cursor)
      snapshots.push(communityId)
    }
    return true
  }
  const askAgain = (communityId: number) => void ask(communityId).catch(() => undefined)
  socket.on('connect', () => [...cursors.keys()].forEach(askAgain))
  socket.on('head', ({ communityId, cursor }) => {
    const own = cursors.get(communityId)
    if (own && isBehind(own, cursor)) askAgain(communityId)
  })
  socket.on('events', (batch: EventBatch) => {
    const taken = take(cursors.get(batch.communityId) ?? { epoch: 0, seq: 0 }, batch)
    if (taken.how === 'gap') return askAgain(batch.communityId)
    if (taken.how === 'old') return
    cursors.set(batch.communityId, taken.cursor)
    events.push(...taken.events)
  })
  return {
    events,
    /** How often the page had to load anew because its cursor was too old. */
    snapshots,
    /** Where this page stands in the log of each community that it follows. */
    cursors,
    /** False where this person may not see it. */
    watch: ask,
  }
}

/** What people do, on the only thing that there is to do it on. */
function actsOf(call: Call) {
  const jobs = async (): Promise<Job[]> => (await call('jobs')).jobs
  const job = async (): Promise<Job> => only(await jobs(), 'job')
  const on = async (incidentId?: number): Promise<{ id: number }> => ({
    id: incidentId ?? (await job()).incident.id,
  })
  return {
    jobs,
    job,
    /** 收到, 出发, 到场, 去不了. Without an incident: on the only job. */
    async act(act: ResponderAct, incidentId?: number): Promise<IncidentCard> {
      return call('respond', { params: await on(incidentId), body: { act } })
    },
    async find(finding: NonNullable<RouteInput<'respond'>['body']['finding']>): Promise<IncidentCard> {
      return call('respond', { params: await on(), body: { act: 'find', finding } })
    },
    /** 办结. */
    async closes(outcome: OutcomeCode, about: { incidentId?: number; note?: string } = {}) {
      const { incidentId, ...note } = about
      return call('close', { params: await on(incidentId), body: { outcome, ...note } })
    },
    /** 回访. */
    checksBack: (incidentId: number) => call('checkBack', { params: { id: incidentId }, body: {} }),
  }
}

function only<T>(things: readonly T[], what: string): T {
  const [first, ...others] = things
  if (first === undefined || others.length > 0) throw new Error(`one ${what} expected, not ${things.length}`)
  return first
}
