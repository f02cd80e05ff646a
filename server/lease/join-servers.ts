// This process as one of several servers on one database. PostgreSQL is the only coordination: a row says that it
// lives, and a notification tells the others what cannot wait for their next tick.
import { openDatabase, type Database, type Db } from '#db/database.ts'
import { listen, type Listening } from '#db/listen.ts'
import type { Log } from '#db/log.ts'
import { sql } from '#db/sql.ts'
import { deleteServer, insertServer, knownServers, renewServer, type Known } from './server-store.ts'

export type JoinOptions = {
  databaseUrl: string
  /** For people: host and process. */
  label: string
  log: Log
}

type Hearing = Readonly<Record<string, (payload: string) => void>>

export type Servers = {
  /** Of this process, as others know it; no other ever had or will have it. */
  id: number
  /** Apart from the pool that carries the load. */
  db: Database
  /** Whether others still take us for alive: else what we hold is theirs, and we must let go of it. */
  isAlive(): boolean
  /** We have long counted as dead, and there were others: they serve, and who is with us waits in vain. */
  isCutOff(): boolean
  known(): Promise<Known[]>
  /** Tells every server, this one included. Lost where its listener is reconnecting: never let it be the only word. */
  say(channel: string, payload: string): Promise<void>
  /** Hears what servers say, by channel, from now on. Once. */
  hear(hearing: Hearing): Promise<void>
  close(): Promise<void>
}

/** Milliseconds. A killed server must be replaced within 10 s: 5 until it counts as dead, the rest to take over. */
export const serverLease = { leaseMs: 5000, renewEveryMs: 1000 }

/** A database that restarts is back by then (ms): nobody has to come anew for that. */
const cutOffMs = 10_000

/** Joins the servers of this database. */
export async function joinServers({ databaseUrl, label, log }: JoinOptions): Promise<Servers> {
  const { leaseMs } = serverLease
  // Connections of its own: behind a full pool, load would look like death.
  const db = openDatabase({ url: databaseUrl, poolSize: 2, applicationName: 'curtain-pact lease' })
  const begunAt = performance.now()
  const id = await insertServer(db, label, leaseMs)
  const renewal = keepRenewed({ db, id, log, begunAt })
  let listening: Listening | undefined
  return {
    id,
    db,
    isAlive: renewal.isAlive,
    isCutOff: renewal.isCutOff,
    known: () => knownServers(db),
    say: async (channel, payload) => void (await db.run(sql`select pg_notify(${channel}, ${payload})`)),
    async hear(hearing) {
      listening = await listen({
        url: databaseUrl,
        channels: Object.keys(hearing),
        onNotify: (channel, payload) => hearing[channel]?.(payload),
        // each channel only hurries what a tick, or a row, says as well
        onReconnected: () => {},
        log,
      })
    },
    async close() {
      await renewal.stop()
      await listening?.close()
      // Without a database nothing can be said; the lease runs out by itself.
      await deleteServer(db, id).catch((error: unknown) => log.warn({ error }, 'left without a word'))
      await db.close()
    },
  }
}

type Renewing = { db: Db; id: number; log: Log; begunAt: number }

/** The lease is counted from before it was asked for: by our own clock it ends earlier than by the database's. */
function keepRenewed({ db, id, log, begunAt }: Renewing) {
  const { leaseMs, renewEveryMs } = serverLease
  let heldUntil = begunAt + leaseMs
  let under: Promise<void> | undefined
  let isFailing = false
  let hasOthers = false

  async function renew(): Promise<void> {
    const askedAt = performance.now()
    try {
      const renewed = await renewServer(db, id, leaseMs)
      if (!renewed) throw new Error('the database does not know this server')
      hasOthers = renewed.hasOthers
      heldUntil = askedAt + leaseMs
      isFailing = false
    } catch (error) {
      if (!isFailing) log.warn({ error }, 'this server cannot say that it lives')
      isFailing = true
    }
  }

  const timer = setInterval(() => {
    under ??= renew().finally(() => (under = undefined))
  }, renewEveryMs)
  return {
    isAlive: () => performance.now() < heldUntil,
    isCutOff: () => hasOthers && performance.now() - (heldUntil - leaseMs) > cutOffMs,
    async stop() {
      clearInterval(timer)
      await under
    },
  }
}
