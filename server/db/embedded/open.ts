import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, parse, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Log } from '../log.ts'
import { openLog } from './files.ts'
import { takeLease, type Lease } from './lease.ts'
import { livingSupervisor, readAddress, supervisorFile } from './lock.ts'
import type { HolderKind } from './messages.ts'
import { EmbeddedRefused } from './refused.ts'
import { limits, type Durability } from './settings.ts'

export type EmbeddedOptions = {
  /** Made when missing. Everything of the database is below it, or a file in it says where. */
  dataDir: string
  /** `start` for the one command that owns the directory: a second one is refused. `server` for all others. */
  holder: HolderKind
  log: Log
  durability?: Durability
}

export type Embedded = {
  url: string
  /** Gives the database back. The last one to do so waits until PostgreSQL has stopped. */
  close: () => Promise<void>
  /**
   * Called when the database is gone for good: its supervisor was killed and could not be replaced, or it came
   * back at another address. A PostgreSQL that is only restarted is not lost: connect again.
   */
  onLost: (lost: (reason: Error) => void) => void
}

/** Opens the PostgreSQL of a data directory, and starts it under a supervisor process when it is not running. */
export async function openEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const dataDir = made(options.dataDir)
  const opening = { ...options, dataDir, durability: options.durability ?? 'durable' }
  const listeners: ((reason: Error) => void)[] = []
  let closed = false
  let lease = await leased(opening)
  const { url } = lease
  async function renew(): Promise<void> {
    options.log.warn({ dataDir }, 'the supervisor of the database is gone, another one is asked for')
    lease = await leased(opening)
    watch()
    if (closed) return lease.leave()
    if (lease.url !== url)
      throw new EmbeddedRefused('The database came back at another address: restart the server.')
    options.log.info({ dataDir }, 'the database is supervised again')
  }
  function watch(): void {
    lease.onBroken(() => {
      if (closed) return
      renew().catch((error: Error) => listeners.forEach((lost) => lost(error)))
    })
  }
  watch()
  return {
    url,
    async close() {
      closed = true
      await lease.leave()
    },
    onLost: (lost) => void listeners.push(lost),
  }
}

function made(dataDir: string): string {
  try {
    mkdirSync(dataDir, { recursive: true })
    return realpathSync(resolve(dataDir))
  } catch (error) {
    throw new EmbeddedRefused(`The data directory cannot be used: ${(error as Error).message}`)
  }
}

type Opening = EmbeddedOptions & { durability: Durability }

/** Asks the living supervisor, or starts one; bounded, because a supervisor may be on its way out or in. */
async function leased(opening: Opening): Promise<Lease> {
  const { dataDir } = opening
  const started: Started[] = []
  const deadline = performance.now() + limits.openMsMax
  while (performance.now() < deadline) {
    // a disposable one goes away with its last holder
    made(dataDir)
    const address = readAddress(dataDir)
    const lease = address && (await takeLease({ ...opening, address, timeoutMs: limits.openMsMax }))
    if (lease) return lease
    const latest = started.at(-1)
    if (started.length > limits.supervisorStartsMax || started.filter(({ crashed }) => crashed).length > 1) {
      throw new EmbeddedRefused(
        `The supervisor of the database does not start: see ${dataDir}/supervisor.log.`,
      )
    }
    if (!livingSupervisor(dataDir) && (!latest || latest.ended)) started.push(...startSupervisor(opening))
    await pause(limits.pollMs)
  }
  throw new EmbeddedRefused(`The database did not become ready in time: see the logs in ${dataDir}.`)
}

type Started = { ended: boolean; crashed: boolean }

/** None where the directory went away under our feet: the last holder of a disposable one took it along just now. */
function startSupervisor({ dataDir, durability }: Opening): Started[] {
  const log = openLogIn(dataDir)
  if (log === undefined) return []
  const started: Started = { ended: false, crashed: false }
  const here = dirname(fileURLToPath(import.meta.url))
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const child = spawn(process.execPath, ['--import', tsx, join(here, supervisorFile), dataDir, durability], {
    stdio: ['ignore', log, log],
    // of its own process group and in no directory that somebody may want to remove
    detached: true,
    cwd: parse(here).root,
    windowsHide: true,
  })
  closeSync(log)
  child.once('error', () => Object.assign(started, { ended: true, crashed: true }))
  child.once('exit', (code) => Object.assign(started, { ended: true, crashed: code !== 0 }))
  child.unref()
  return [started]
}

function openLogIn(dataDir: string): number | undefined {
  try {
    return openLog(join(dataDir, 'supervisor.log'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
