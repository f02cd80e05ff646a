// The last run of each job: /api/health shows it, and a gap in it is our own blindness (safety 8).
import { Type } from 'typebox'
import type { JobReport } from '#clock/jobs.ts'
import type { Db } from '#db/database.ts'
import type { Log } from '#db/log.ts'
import { at, sql } from '#db/sql.ts'

/** For createJobs: writes each run down. A database that is away is said once, and once that it is back. */
export function recordTicks(db: Db, log: Log): (report: JobReport) => void {
  let isAway = false
  const say = (away: boolean, error?: unknown) => {
    if (away === isAway) return
    isAway = away
    if (away) log.error({ error }, 'jobs cannot be written down: the database is away')
    else log.info({}, 'jobs are written down again')
  }
  return (report) =>
    void recordTick(db, report).then(
      () => say(false),
      (error: unknown) => say(true, error),
    )
}

const recordTick = (db: Db, { name, startedAt, finishedAt, problem }: JobReport): Promise<number> =>
  db.run(sql`
    insert into job_tick (name, started_at, finished_at, problem)
    values (${name}, ${at(startedAt)}, ${at(finishedAt)}, ${problem})
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
