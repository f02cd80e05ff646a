// The PostgreSQL of a run, as it ships: its own supervisor starts it again when it is killed.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { asked, openBenchDatabase } from '../harness/database.ts'

export type Postgres = {
  url: string
  dataDir: string
  /** The whole of it at once, as a crash of the machine does. */
  kill(): Promise<void>
  freeze(forMs: number): Promise<void>
}

export async function openPostgres(): Promise<Postgres> {
  const { url, dataDir } = await openBenchDatabase()
  const [found] = await asked<{ data_directory: string }>(url, 'show data_directory')
  const pidFile = join(found?.data_directory ?? '', 'postmaster.pid')
  const postmaster = () => Number(readFileSync(pidFile, 'utf8').split('\n')[0])
  return {
    url,
    dataDir,
    async kill() {
      const family = await familyOf(postmaster())
      for (const pid of family) signal(pid, 'SIGKILL')
    },
    async freeze(forMs) {
      const family = await familyOf(postmaster())
      for (const pid of family) signal(pid, 'SIGSTOP')
      await pause(forMs)
      for (const pid of family) signal(pid, 'SIGCONT')
    },
  }
}

/** Asks until there is an answer, or the fault is no passing one: the database may have been killed a moment ago. */
export async function patiently<R>(ask: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask()
    } catch (error) {
      if (tries === 300) throw error
      await pause(100)
    }
  }
}

async function familyOf(parent: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid='])
  const children = stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid, ppid]) => (pid !== undefined && ppid === parent ? [pid] : []))
  return [parent, ...children]
}

/** It may have ended since it was listed. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // gone already
  }
}
