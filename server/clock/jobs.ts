// Ticks. What is due stands in rows with deadlines; a tick only looks. node-cron is nothing but the metronome here
// (facts/field.md: it drops missed runs and stumbles at DST, so no deadline may hang on it).
import { schedule, type ScheduledTask } from 'node-cron'
import type { Clock } from './clock.ts'

export type Job = {
  name: string
  everyMs: number
  run: (now: number) => Promise<void>
}

export type JobReport = { name: string; startedAt: number; finishedAt: number; problem: string | null }

export type Jobs = {
  /** Runs every job that is due at `now`, each at most once at a time; resolves when they are done. */
  tick(now: number): Promise<void>
  /** Runs this job now instead of at its next turn; once more afterwards if it is running already. */
  hurry(name: string): Promise<void>
  /** Starts the metronome: one tick a second, whose jobs begin one after the other. */
  start(): void
  stop(): Promise<void>
}

const tickMs = 1000
/** A metronome is never exact: who comes this early (ms) has not come for nothing. */
const earlyMsMax = 50

/** @param report is told of every run; a failing job is reported and tried again at its next turn */
export function createJobs(options: {
  clock: Clock
  jobs: readonly Job[]
  report: (report: JobReport) => void
}): Jobs {
  const { clock, jobs, report } = options
  const dueAt = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  const hurried = new Set<string>()
  const toCome = new Set<() => void>()

  const runOne = async (job: Job, now: number): Promise<void> => {
    dueAt.set(job.name, now + job.everyMs)
    let problem: string | null = null
    try {
      await job.run(now)
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
    }
    report({ name: job.name, startedAt: now, finishedAt: clock.now(), problem })
  }

  const runAndAgain = async (job: Job, now: number): Promise<void> => {
    await runOne(job, now)
    running.delete(job.name)
    if (hurried.delete(job.name)) await startOne(job, clock.now())
  }

  const startOne = (job: Job, now: number): Promise<void> => {
    const run = runAndAgain(job, now)
    running.set(job.name, run)
    return run
  }

  const isDue = ({ name }: Job, now: number): boolean =>
    !running.has(name) && (dueAt.get(name) ?? 0) <= now + earlyMsMax

  const tick = async (now: number): Promise<void> => {
    await Promise.all(jobs.filter((job) => isDue(job, now)).map((job) => startOne(job, now)))
  }

  /** All at the same instant would stand in the way of an alarm (docs/performance.md). */
  const spreadTick = (): void => {
    jobs.forEach((job, nth) => {
      const cancel = clock.after((nth * tickMs) / jobs.length, () => {
        toCome.delete(cancel)
        const now = clock.now()
        if (isDue(job, now)) void startOne(job, now)
      })
      toCome.add(cancel)
    })
  }

  const hurry = async (name: string): Promise<void> => {
    const job = jobs.find((one) => one.name === name)
    if (!job) throw new Error(`there is no job "${name}"`)
    const run = running.get(name)
    if (!run) return startOne(job, clock.now())
    hurried.add(name)
    return run
  }

  let metronome: ScheduledTask | undefined
  return {
    tick,
    hurry,
    start: () => {
      metronome = schedule('* * * * * *', spreadTick)
    },
    stop: async () => {
      await metronome?.destroy()
      for (const cancel of toCome) cancel()
      await Promise.all(running.values())
    },
  }
}
