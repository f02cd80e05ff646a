// A thousand homes come back after three hours offline with all that they kept, while others are in danger now.
import { setTimeout as pause } from 'node:timers/promises'
import { homesUpTo, mayHaveHazard, type Subject } from './alert-latency/measure.ts'
import { waitMsMax } from './alert-latency/rings.ts'
import { openStewards } from './alert-latency/stewards.ts'
import type { CameBack, ComeBack } from './backlog/homes-main.ts'
import {
  caseOf,
  interleaved,
  median,
  type Benchmark,
  type BenchOptions,
  type Case,
} from './harness/benchmark.ts'
import { asked, openBenchDatabase } from './harness/database.ts'
import { createHistogram, type Quantiles } from './harness/histogram.ts'
import { startProduct } from './harness/product.ts'
import { startWorker } from './harness/worker.ts'
import { buildCity, detectorSerial } from './harness/world.ts'

type Size = {
  /** Half of them may have a hazard. */
  homes: number
  /** So many come back, each with each kind of backlog. */
  returning: number
  hazardHomes: number
  hazardsAtRest: number
  hazardEveryMs: number
}

const full: Size = { homes: 4000, returning: 1000, hazardHomes: 500, hazardsAtRest: 30, hazardEveryMs: 1000 }
const quick: Size = { homes: 200, returning: 20, hazardHomes: 50, hazardsAtRest: 3, hazardEveryMs: 100 }

const minuteMs = 60_000
/** Three hours of what a detector keeps: as sparingly as it may, and as much as the largest of ours does. */
const sparse = { name: '36 five-minute samples', samples: 36, everyMs: 5 * minuteMs }
const dense = { name: '360 thirty-second samples', samples: 360, everyMs: minuteMs / 2 }

export const benchmark: Benchmark = {
  name: 'backlog',
  what: 'homes that come back with three hours of readings: readings/s, all kept, and the live alarm ÷ at rest',
  run,
}

async function run({ rounds, quick: isQuick, say }: BenchOptions): Promise<Case[]> {
  const size = isQuick ? quick : full
  say(
    `  ${size.returning} homes at once with ${sparse.name}, then ${size.returning} with ${dense.name}; ` +
      `a hazard from another home every ${size.hazardEveryMs} ms, from publish to the steward's page`,
  )
  const database = await openBenchDatabase()
  await buildCity(database.url, { homes: size.homes })
  const product = await startProduct(database)
  const homes = homesUpTo(size.homes)
  const hazardHomes = homes.filter(mayHaveHazard).slice(0, size.hazardHomes)
  const stewards = await openStewards({ database, product, homes: hazardHomes })
  const away = homes.filter((home) => !mayHaveHazard(home))
  const halves = [away.slice(0, size.returning), away.slice(-size.returning)] as const
  const worker = startWorker(new URL('backlog/homes-main.ts', import.meta.url))
  const comeBack = async (round: number): Promise<Absorbed[]> => {
    const results: Absorbed[] = []
    for (const [nth, kept] of [sparse, dense].entries()) {
      const serials = (halves[nth] ?? []).map(detectorSerial)
      const { samples, everyMs } = kept
      const told: ComeBack = { port: product.mqttPort, serials, samples, everyMs, lastAt: lastAt(round) }
      const before = await readingsOf(database.url, halves[nth] ?? [])
      const came = await worker.ask<CameBack>('comeBack', told)
      results.push({ ...came, kept: (await readingsOf(database.url, halves[nth] ?? [])) - before })
    }
    return results
  }
  const steady = (isOver: (sent: number) => boolean) =>
    hazardsUntil(isOver, { stewards, everyMs: size.hazardEveryMs })
  const results = await interleaved(rounds, {
    rest: () => steady((sent) => sent >= size.hazardsAtRest),
    backlog: (round) => meanwhile(steady, () => comeBack(round)),
  })
  const complaints = product.complaints()
  if (complaints.length > 0) say(`  the product complained ${complaints.length} times: ${complaints[0]}`)
  return casesOf(results)
}

type Absorbed = CameBack & { kept: number }
type Loaded = { absorbed: Absorbed[]; hazards: Quantiles }

/** On the grid of the samples, and in each round beside it: no round tells what another one has told. */
const lastAt = (round: number): number =>
  (Math.floor(Date.now() / sparse.everyMs) - 1) * sparse.everyMs + round

/** The detector of home n is device n. */
async function readingsOf(url: string, homes: readonly number[]): Promise<number> {
  const text = 'select count(*)::int as count from reading where device_id = any($1::bigint[])'
  return (await asked<{ count: number }>(url, text, [homes]))[0]?.count ?? NaN
}

async function meanwhile(
  steady: (isOver: () => boolean) => Promise<Quantiles>,
  work: () => Promise<Absorbed[]>,
): Promise<Loaded> {
  const is = { over: false }
  const [absorbed, hazards] = await Promise.all([
    work().finally(() => (is.over = true)),
    steady(() => is.over),
  ])
  return { absorbed, hazards }
}

/** What rang nowhere counts as long as it was waited for. */
async function hazardsUntil(
  isOver: (sent: number) => boolean,
  { stewards, everyMs }: { stewards: Subject; everyMs: number },
): Promise<Quantiles> {
  const startedAt = performance.now()
  let sent = 0
  while (!isOver(sent) || sent === 0) {
    await pause(Math.max(0, startedAt + sent * everyMs - performance.now()))
    await stewards.hazard()
    sent += 1
  }
  const histogram = createHistogram()
  const rung = await stewards.taken()
  for (const ms of rung) histogram.record(ms)
  for (let nth = rung.length; nth < sent; nth += 1) histogram.record(waitMsMax)
  return histogram.quantiles()
}

function casesOf({ rest, backlog }: { rest: Quantiles[]; backlog: Loaded[] }): Case[] {
  const absorbed = [sparse, dense].map((_, nth) => backlog.flatMap((one) => one.absorbed[nth] ?? []))
  const all = absorbed.flat()
  const kept = all.reduce((sum, one) => sum + one.kept, 0)
  const acknowledged = all.reduce((sum, one) => sum + one.acknowledged, 0)
  const hazards = backlog.map((one) => one.hazards)
  const p99 = (rounds: readonly Quantiles[]) => median(rounds.map((round) => round.p99))
  const spread = (rounds: readonly Quantiles[]) =>
    `${rounds.map(({ count }) => count).join(' ')} hazards, p50 ${median(rounds.map(({ p50 }) => p50)).toFixed(1)}, p90 ${median(rounds.map(({ p90 }) => p90)).toFixed(1)} ms`
  return [
    ...[sparse, dense].map(({ name }, nth) =>
      caseOf({
        case: `${name} absorbed`,
        value: median((absorbed[nth] ?? []).map((one) => one.acknowledged / one.seconds)),
        unit: 'readings/s',
        note: `${median((absorbed[nth] ?? []).map(({ seconds }) => seconds)).toFixed(1)} s from the first connection to the last acknowledgement`,
      }),
    ),
    caseOf({
      case: 'readings kept ÷ acknowledged',
      value: kept,
      unit: 'rows',
      yardstick: acknowledged,
      goal: { atLeast: 1 },
      note: `lost ${acknowledged - kept}`,
    }),
    caseOf({
      case: 'live hazard meanwhile, p99 ÷ at rest',
      value: p99(hazards),
      unit: 'ms',
      yardstick: p99(rest),
      goal: { atMost: 3 },
      note: `meanwhile ${spread(hazards)}; at rest ${spread(rest)}`,
    }),
  ]
}
