// The only file that touches process.*: arguments and environment in, signals and exit codes out.
import process from 'node:process'
import { join } from 'node:path'
import { banner } from './banner.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { runService, type Service } from './service.ts'
import { forkSimulator } from './demo/fork.ts'

const root = join(import.meta.dirname, '..')
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** A second Ctrl-C means it: leave at once (the database is stopped by its own supervisor). */
let stopping = false

async function main(): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config)
  const service = await runService({ config, root, log, say, forkSimulator })
  say(banner(service.facts))
  stopOnSignals(service)
}

function stopOnSignals(service: Service): void {
  const stop = (signal: string) => {
    if (stopping) process.exit(1)
    stopping = true
    say(`\n${signal === 'SIGINT' ? '' : `${signal}: `}正在停止… stopping`)
    service.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    )
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal))
  service.onLost((reason) => fail(reason))
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

await main().catch(fail)
