// GET /api/health: the database, the broker, and the last tick of each job. Never cached, never optimistic.
import { performance } from 'node:perf_hooks'
import { Type } from 'typebox'
import type { Health } from '#contract/account.ts'
import type { Clock } from '#clock/clock.ts'
import type { Database } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { DeviceBroker } from './device-broker.ts'
import type { FreeSpace } from './free-space.ts'
import { lastTicks } from './job-store.ts'
import type { Servers } from './lease/join-servers.ts'

export type HealthOptions = {
  db: Database
  clock: Clock
  broker: Pick<DeviceBroker, 'stats' | 'door'>
  servers: Pick<Servers, 'id' | 'isAlive' | 'known'>
  freeSpace: Pick<FreeSpace, 'state' | 'bytes'>
  isDemo: boolean
}

/** A job that ticks every few seconds and has not run for this long stands still. */
const jobLateMs = 30_000
/** Those that run once an hour are late after two. */
const slowJobs: Record<string, number> = { retention: 2 * 3_600_000 }

/** How long after the clock was put forward staff are told: until what it made fall due has been asked after. */
const toldForMs = 3_600_000

const Mode = Type.Object({ mode: Type.Enum(['demo', 'real', 'empty']) })

export function createHealth({ db, clock, broker, servers, freeSpace, isDemo }: HealthOptions) {
  return async (): Promise<Health> => {
    const now = clock.now()
    const database = await askDatabase(db)
    const hasRoom = freeSpace.state() !== 'low' && freeSpace.state() !== 'full'
    const clockBehindMs = clock.behindMs?.() ?? 0
    const forward = clock.putForward?.()
    const jobs = database.ok ? await jobsOf(db, now) : []
    const known = database.ok ? await servers.known() : []
    const { isOpen, port, shardGroups } = broker.door()
    const { connections, accepted, refused } = broker.stats()
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0)
    return {
      ok:
        database.ok &&
        isOpen &&
        servers.isAlive() &&
        hasRoom &&
        clockBehindMs === 0 &&
        jobs.every((job) => job.ok),
      mode: isDemo ? 'demo' : database.mode,
      now,
      database: { ok: database.ok, latencyMs: database.latencyMs },
      disk: { state: freeSpace.state(), freeBytes: freeSpace.bytes() },
      clockBehindMs,
      clockPutForward: forward && now - forward.untilAt < toldForMs ? forward : null,
      broker: { ok: isOpen, port, shardGroups, clients: connections, accepted, refused: refusals },
      servers: known.map((server) => ({ ...server, self: server.id === servers.id })),
      jobs,
    }
  }
}

/** Who asks for the health of a service waits no longer than this; a frozen database would not answer at all. */
const answerMsMax = 3000

async function askDatabase(db: Database) {
  const before = performance.now()
  try {
    const { mode } = await within(
      answerMsMax,
      db.one(Mode, sql`select coalesce((select mode from installation), 'empty') as mode`),
    )
    return { ok: true, mode, latencyMs: Math.round((performance.now() - before) * 10) / 10 }
  } catch {
    return { ok: false, mode: 'empty' as const, latencyMs: null }
  }
}

async function within<R>(ms: number, asked: Promise<R>): Promise<R> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer')), ms)
  })
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}

async function jobsOf(db: Database, now: number): Promise<Health['jobs']> {
  const ticks = await lastTicks(db)
  return ticks.map(({ name, startedAt, problem }) => ({
    name,
    lastAt: startedAt,
    ok: problem === null && now - startedAt <= (slowJobs[name] ?? jobLateMs),
    problem,
  }))
}
