// npm run simulate -- <scenario> [--seed n] [--speed x] [--url mqtt://host:port] [--world FILE]
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createFleet } from './fleet.ts'
import { createRandom } from './models/random.ts'
import { play } from './scenarios/play.ts'
import { findScenario, scenarios } from './scenarios/scenarios.ts'
import { toldScenarios } from './scenarios/told.ts'
import { readWorld } from './world.ts'

const say = (line: string) => process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      speed: { type: 'string', default: '1' },
      url: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
      world: { type: 'string', default: 'data/demo-world.json' },
      list: { type: 'boolean', default: false },
    },
  })
  const name = positionals[0] ?? ''
  const scenario = findScenario(name) ?? toldScenarios.find((one) => one.name === name)
  const speed = Number(values.speed)
  const seed = Number(values.seed)
  if (values.list || positionals.length === 0) return list()
  if (!scenario) throw new Error(`There is no scenario "${name}". Try: npm run simulate -- --list`)
  if (!(speed >= 1 && speed <= 600)) throw new Error('--speed must be between 1 and 600.')
  if (!Number.isInteger(seed)) throw new Error('--seed must be a whole number.')

  const world = readWorld(values.world)
  const random = createRandom(seed)
  const fleet = createFleet({ url: values.url, world, random })
  say(`${scenario.name} (seed ${seed}, speed ${speed}): ${scenario.zh} ${scenario.en}`)
  const count = await play({
    scenario,
    world,
    fleet,
    random,
    speed,
    now: Date.now,
    wait: (ms) => wait(ms),
    onSaid: ({ homeId, device, what }, at) =>
      say(`${new Date(at).toISOString()} home ${homeId} ${device}: ${JSON.stringify(what)}`),
  })
  await fleet.close()
  say(`${count} happenings, each acknowledged.`)
}

function list(): void {
  for (const one of [...scenarios, ...toldScenarios]) say(`${one.name.padEnd(22)} ${one.zh}  ${one.en}`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
