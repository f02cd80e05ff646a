// Durable messages a second with every rule on, against a bare prototype that does nothing but keep the bytes.
import {
  caseOf,
  interleaved,
  median,
  type Benchmark,
  type BenchOptions,
  type Case,
} from './harness/benchmark.ts'
import { openBenchDatabase, type BenchDatabase } from './harness/database.ts'
import { startLoad, type Load, type RunJob, type RunResult } from './harness/load/job.ts'
import { startProduct, type Product } from './harness/product.ts'
import { since, usageOf, type Usage } from './harness/usage.ts'
import { startWorker, type Worker } from './harness/worker.ts'
import { buildCity, detectorSerial, drawHomes } from './harness/world.ts'

type Size = { homes: number; connections: number; window: number; hazardHomes: number; run: RunJob }

const full: Size = {
  homes: 10_000,
  connections: 1000,
  window: 1,
  hazardHomes: 1500,
  run: { ms: 8000, warmupMs: 2000, hazardEvery: 1000 },
}
const quick: Size = {
  homes: 200,
  connections: 20,
  window: 4,
  hazardHomes: 20,
  run: { ms: 400, warmupMs: 100, hazardEvery: 1000 },
}

export const benchmark: Benchmark = {
  name: 'ingest',
  what: 'durable QoS 1 messages/s with rules on ÷ bare aedes + group commit; buffered values/s ÷ bare unnest',
  run,
}

async function run({ rounds, quick: isQuick, say }: BenchOptions): Promise<Case[]> {
  const size = isQuick ? quick : full
  const { homes, connections, window, hazardHomes } = size
  say(
    `  ${homes} homes, ${connections} connections of homes drawn evenly, ${window} message under way on each (a device waits for its PUBACK), ` +
      `4 values a message, 1 in 1,000 a hazard (SOS and CO alarm in turn) from one of ${hazardHomes} new homes`,
  )
  const database = await openBenchDatabase()
  await buildCity(database.url, { homes })
  const product = await startProduct(database)
  const subjects = await startSubjects({ database, product, size })
  const results = await interleaved(rounds, {
    ours: () => subjects.ours(size.run),
    prototype: () => subjects.prototype(size.run),
    aedes: () => subjects.aedes(size.run),
  })
  await subjects.live.worker.stop()
  const buffered = await measureBuffered({ database, product, size, rounds })
  const complaints = product.complaints()
  if (complaints.length > 0)
    say(`  the product complained ${complaints.length} times, first: ${complaints[0]}`)
  return [...messageCases(results), ...bufferedCases(buffered)]
}

type Parts = { database: BenchDatabase; product: Product; size: Size }
type Measured = RunResult & { serverCpu: number; databaseCpu: number }

async function startSubjects({ database, product, size }: Parts) {
  const { homes, connections, window, hazardHomes } = size
  const drawn = drawHomes(homes, connections)
  const taken = new Set(drawn)
  const others = Array.from({ length: homes }, (_, nth) => nth + 1).filter((home) => !taken.has(home))
  const job = {
    window,
    shape: 'values' as const,
    serials: drawn.map(detectorSerial),
    hazardSerials: drawHomes(others.length, hazardHomes).map((nth) => detectorSerial(others[nth - 1] ?? 0)),
  }
  const live = startLoad()
  await live.connect({ ...job, port: product.mqttPort })
  const prototype = await startAedes({ databaseUrl: await database.createDatabase() })
  const bare = await startAedes({})
  const loads = { prototype: startLoad(), bare: startLoad() }
  await loads.prototype.connect({ ...job, port: prototype.port })
  await loads.bare.connect({ ...job, port: bare.port })
  return {
    live,
    ours: (run: RunJob) => measured({ load: live, usage: product.usage, database }, run),
    prototype: (run: RunJob) => measured({ load: loads.prototype, usage: prototype.usage, database }, run),
    aedes: (run: RunJob) => measured({ load: loads.bare, usage: bare.usage, database }, run),
  }
}

export async function startAedes(options: { databaseUrl?: string }) {
  const worker: Worker = startWorker(new URL('yardsticks/aedes-main.ts', import.meta.url))
  const port = await worker.ask<number>('listen', options)
  return { port, worker, usage: () => usageOf(worker.pid) }
}

type Subject = { load: Load; usage: () => Usage; database: BenchDatabase }

async function measured({ load, usage, database }: Subject, run: RunJob): Promise<Measured> {
  const before = { server: usage(), database: database.usage() }
  const result = await load.run(run)
  if (result.unanswered > 0 || result.lost.length > 0)
    throw new Error(`${result.unanswered} messages were never acknowledged; ${result.lost[0] ?? ''}`)
  const serverCpu = since(usage(), before.server) / result.all
  return { ...result, serverCpu, databaseCpu: since(database.usage(), before.database) / result.all }
}

type Figure = 'perSecond' | 'valuesPerSecond' | 'serverCpu' | 'databaseCpu'

const of = (results: readonly Measured[], figure: Figure): number =>
  median(results.map((result) => result[figure]))

const microseconds = (seconds: number): string => `${Math.round(seconds * 1e6)} µs`

function messageCases(results: Record<'ours' | 'prototype' | 'aedes', Measured[]>): Case[] {
  const { ours, prototype, aedes } = results
  const value = of(ours, 'perSecond')
  const cpu = (of_: Measured[]) =>
    `server ${microseconds(of(of_, 'serverCpu'))} + PostgreSQL ${microseconds(of(of_, 'databaseCpu'))} of CPU a message`
  const p99 = median(ours.map(({ latency }) => latency.p99))
  const hazards = ours.reduce((sum, one) => sum + one.hazards, 0)
  return [
    caseOf({
      case: 'messages/s ÷ aedes + group commit',
      value,
      unit: 'msg/s',
      yardstick: of(prototype, 'perSecond'),
      goal: { atLeast: 0.8 },
      note: `ours: ${cpu(ours)}, p99 ${Math.round(p99)} ms, ${hazards} hazards; yardstick: ${cpu(prototype)}`,
    }),
    caseOf({
      case: 'messages/s ÷ bare aedes',
      value,
      unit: 'msg/s',
      yardstick: of(aedes, 'perSecond'),
      note: `yardstick: ${cpu(aedes)}`,
    }),
  ]
}

async function measureBuffered({ database, product, size, rounds }: Parts & { rounds: number }) {
  const load = startLoad()
  const serials = drawHomes(size.homes, size.connections, 1).map(detectorSerial)
  await load.connect({ port: product.mqttPort, serials, window: 1, shape: 'buffered' })
  const bare = startWorker(new URL('yardsticks/unnest-main.ts', import.meta.url))
  await bare.ask('open', { databaseUrl: await database.createMigrated() })
  const { ms, warmupMs = 0 } = size.run
  return interleaved(rounds, {
    ours: () => measured({ load, usage: product.usage, database }, { ms, warmupMs }),
    unnest: () => bare.ask<number>('run', { ms, devices: size.connections }),
  })
}

function bufferedCases({ ours, unnest }: { ours: Measured[]; unnest: number[] }): Case[] {
  const values = of(ours, 'valuesPerSecond') / of(ours, 'perSecond')
  return [
    caseOf({
      case: 'buffered values/s ÷ bare unnest',
      value: of(ours, 'valuesPerSecond'),
      unit: 'values/s',
      yardstick: median(unnest),
      goal: { atLeast: 0.5 },
      note: `${values} values a message; server ${microseconds(of(ours, 'serverCpu') / values)} + PostgreSQL ${microseconds(of(ours, 'databaseCpu') / values)} of CPU a value`,
    }),
  ]
}
