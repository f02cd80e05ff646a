// The last run of each job: /api/health shows it, and a gap in it is our own blindness (safety 8).
import { Type } from 'typebox'
import type { JobReport } from '#clock/jobs.ts'
import type { Db } from '#db/database.ts'
import type { Log } from '#db/log.ts'
import { at, sql } from '#db/sql.ts'

/** What each job of createJobs last did; `write` is a job itself and puts all of it down at once. */
export function createTickRecord(db: Db, log: Log) {
  let unwritten = new Map<string, JobReport>()
  let isAway = false
  const say = (away: boolean, error?: unknown) => {
    if (away === isAway) return
    isAway = away
    if (away) log.error({ error }, 'jobs cannot be written down: the database is away')
    else log.info({}, 'jobs are written down again')
  }
  return {
    note: (report: JobReport): void => void unwritten.set(report.name, report),
    /** A database that is away is said once, and once that it is back. */
    async write(): Promise<void> {
      const reports = unwritten
      unwritten = new Map()
      try {
        await writeTicks(db, [...reports.values()])
        say(false)
      } catch (error) {
        for (const [name, report] of reports) if (!unwritten.has(name)) unwritten.set(name, report)
        say(true, error)
      }
    },
  }
}

/** In the order of their names: two servers that write at once never wait for each other in a circle. */
const writeTicks = (db: Db, reports: readonly JobReport[]): Promise<number> =>
  db.run(sql`
    insert into job_tick (name, started_at, finished_at, problem)
    select *
    from unnest(
      ${reports.map(({ name }) => name)}::text[],
      ${reports.map(({ startedAt }) => at(startedAt))}::timestamptz[],
      ${reports.map(({ finishedAt }) => at(finishedAt))}::timestamptz[],
      ${reports.map(({ problem }) => problem)}::text[]
    ) as report (name)
    order by name
    on conflict (name) do update
    set started_at = excluded.started_at, finished_at = excluded.finished_at, problem = excluded.problem`)

const Tick = Type.Object({
  name: Type.String(),
  startedAt: Type.Integer(),
  problem: Type.Union([Type.String(), Type.Null()]),
})

export const lastTicks = (db: Db) =>
  db.many(
    Tick,
    sql`
      select name, started_at, problem
      from job_tick
      order by name`,
  )
