// npm run bench [-- NAME] [--json FILE] [--rounds N] [--quick]
import { parseArgs } from 'node:util'
import type { Case } from './harness/benchmark.ts'
import { machine } from './harness/machine.ts'
import { tableOf, writeReport, type Report } from './harness/report.ts'
import { undoAll, undoOnSignal } from './harness/undo.ts'
import { registry } from './registry.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

type Asked = { names: string[]; json: string | undefined; rounds: number; quick: boolean; rest: string[] }

function asked(argv: string[]): Asked {
  const { values, positionals, tokens } = parseArgs({
    args: argv,
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: { json: { type: 'string' }, rounds: { type: 'string' }, quick: { type: 'boolean' } },
  })
  const known = positionals[0] !== undefined && !(positionals[0] in registry)
  if (known)
    throw new Error(
      `There is no benchmark "${positionals[0]}". These are: ${Object.keys(registry).join(', ')}.`,
    )
  const rounds = values['rounds'] === undefined ? undefined : Number(values['rounds'])
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds >= 1 && rounds <= 100))
    throw new Error('--rounds must be a whole number from 1 to 100.')
  const quick = values['quick'] === true
  // In the order in which they were given: an option of a benchmark may have its value after a space.
  const first = tokens.find(({ kind }) => kind === 'positional')
  const rest = tokens.flatMap((token) => {
    if (token === first) return []
    if (token.kind === 'positional') return [token.value]
    if (token.kind !== 'option' || ['json', 'rounds', 'quick'].includes(token.name)) return []
    return [token.rawName, ...(token.value === undefined ? [] : [token.value])]
  })
  const json = typeof values['json'] === 'string' ? values['json'] : undefined
  const names = positionals[0] === undefined ? Object.keys(registry) : [positionals[0]]
  return { names, json, rounds: rounds ?? (quick ? 1 : 5), quick, rest }
}

async function main(): Promise<void> {
  const { names, json, ...options } = asked(process.argv.slice(2))
  undoOnSignal()
  const about = machine()
  say(
    `${about.cpu}, ${about.cores} cores, ${about.memoryGb} GB, Node ${about.node}, load ${about.loadAverage}`,
  )
  const all: Case[] = []
  for (const name of names) {
    const cases = await measured(name, { ...options, say })
    all.push(...cases.map((one) => (names.length > 1 ? { ...one, case: `${name}: ${one.case}` } : one)))
  }
  if (names.length > 1) say(`\n${tableOf(all)}`)
  const missed = all.filter(({ met }) => met === false)
  if (missed.length > 0)
    say(
      `\nMISSED: ${missed.map((one) => `${one.case} (${one.ratio ?? one.value}, ${one.goal})`).join('; ')}. docs/performance.md and docs/judgement.md say why.`,
    )
  const report: Report = {
    name: names.length > 1 ? 'all' : (names[0] ?? 'all'),
    at: new Date().toISOString(),
    machine: about,
    cases: all,
  }
  if (json !== undefined) writeReport(json, report)
}

async function measured(
  name: string,
  options: Omit<Asked, 'names' | 'json'> & { say: typeof say },
): Promise<Case[]> {
  const { benchmark } = (await registry[name]?.()) ?? {}
  if (benchmark === undefined) return []
  say(`\n${name}: ${benchmark.what}${options.quick ? ' (quick: the figures mean nothing)' : ''}`)
  try {
    const cases = await benchmark.run(options)
    say(tableOf(cases))
    return cases
  } finally {
    await undoAll()
  }
}

await main().catch(async (error: unknown) => {
  await undoAll()
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
process.exit(0)
