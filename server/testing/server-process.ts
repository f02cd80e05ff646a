// The service as its users run it: a process of its own, which can be killed like one.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, typescript } from '../setup/places.mjs'
import { freePort } from './free-port.ts'

export type ServerProcess = Awaited<ReturnType<typeof startServer>>

/** Resolves when it serves. @param more environment besides the database and the ports */
export async function startServer(databaseUrl: string, more: Record<string, string> = {}) {
  const dataDir = mkdtempSync(join(tmpdir(), 'curtain-pact-server-'))
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOST: '127.0.0.1',
    HTTP_PORT: String(httpPort),
    MQTT_PORT: String(mqttPort),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    ...more,
  }
  const child = spawn(process.execPath, ['--import', typescript, join(root, 'server', 'main.ts')], {
    cwd: root,
    env,
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => void said.push(String(chunk)))
  const gone = once(child, 'exit')
  const url = `http://127.0.0.1:${httpPort}`
  // the banner, which is its last word on starting
  await new Promise<void>((resolve, reject) => {
    setTimeout(() => reject(new Error(`no server after 60 s: ${said.join('')}`)), 60_000).unref()
    child.stdout.on('data', () => (said.join('').includes(url) ? resolve() : undefined))
    child.once('exit', () => reject(new Error(`the server ended: ${said.join('')}`)))
  })
  return {
    httpPort,
    mqttPort,
    url,
    /** What it wrote to its outputs. */
    said: () => said.join(''),
    /** As a power cut does (SIGKILL), as an operator does (SIGTERM), or only frozen for a while. */
    async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
      child.kill(signal)
      await gone
      rmSync(dataDir, { recursive: true, force: true })
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  }
}
