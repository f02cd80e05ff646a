// One whole house for a story: the product as a newcomer starts it, on ports and a data directory of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../server/testing/free-port.ts'
import type { DemoWorld } from '../../server/contract/demo.ts'

export type House = {
  url: string
  mqttPort: number
  world: DemoWorld
  /** Everything it said on its terminal. */
  said: () => string
  close: () => Promise<void>
}

const root = join(import.meta.dirname, '../..')
const startMsMax = 60_000

/** @param how `demo` creates 幸福里, `empty` is `--no-demo` */
export async function openHouse(how: 'demo' | 'empty'): Promise<House> {
  const dataDir = mkdtempSync(join(tmpdir(), 'curtain-pact-story-'))
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  const child = spawn(process.execPath, ['--import', './server/setup/typescript.mjs', 'server/main.ts'], {
    cwd: root,
    env: {
      ...process.env,
      HTTP_PORT: String(httpPort),
      MQTT_PORT: String(mqttPort),
      DATA_DIR: dataDir,
      DEMO: how === 'demo' ? '1' : '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said += text.toString()))
  const close = async () => {
    await ended(child)
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    await spoke(child, () => said.includes('Ctrl-C'))
  } catch (problem) {
    await close()
    throw new Error(`the house did not start:\n${said}`, { cause: problem })
  }
  const world =
    how === 'demo'
      ? (JSON.parse(readFileSync(join(dataDir, 'demo-world.json'), 'utf8')) as DemoWorld)
      : { communityId: 0, zone: '', logins: [], residents: [], devices: [] }
  return { url: `http://127.0.0.1:${httpPort}`, mqttPort, world, said: () => said, close }
}

/** Waits for the banner, which is the last thing that a start says. */
function spoke(child: ChildProcess, isThere: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing after 60 s')), startMsMax)
    child.stdout?.on('data', () => {
      if (!isThere()) return
      clearTimeout(timer)
      resolve()
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      reject(new Error(`it ended with ${code}`))
    })
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGINT')
  const kill = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await gone
  clearTimeout(kill)
}
