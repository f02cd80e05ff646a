// The only file that touches process.*: environment in, signals and exit codes out.
import process from 'node:process'
import { join } from 'node:path'
import { banner } from './banner.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { runService, type Service } from './service.ts'
import { onStop } from './setup/stop.mjs'
import { forkSimulator } from './demo/fork.ts'

const root = join(import.meta.dirname, '..')
const say = (line: string): void => void process.stdout.write(`${line}\n`)

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config)
  const starting = runService({ config, root, log, say, forkSimulator })
  // Also while it starts: a Ctrl-C then waits until there is something to stop. A second one leaves at once, and the
  // database is stopped by its own supervisor.
  onStop({ clean: (signal) => void stop(starting, signal), quick: () => process.exit(1) })
  const service = await starting
  service.onLost((reason) => fail(reason))
  say(banner(service.facts))
}

async function stop(starting: Promise<Service>, signal: string): Promise<void> {
  say(`\n${signal === 'SIGINT' ? '' : `${signal}: `}正在停止… stopping`)
  try {
    await (await starting).close()
    process.exit(0)
  } catch (error) {
    fail(error)
  }
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

await main().catch(fail)
