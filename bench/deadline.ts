// One shared 8:00: from the deadline until every incident, telling and line of the log is committed and everybody's next
// day is written, against the best set-based SQL that writes the same rows.
import { openDatabase } from '#db/database.ts'
import { slices } from '../server/rules/judge-deadlines.ts'
import { countWritten, createTemplate, onCopy, remove, type Written } from './deadline/places.ts'
import { alarmTogether, judgeDeadline, type Judged } from './deadline/product.ts'
import { dueAt, homesOfSteward, residentsOfCommunity, type World } from './deadline/world.ts'
import { judgeBare } from './deadline/yardstick.ts'
import {
  caseOf,
  interleaved,
  median,
  type Benchmark,
  type BenchOptions,
  type Case,
} from './harness/benchmark.ts'
import { openBenchDatabase, type BenchDatabase } from './harness/database.ts'
import { since } from './harness/usage.ts'

const million = 1_000_000
/** A copy of a million residents and its two judgements take half a minute: five rounds of both shares a quarter of an hour. */
const roundsAtMillion = 3
/** Nobody who needs a row of a slice may wait longer. */
const sliceMsGoal = 250
const alarmsTogether = 500

export const benchmark: Benchmark = {
  name: 'deadline',
  what: 'one shared 8:00 until everything is committed, against the best set-based SQL for the same rows',
  async run(options) {
    const { say } = options
    say(
      `communities of ${residentsOfCommunity}, a home and a button each, a steward for ${homesOfSteward} homes; slices of ` +
        `${slices.silentMax} silent, ${slices.greetedMax} who greeted; each run on a fresh copy of the seeded database`,
    )
    const bench = await openBenchDatabase()
    try {
      const measured: Measured[] = []
      for (const world of worldsOf(options)) measured.push(await measure(bench, world, options))
      return [...measured.flatMap(casesOf), ...growth(measured), ...(await alarms(bench, options))]
    } finally {
      await bench.stop()
    }
  },
}

/** `--residents N` and `--missing 1` (or 5, in %) measure one world only: each alone takes some minutes. */
function worldsOf({ quick, rest }: BenchOptions): World[] {
  const given = (option: string): number | undefined => {
    const nth = rest.indexOf(option)
    return nth < 0 ? undefined : Number(rest[nth + 1])
  }
  const sizes = quick ? [1000] : [10_000, 100_000, million]
  const shares = [1, 5]
  const only = (all: number[], one: number | undefined) => (one === undefined ? all : [one])
  return only(sizes, given('--residents')).flatMap((residents) =>
    only(shares, given('--missing')).map((share) => ({ residents, everyNth: Math.round(100 / share) })),
  )
}

type Run<R> = R & { databaseCpu: number }
type Measured = {
  world: World
  product: Run<Judged>[]
  bare: Run<{ ms: number }>[]
  written: Written
  hazards: Judged
}

/** With the CPU seconds of PostgreSQL, its checkpoints and vacuums included. */
async function counted<R extends object>(bench: BenchDatabase, run: () => Promise<R>): Promise<Run<R>> {
  const before = bench.usage()
  const result = await run()
  return { ...result, databaseCpu: since(bench.usage(), before) }
}

async function measure(bench: BenchDatabase, world: World, { rounds, say }: BenchOptions): Promise<Measured> {
  const template = await createTemplate(bench, world)
  const written: Partial<Record<'product' | 'bare', Written>> = {}
  const isMillion = world.residents >= million
  const { product, bare } = await interleaved(isMillion ? Math.min(rounds, roundsAtMillion) : rounds, {
    product: () =>
      onCopy(bench, template, async (url) => {
        const judged = await counted(bench, () => judgeDeadline(url, 0))
        written.product = await countWritten(url, dueAt)
        return judged
      }),
    bare: () =>
      onCopy(bench, template, async (url) => {
        const judged = await counted(bench, () => timedBare(url))
        written.bare = await countWritten(url, dueAt)
        return judged
      }),
  })
  const hazards = await onCopy(bench, template, (url) => judgeDeadline(url, 50))
  await remove(bench, template)
  say(`${nameOf(world)}: ${sameRows(written, world)}`)
  if (isMillion && rounds > roundsAtMillion)
    say(`${nameOf(world)}: ${roundsAtMillion} rounds only, for each takes half a minute and a copy of 1 GB`)
  return { world, product, bare, written: written.product ?? fail('nothing was measured'), hazards }
}

