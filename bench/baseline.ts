// Against what somebody would build in an afternoon: mosquitto, Node-RED with a threshold, and nothing stored.
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
import { fetchPrograms, nodeRedVersion, type Programs } from './baseline/fetch.ts'
import { startNodeRed } from './baseline/node-red.ts'
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
import { buildCity, detectorSerial } from './harness/world.ts'

type Size = { sensors: number; rates: readonly number[]; hazards: number; settleMs: number }

const full: Size = { sensors: 200, rates: [1000, 4000, 8000, 14_000], hazards: 60, settleMs: 500 }
const quick: Size = { sensors: 20, rates: [100, 200], hazards: 3, settleMs: 200 }

/** Of a rate that is carried its hazards arrive within this. */
const sustainedMsMax = 1000
/** Messages under way on each connection: a sensor that has so many waits. */
const window = 8

export const benchmark: Benchmark = {
  name: 'baseline',
  what: `hazard → alert, everything stored ÷ Node-RED ${nodeRedVersion} + mosquitto with a threshold, nothing stored`,
  run,
}

async function run({ rounds, quick: isQuick, say }: BenchOptions): Promise<Case[]> {
  const size = isQuick ? quick : full
  const programs = await fetchPrograms(say)
  if (typeof programs === 'string') {
    say(`  not measured: ${programs}`)
    return []
  }
  say(
    `  ${size.sensors} sensors, 4 values a message, QoS 1; ${size.hazards} hazards a rate and round, one after the other`,
  )
  const ours = await startOurs(size, rounds)
  const nodeRed = await startTheirs(programs, size, rounds)
  const cases: Case[] = []
  const carried = { ours: [] as number[], nodeRed: [] as number[] }
  for (const rate of size.rates) {
    const measured = await interleaved(rounds, {
      ours: () => atRate(ours, { rate, size }),
      nodeRed: () => atRate(nodeRed, { rate, size }),
    })
    for (const name of ['ours', 'nodeRed'] as const) {
      const isSustained = of(measured[name], 'p99') <= sustainedMsMax
      if (isSustained) carried[name].push(of(measured[name], 'perSecond'))
    }
    cases.push(caseAt(rate, measured))
  }
  const [best, theirs] = [Math.max(0, ...carried.ours), Math.max(0, ...carried.nodeRed)]
  const highest = { case: 'highest rate carried', value: best, unit: 'messages/s', yardstick: theirs }
  return [...cases, caseOf({ ...highest, goal: { atLeast: 0.8 } })]
}

type Measured = Quantiles & { perSecond: number }
type Side = { readings: Load; alerts: Subject }

const of = (rounds: readonly Measured[], name: 'p50' | 'p99' | 'perSecond'): number =>
  median(rounds.map((round) => round[name]))

function caseAt(rate: number, { ours, nodeRed }: { ours: Measured[]; nodeRed: Measured[] }): Case {
  const told = (side: Measured[]) =>
    `p50 ${of(side, 'p50').toFixed(1)} ms, ${Math.round(of(side, 'perSecond'))}/s carried`
  return caseOf({
    case: `${rate} messages/s offered, p99`,
    value: of(ours, 'p99'),
    unit: 'ms',
    yardstick: of(nodeRed, 'p99'),
    goal: { atMost: 1 },
    note: `ours ${told(ours)}; Node-RED ${told(nodeRed)}`,
  })
}

/** Hazards while readings flow; what is carried is what was acknowledged while they did. */
async function atRate(
  { readings, alerts }: Side,
  { rate, size }: { rate: number; size: Size },
): Promise<Measured> {
  const ended = { isOver: false }
  const carried: number[] = []
  const flowing = (async () => {
    while (!ended.isOver) carried.push((await readings.run({ ms: 1000, perSecond: rate })).perSecond)
  })()
  await pause(size.settleMs)
  const quantiles = await latencies(alerts, size.hazards)
  ended.isOver = true
  await flowing
  return { ...quantiles, perSecond: median(carried) }
}

async function startOurs(size: Size, rounds: number): Promise<Side> {
  const { sensors, homes, hazardHomes } = city(size, rounds)
  const database = await openBenchDatabase()
  await buildCity(database.url, { homes })
  const product = await startProduct(database)
  const alerts = await openStewards({ database, product, homes: hazardHomes })
  return { readings: await connected(product.mqttPort, sensors), alerts }
}

async function startTheirs(programs: Programs, size: Size, rounds: number): Promise<Side> {
  const { sensors, hazardHomes } = city(size, rounds)
  const { mqttPort, alertsUrl } = await startNodeRed(programs)
  const page = startWorker(new URL('baseline/alerts-main.ts', import.meta.url))
  await page.ask('open', { url: alertsUrl })
  const load = startLoad()
  const hazardSerials = hazardHomes.map(detectorSerial)
  await load.connect({ port: mqttPort, serials: [], window: 1, shape: 'values', hazardSerials })
  return {
    readings: await connected(mqttPort, sensors),
    alerts: subjectOf({ load, pages: page, serialsOf: bySerial }),
  }
}

function city({ sensors, rates, hazards }: Size, rounds: number) {
  const homes = 2 * Math.max(sensors, rates.length * rounds * hazards) + 100
  const all = homesUpTo(homes)
  const quiet = all.filter((home) => !mayHaveHazard(home)).slice(0, sensors)
  return { homes, sensors: quiet, hazardHomes: all.filter(mayHaveHazard) }
}

async function connected(port: number, homes: readonly number[]): Promise<Load> {
  const load = startLoad()
  await load.connect({ port, serials: homes.map(detectorSerial), window, shape: 'values' })
  return load
}
