// npm run chaos -- [--minutes M] [--seed S] [--json FILE] [--homes N] [--servers N] [--broker KIND] [--only TARGET]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { undoAll, undoOnSignal } from '../harness/undo.ts'
import { brokerKinds } from './broker.ts'
import type { Fault } from './faults.ts'
import { runChaos, type ChaosReport } from './run.ts'

const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Longer than this is a soak test, and devices would run out of packet ids. */
const minutesMax = 120

function asked() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '3' },
      seed: { type: 'string' },
      json: { type: 'string' },
      homes: { type: 'string', default: '1000' },
      servers: { type: 'string', default: '2' },
      broker: { type: 'string', default: 'own' },
      only: { type: 'string', default: '' },
    },
  })
  const broker = brokerKinds.find((kind) => kind === values.broker)
  if (!broker) throw new Error(`--broker must be one of ${brokerKinds.join(', ')}.`)
  const number = (name: string, text: string, [least, most]: [number, number]): number => {
    const value = Number(text)
    if (value >= least && value <= most) return value
    throw new Error(`--${name} must be a number from ${least} to ${most}.`)
  }
  return {
    minutes: number('minutes', values.minutes, [0.1, minutesMax]),
    seed: number('seed', values.seed ?? String(Date.now() % 1_000_000), [0, 2 ** 32 - 1]),
    homes: Math.round(number('homes', values.homes, [10, 5000])),
    servers: Math.round(number('servers', values.servers, [1, 2])),
    json: values.json,
    broker,
    // by the beginning of its name: devices, postgres, server-a, database, broker
    only: ({ target }: Fault) => target.startsWith(values.only),
  }
}

const proved = [
  ['acknowledgedAndLost', 'acknowledged and lost'],
  ['hazardsUntold', 'hazards acknowledged and nobody told'],
  ['incidentsDoubled', 'incidents doubled'],
  ['missedNotFound', 'missed check-ins not found'],
  ['falseMissed', 'false missed check-ins'],
] as const

function table(report: ChaosReport): string {
  const lines = proved.map(([key, words]) => `${String(report[key]).padStart(9)}  ${words}`)
  const faults = Object.entries(report.faults).map(([what, count]) => `${String(count).padStart(9)}  ${what}`)
  return [
    `${String(report.messagesAcknowledged).padStart(9)}  messages acknowledged (seed ${report.seed}, ${report.seconds} s, broker: ${report.broker})`,
    `${String(report.hazardsAcknowledged).padStart(9)}  of these hazards, ${report.pressesAcknowledged} presses; ${report.pressesLeftOut} people did not press`,
    ...lines,
    `${String(report.serversEndedByThemselves).padStart(9)}  servers that ended by themselves`,
    `${String(report.faultsInjected).padStart(9)}  faults injected, of these`,
    ...faults,
  ].join('\n')
}

async function main(): Promise<number> {
  const { minutes, seed, homes, servers, json, broker, only } = asked()
  undoOnSignal()
  say(`seed ${seed}: ${minutes} min, ${homes} homes, ${servers} servers`)
  const report = await runChaos({
    seed,
    homes,
    servers,
    broker,
    chaosMs: minutes * 60_000,
    settleMsMax: 90_000,
    only,
    say,
  })
  say(table(report))
  if (json) writeFileSync(json, `${JSON.stringify({ ...report, minutes }, null, 2)}\n`)
  return proved.some(([key]) => report[key] > 0) || report.serversEndedByThemselves > 0 ? 1 : 0
}

const code = await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  return 1
})
await undoAll()
process.exit(code)
