// The product as it ships: `server/main.ts` as a process of its own, DEMO=0, on the embedded PostgreSQL.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '#testing/free-port.ts'
import { typescript } from '../../server/setup/places.mjs'
import type { BenchDatabase } from './database.ts'
import { undoLater } from './undo.ts'
import { usageOf, type Usage } from './usage.ts'

export type Product = {
  pid: number
  httpUrl: string
  mqttPort: number
  usage(): Usage
  /** What it logged as a warning or an error, a line each. */
  complaints(): string[]
  stop(): Promise<void>
}

const main = fileURLToPath(new URL('../../server/main.ts', import.meta.url))

/** A start with migrations on a slow machine (ms). */
const startMsMax = 60_000

/** @param nodeArguments for example `--cpu-prof`; also taken from BENCH_NODE_ARGS, to profile a run */
export async function startProduct(
  database: BenchDatabase,
  nodeArguments: readonly string[] = (process.env['BENCH_NODE_ARGS'] ?? '').split(' ').filter(Boolean),
): Promise<Product> {
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  const logFile = join(database.dataDir, `server-${mqttPort}.log`)
  const log = openSync(logFile, 'w')
  const child = spawn(process.execPath, [...nodeArguments, '--import', typescript, main], {
    env: {
      ...process.env,
      DEMO: '0',
      HOST: '127.0.0.1',
      HTTP_PORT: String(httpPort),
      MQTT_PORT: String(mqttPort),
      DATA_DIR: database.dataDir,
      DATABASE_URL: '',
    },
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  const exited = once(child, 'exit')
  const stop = undoLater(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const killing = setTimeout(() => child.kill('SIGKILL'), 20_000)
    await exited
    clearTimeout(killing)
  })
  const httpUrl = `http://127.0.0.1:${httpPort}`
  const said = () => readFileSync(logFile, 'utf8').split('\n')
  await ready(httpUrl, () => child.exitCode !== null).catch((error: Error) => {
    throw new Error(`the product did not start: ${error.message}\n${said().slice(-20).join('\n')}`)
  })
  return {
    pid: child.pid ?? 0,
    httpUrl,
    mqttPort,
    usage: () => usageOf(child.pid ?? 0),
    complaints: () => said().filter((line) => /"level":[456]0/.test(line)),
    stop,
  }
}

async function ready(httpUrl: string, hasEnded: () => boolean): Promise<void> {
  const deadline = performance.now() + startMsMax
  while (performance.now() < deadline) {
    if (hasEnded()) throw new Error('it ended')
    const health = await fetch(`${httpUrl}/api/health`).then(
      async (answer) => (await answer.json()) as { broker?: { ok: boolean } },
      () => undefined,
    )
    if (health?.broker?.ok) return
    await pause(50)
  }
  throw new Error(`not ready within ${startMsMax / 1000} s`)
}