async function timedBare(url: string): Promise<{ ms: number }> {
  const db = openDatabase({ url, poolSize: 1, applicationName: 'bench: set-based SQL' })
  await db.pool.query('set statement_timeout = 0')
  const startedAt = performance.now()
  await judgeBare(db)
  const ms = performance.now() - startedAt
  await db.close()
  return { ms }
}

/** The ledger of a community changes with each slice, and so is announced once a slice: that much more of the log. */
function sameRows({ product, bare }: Partial<Record<'product' | 'bare', Written>>, world: World): string {
  if (!product || !bare) return fail('nothing was measured')
  const { event_log: events, ...rows } = product
  const { event_log: bareEvents, ...bareRows } = bare
  if (JSON.stringify(rows) !== JSON.stringify(bareRows))
    return fail(`other rows were written: ${JSON.stringify(product)}, ${JSON.stringify(bare)}`)
  if (rows.rolled !== world.residents) return fail(`only ${rows.rolled} pacts were judged`)
  const counts = Object.entries(rows).map(([table, count]) => `${table} ${count}`)
  return `both wrote ${counts.join(', ')}; event_log ${events} and ${bareEvents}`
}

function fail(problem: string): never {
  throw new Error(problem)
}

const nameOf = ({ residents, everyNth }: World) =>
  `${residents / 1000}k residents, ${100 / everyNth} % missing`
const seconds = (ms: number) => ms / 1000
const timeOf = ({ product }: Measured) => median(product.map(({ ms }) => ms))

function casesOf(measured: Measured): Case[] {
  const { world, product, bare, hazards } = measured
  const name = nameOf(world)
  const rounds = (runs: readonly { ms: number }[]) => runs.map(({ ms }) => seconds(ms).toFixed(2)).join(' ')
  const databaseCpu = (runs: readonly { databaseCpu: number }[]) =>
    median(runs.map((run) => run.databaseCpu)).toFixed(2)
  const ownCpu = seconds(median(product.map(({ cpuMs }) => cpuMs))).toFixed(2)
  const main = caseOf({
    case: name,
    value: seconds(timeOf(measured)),
    unit: 's',
    yardstick: seconds(median(bare.map(({ ms }) => ms))),
    goal: { atMost: 1.5 },
    note:
      `rounds ${rounds(product)}, CPU s ${databaseCpu(product)} database and ${ownCpu} ours; ` +
      `set-based ${rounds(bare)}, CPU s ${databaseCpu(bare)}`,
  })
  const slice = caseOf({
    case: `${name}: longest slice`,
    value: median(product.map(({ sliceMs }) => Math.max(...sliceMs))),
    unit: 'ms',
    ...(world.everyNth === 100 ? { goal: { atMost: sliceMsGoal } } : {}),
  })
  const hazard = caseOf({
    case: `${name}: a CO alarm meanwhile, longest`,
    value: Math.max(0, ...hazards.hazardMs),
    unit: 'ms',
    note: `median ${Math.round(median(hazards.hazardMs))} ms of ${hazards.hazardMs.length}, one every 50 ms`,
  })
  const isShown = world.residents === 100_000
  const absolute = caseOf({
    case: `${name}: at most 2 s`,
    value: seconds(timeOf(measured)),
    unit: 's',
    ...(world.everyNth === 100 ? { goal: { atMost: 2 } } : {}),
  })
  return [main, ...(isShown ? [absolute] : []), slice, hazard]
}

/** Ten times as many residents take ten times as long: the time for one of them may grow by a quarter. */
function growth(measured: readonly Measured[]): Case[] {
  return measured.flatMap((large) => {
    const small = measured.find(
      ({ world }) =>
        world.residents * 10 === large.world.residents && world.everyNth === large.world.everyNth,
    )
    if (!small) return []
    const perResident = (one: Measured) => (timeOf(one) / one.world.residents) * 1000
    return [
      caseOf({
        case: `${nameOf(large.world)}: growth from a tenth of them`,
        value: perResident(large),
        unit: 'µs a resident',
        yardstick: perResident(small),
        goal: { atMost: 1.25 },
      }),
    ]
  })
}

async function alarms(bench: BenchDatabase, { rounds }: BenchOptions): Promise<Case[]> {
  const template = await createTemplate(bench, { residents: 2 * alarmsTogether, everyNth: 100 })
  const { together } = await interleaved(rounds, {
    together: () => onCopy(bench, template, (url) => alarmTogether(url, alarmsTogether)),
  })
  await remove(bench, template)
  const note = 'each with 4 people told, commands, 119 and 120'
  return [caseOf({ case: `${alarmsTogether} CO alarms at once`, value: median(together), unit: 'ms', note })]
}
