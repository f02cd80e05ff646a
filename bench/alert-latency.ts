// From the publish of a hazard to the page of the steward, at rest and under load, against a relay that keeps nothing.
import { setTimeout as pause } from 'node:timers/promises'
import {
  bySerial,
  homesUpTo,
  latencies,
  mayHaveHazard,
  subjectOf,
  type Subject,
} from './alert-latency/measure.ts'
import { openStewards } from './alert-latency/stewards.ts'
import {
  caseOf,
  interleaved,
  median,
  type Benchmark,
  type BenchOptions,
  type Case,
} from './harness/benchmark.ts'
import { openBenchDatabase } from './harness/database.ts'
import type { Quantiles } from './harness/histogram.ts'
import { startLoad, type Load } from './harness/load/job.ts'
import { startProduct } from './harness/product.ts'
import { startWorker } from './harness/worker.ts'
import { buildCity, detectorSerial, homesPerSteward } from './harness/world.ts'

export type Size = {
  homes: number
  /** Connections with readings, of homes that have no hazard. */
  connections: number
  window: number
  /** Hazards a round, each of a home of its own. */
  hazards: number
  /** How long the maximum is measured. */
  maximumMs: number
}

const full: Size = { homes: 4000, connections: 1000, window: 4, hazards: 200, maximumMs: 6000 }
const quick: Size = { homes: 200, connections: 20, window: 4, hazards: 5, maximumMs: 500 }

/** Of what the machine can carry; beyond it everything waits, and a latency says nothing. */
const shareOfMaximum = 0.7

export const benchmark: Benchmark = {
  name: 'alert-latency',
  what: 'publish of a hazard → page of the steward, at rest and under load ÷ a bare MQTT → socket.io relay',
  run,
}

async function run({ rounds, quick: isQuick, say }: BenchOptions): Promise<Case[]> {
  const size = isQuick ? quick : full
  const homes = hazardHomes(size)
  say(
    `  ${size.homes} homes; ${size.hazards} hazards a round (SOS and CO alarm in turn), each of another home, one ` +
      `after the other; ${size.connections} other connections with 4 values a message under load`,
  )
  const database = await openBenchDatabase()
  await buildCity(database.url, { homes: size.homes })
  const product = await startProduct(database)
  const ours = await openStewards({ database, product, homes })
  const relay = await startRelay(homes)
  const readings = startLoad()
  await readings.connect({
    port: product.mqttPort,
    serials: readingHomes(size).map(detectorSerial),
    window: size.window,
    shape: 'values',
  })
  const maximum = (await readings.run({ ms: size.maximumMs, warmupMs: size.maximumMs / 3 })).perSecond
  const perSecond = Math.round(maximum * shareOfMaximum)
  say(`  at most ${Math.round(maximum)} messages/s; under load are ${perSecond}`)
  const results = await interleaved(rounds, {
    relay: () => latencies(relay, size.hazards),
    rest: () => latencies(ours, size.hazards),
    loaded: () => underLoad({ readings, perSecond, ours, count: size.hazards }),
  })
  const complaints = product.complaints()
  if (complaints.length > 0) say(`  the product complained ${complaints.length} times: ${complaints[0]}`)
  return casesOf(results)
}

const hazardHomes = ({ homes }: Size): number[] => homesUpTo(homes).filter(mayHaveHazard)
function readingHomes(size: Size): number[] {
  return homesUpTo(size.homes)
    .filter((home) => !mayHaveHazard(home))
    .slice(0, size.connections)
}

type Loading = { readings: Load; perSecond: number; ours: Subject; count: number }

async function underLoad({ readings, perSecond, ours, count }: Loading) {
  const isOver = { value: false }
  const carried: number[] = []
  const loading = (async () => {
    while (!isOver.value) carried.push((await readings.run({ ms: 2000, perSecond })).perSecond)
  })()
  await pause(1000)
  const quantiles = await latencies(ours, count)
  isOver.value = true
  await loading
  return { ...quantiles, carried: median(carried) }
}

/** The same stewards at the same homes, with nothing in between but the relay. */
async function startRelay(homes: readonly number[]): Promise<Subject> {
  const worker = startWorker(new URL('yardsticks/relay-main.ts', import.meta.url))
  const { httpPort, mqttPort } = await worker.ask<{ httpPort: number; mqttPort: number }>('listen')
  const pages = startWorker(new URL('alert-latency/pages-main.ts', import.meta.url))
  const pagesOf = new Map<number, string[]>()
  for (const home of homes) {
    const steward = Math.floor((home - 1) / homesPerSteward)
    pagesOf.set(steward, [...(pagesOf.get(steward) ?? []), detectorSerial(home)])
  }
  await pages.ask('open', {
    url: `http://127.0.0.1:${httpPort}`,
    pages: [...pagesOf.values()].map((follows) => ({ follows })),
  })
  const load = startLoad()
  const hazardSerials = homes.map(detectorSerial)
  await load.connect({ port: mqttPort, serials: [], window: 1, shape: 'values', hazardSerials })
  return subjectOf({ load, pages, serialsOf: bySerial })
}

type Results = { relay: Quantiles[]; rest: Quantiles[]; loaded: (Quantiles & { carried: number })[] }

function casesOf({ relay, rest, loaded }: Results): Case[] {
  const of = (rounds: readonly Quantiles[], name: 'p50' | 'p99') => median(rounds.map((round) => round[name]))
  const spread = (rounds: readonly Quantiles[]) =>
    `p50 ${of(rounds, 'p50').toFixed(1)} ms; p99 of the rounds ${rounds.map(({ p99 }) => p99.toFixed(1)).join(' ')}`
  return [
    caseOf({ case: 'relay at rest, p99', value: of(relay, 'p99'), unit: 'ms', note: spread(relay) }),
    caseOf({
      case: 'at rest, p50 ÷ relay',
      value: of(rest, 'p50'),
      unit: 'ms',
      yardstick: of(relay, 'p50'),
    }),
    caseOf({
      case: 'at rest, p99 ÷ relay',
      value: of(rest, 'p99'),
      unit: 'ms',
      yardstick: of(relay, 'p99'),
      goal: { atMost: 3 },
      note: spread(rest),
    }),
    caseOf({
      case: 'under load, p99 ÷ own rest',
      value: of(loaded, 'p99'),
      unit: 'ms',
      yardstick: of(rest, 'p99'),
      goal: { atMost: 3 },
      note: `${spread(loaded)}; ${Math.round(median(loaded.map(({ carried }) => carried)))} messages/s`,
    }),
  ]
}
