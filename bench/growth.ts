// Does a message cost more in a large city than in a small one?
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
import { since } from './harness/usage.ts'
import { buildCity, detectorSerial } from './harness/world.ts'

type Size = {
  homes: readonly number[]
  connections: number
  hazardHomes: number
  perSecond: number
  ms: number
  readingsPerHome: number
}

const full: Size = {
  homes: [1000, 10_000, 100_000],
  connections: 500,
  hazardHomes: 12,
  perSecond: 1000,
  ms: 6000,
  readingsPerHome: 10,
}
const quick: Size = {
  homes: [100, 400],
  connections: 20,
  hazardHomes: 2,
  perSecond: 200,
  ms: 500,
  readingsPerHome: 2,
}

export const benchmark: Benchmark = {
  name: 'growth',
  what: 'CPU a message and memory as the city grows, the same load drawn evenly from all its homes',
  run,
}

type Measured = { serverCpu: number; databaseCpu: number; residentBytes: number }

async function run({ rounds, quick: isQuick, say }: BenchOptions): Promise<Case[]> {
  const size = isQuick ? quick : full
  say(
    `  ${size.homes.join(', ')} homes, each with ${size.readingsPerHome} readings before; ${size.connections} connections ` +
      `of other homes each round, ${size.perSecond} messages/s of 4 values, 1 in 1,000 a hazard from a new home`,
  )
  const cities: Record<string, (round: number) => Promise<Measured>> = {}
  for (const homes of size.homes) cities[homes] = await startCity(homes, size)
  return casesOf(await interleaved(rounds, cities), size.homes)
}

async function startCity(homes: number, size: Size) {
  const database = await openBenchDatabase()
  await buildCity(database.url, { homes, readingsPerHome: size.readingsPerHome })
  const product = await startProduct(database)
  return async (round: number): Promise<Measured> => {
    const load = startLoad()
    await load.connect({
      port: product.mqttPort,
      window: 4,
      shape: 'values',
      serials: readingHomes(homes, size.connections, round).map(detectorSerial),
      hazardSerials: hazardHomes(homes, size.hazardHomes, round).map(detectorSerial),
    })
    const before = { server: product.usage(), database: database.usage() }
    const result = await load.run({
      ms: size.ms,
      warmupMs: 500,
      perSecond: size.perSecond,
      hazardEvery: 1000,
    })
    const after = { server: product.usage(), database: database.usage() }
    await load.worker.stop()
    return {
      serverCpu: since(after.server, before.server) / result.all,
      databaseCpu: since(after.database, before.database) / result.all,
      residentBytes: after.server.residentBytes,
    }
  }
}

/** Every fifth home is kept for hazards: they must come from homes that have had none. */
const isForHazards = (home: number): boolean => home % 5 === 0

function readingHomes(homes: number, count: number, round: number): number[] {
  const others = Array.from({ length: homes }, (_, nth) => nth + 1).filter((home) => !isForHazards(home))
  const step = others.length / count
  return Array.from(
    { length: count },
    (_, nth) => others[Math.floor(nth * step + round) % others.length] ?? 1,
  )
}

const hazardHomes = (homes: number, count: number, round: number): number[] =>
  Array.from(
    { length: count },
    (_, nth) => (((round * count + nth) * 5 * Math.max(1, Math.floor(homes / 1000))) % homes) + 5,
  )

function casesOf(results: Record<string, Measured[]>, sizes: readonly number[]): Case[] {
  const cpuOf = (one: Measured) => (one.serverCpu + one.databaseCpu) * 1e6
  const of = (homes: number | undefined, figure: (one: Measured) => number) =>
    median((results[homes ?? 0] ?? []).map(figure))
  const [smallest] = sizes
  const largest = sizes.at(-1)
  return sizes.map((homes) =>
    caseOf({
      case: `CPU a message at ${homes.toLocaleString('en-US')} homes`,
      value: of(homes, cpuOf),
      unit: 'µs',
      yardstick: of(smallest, cpuOf),
      ...(homes === largest && homes !== smallest ? { goal: { atMost: 1.3 } } : {}),
      note:
        `server ${Math.round(of(homes, (one) => one.serverCpu * 1e6))} + PostgreSQL ` +
        `${Math.round(of(homes, (one) => one.databaseCpu * 1e6))} µs; server holds ` +
        `${Math.round(of(homes, (one) => one.residentBytes / 2 ** 20))} MB`,
    }),
  )
}
