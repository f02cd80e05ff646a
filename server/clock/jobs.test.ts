import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'
import { createFakeClock } from './fake-clock.ts'
import { createJobs, type JobReport } from './jobs.ts'

const start = Date.UTC(2026, 10, 22)

test('a job runs when it is due, and not twice at a time', async () => {
  const clock = createFakeClock(start)
  const ran: number[] = []
  let finish = () => {}
  const slow = new Promise<void>((resolve) => (finish = resolve))
  const jobs = createJobs({
    clock,
    report: () => {},
    jobs: [
      { name: 'quick', everyMs: 2000, run: async (now) => void ran.push(now - start) },
      { name: 'slow', everyMs: 1000, run: async (now) => (ran.push(now - start + 0.5), slow) },
    ],
  })
  const first = jobs.tick(start)
  await jobs.tick(start + 1000)
  await jobs.tick(start + 2000)
  finish()
  await first
  await jobs.tick(start + 3000)
  expect(ran).toEqual([0, 0.5, 2000, 3000.5])
})

test('the metronome begins the jobs of a second one after the other, not all at one instant', async () => {
  const began: { name: string; at: number }[] = []
  let isOver = () => {}
  const over = new Promise<void>((resolve) => (isOver = resolve))
  const job = (name: string) => ({
    name,
    everyMs: 1000,
    run: async () => {
      began.push({ name, at: performance.now() })
      if (began.length === 4) isOver()
    },
  })
  const jobs = createJobs({ clock: systemClock, report: () => {}, jobs: [job('eyes'), job('outbox')] })
  jobs.start()
  await over
  await jobs.stop()
  expect(began.map(({ name }) => name)).toEqual(['eyes', 'outbox', 'eyes', 'outbox'])
  expect((began[1]?.at ?? 0) - (began[0]?.at ?? 0)).toBeGreaterThan(100)
})

test('a failing job is reported with its problem and tried again', async () => {
  const clock = createFakeClock(start)
  const reports: JobReport[] = []
  const fail = async () => {
    throw new Error('database is away')
  }
  const jobs = createJobs({
    clock,
    report: (report) => reports.push(report),
    jobs: [{ name: 'judge', everyMs: 1000, run: fail }],
  })
  await jobs.tick(start)
  await jobs.tick(start + 1000)
  expect(reports.map((report) => report.problem)).toEqual(['database is away', 'database is away'])
})

test('a hurried job runs at once, and once more when it was running already', async () => {
  const clock = createFakeClock(start)
  let finish = () => {}
  let runs = 0
  const jobs = createJobs({
    clock,
    report: () => {},
    jobs: [
      {
        name: 'outbox',
        everyMs: 60_000,
        run: () => {
          runs += 1
          return runs === 1 ? new Promise<void>((resolve) => (finish = resolve)) : Promise.resolve()
        },
      },
    ],
  })
  const first = jobs.hurry('outbox')
  const second = jobs.hurry('outbox')
  const third = jobs.hurry('outbox')
  expect(runs).toBe(1)
  finish()
  await Promise.all([first, second, third])
  expect(runs).toBe(2)
})

test('the fake clock fires each timer at its own instant and awaits it', async () => {
  const clock = createFakeClock(start)
  const seen: number[] = []
  clock.after(30, () => void seen.push(clock.now() - start))
  clock.after(10, async () => {
    seen.push(clock.now() - start)
    await Promise.resolve()
    clock.after(5, () => void seen.push(clock.now() - start))
  })
  const cancel = clock.after(20, () => void seen.push(-1))
  cancel()
  await clock.advance(100)
  expect(seen).toEqual([10, 15, 30])
  expect(clock.now()).toBe(start + 100)
})
