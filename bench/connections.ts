// What an idle connection costs to hold, and how fast everybody comes back after a power cut.
import { setTimeout as pause } from 'node:timers/promises'
import {
  caseOf,
  interleaved,
  median,
  type Benchmark,
  type BenchOptions,
  type Case,
} from './harness/benchmark.ts'
import { openBenchDatabase } from './harness/database.ts'
import { startLoad } from './harness/load/job.ts'
import { startProduct } from './harness/product.ts'
import { since, usageOf, type Usage } from './harness/usage.ts'
import { startWorker } from './harness/worker.ts'
import { buildCity, detectorSerial } from './harness/world.ts'

type Size = { steps: readonly number[]; storm: number }
const full: Size = { steps: [1000, 5000, 15_000], storm: 2000 }
const quick: Size = { steps: [20, 60], storm: 40 }

/** V8 gives back what the handshakes left when nothing has happened for 8 s; in both alike. */
const settleMs = 10_000

export const benchmark: Benchmark = {
  name: 'connections',
  what: 'memory of an idle connection and connections/s in a reconnect storm ÷ bare aedes',
  run,
}

type Subject = { start: () => Promise<{ port: number; usage: () => Usage; stop: () => Promise<void> }> }

async function run({ rounds, quick: isQuick, say }: BenchOptions): Promise<Case[]> {
  const size = isQuick ? quick : full
  const steps = size.steps.filter((step) => step < openFilesMax() - 500)
  say(`  ${steps.join(', ')} idle connections; a storm of ${size.storm} devices that come back at once`)
  if (steps.length < size.steps.length)
    say(`  the system allows ${openFilesMax()} open files: larger steps are left out (ulimit -n)`)
  const database = await openBenchDatabase()
  await buildCity(database.url, { homes: Math.max(...size.steps) })
  const ours: Subject = {
    start: async () => {
      const product = await startProduct(database)
      return { port: product.mqttPort, usage: product.usage, stop: product.stop }
    },
  }
  const bare: Subject = {
    start: async () => {
      const worker = startWorker(new URL('yardsticks/aedes-main.ts', import.meta.url))
      const port = await worker.ask<number>('listen', {})
      return { port, usage: () => usageOf(worker.pid), stop: worker.stop }
    },
  }
  const idle = {
    ours: await idleBytes(ours, steps, isQuick ? 100 : settleMs),
    bare: await idleBytes(bare, steps, isQuick ? 100 : settleMs),
  }
  const storms = await stormsOf({ ours, bare }, { rounds, devices: size.storm })
  return [
    ...steps.map((step, nth) => idleCase(step, idle.ours[nth] ?? NaN, idle.bare[nth] ?? NaN)),
    stormCase(storms),
  ]
}

function openFilesMax(): number {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft: number | string } }
  }
  const soft = Number(userLimits?.open_files?.soft)
  return Number.isFinite(soft) ? soft : Infinity
}

/** Resident bytes a connection at each step, over what the process held before the first one. */
async function idleBytes(subject: Subject, steps: readonly number[], waitMs: number): Promise<number[]> {
  const { port, usage, stop } = await subject.start()
  await pause(waitMs)
  const before = usage().residentBytes
  const load = startLoad()
  const held: number[] = []
  let open = 0
  for (const step of steps) {
    const serials = Array.from({ length: step - open }, (_, nth) => detectorSerial(open + nth + 1))
    await load.connect({ port, serials, window: 0, shape: 'values' })
    open = step
    await pause(waitMs)
    held.push((usage().residentBytes - before) / step)
  }
  await load.worker.stop()
  await stop()
  return held
}

type Storm = { perSecond: number; cpuSeconds: number }

async function stormsOf(
  { ours, bare }: Record<'ours' | 'bare', Subject>,
  { rounds, devices }: { rounds: number; devices: number },
) {
  const running = { ours: await ours.start(), bare: await bare.start() }
  const serials = Array.from({ length: devices }, (_, nth) => detectorSerial(nth + 1))
  const storm = async ({ port, usage }: { port: number; usage: () => Usage }): Promise<Storm> => {
    const load = startLoad()
    const before = usage()
    const { perSecond } = await load.connect({ port, serials, window: 0, shape: 'values' })
    const cpuSeconds = since(usage(), before) / devices
    await load.close()
    await load.worker.stop()
    return { perSecond, cpuSeconds }
  }
  // The first one compiles the code.
  await storm(running.ours)
  await storm(running.bare)
  return interleaved(rounds, { ours: () => storm(running.ours), bare: () => storm(running.bare) })
}

const idleCase = (step: number, ours: number, bare: number): Case =>
  caseOf({
    case: `memory of an idle connection at ${step.toLocaleString('en-US')}`,
    value: ours / 1024,
    unit: 'kB',
    yardstick: bare / 1024,
    goal: { atMost: 1.5 },
  })

function stormCase({ ours, bare }: { ours: Storm[]; bare: Storm[] }): Case {
  const of = (storms: readonly Storm[], figure: keyof Storm) => median(storms.map((storm) => storm[figure]))
  const cpu = (storms: readonly Storm[]) => `${Math.round(of(storms, 'cpuSeconds') * 1e6)} µs`
  return caseOf({
    case: 'connections/s in a reconnect storm',
    value: of(ours, 'perSecond'),
    unit: 'conn/s',
    yardstick: of(bare, 'perSecond'),
    goal: { atLeast: 0.7 },
    note: `CPU a connection: server ${cpu(ours)}, yardstick ${cpu(bare)}; ours asks the database who it is`,
  })
}
