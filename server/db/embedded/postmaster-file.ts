import { spawnSync } from 'node:child_process'
import { readFileSync, realpathSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What postmaster.pid says. `state` is its 8th line, written by PostgreSQL as it goes. */
export type Running = { pid: number; port: number; state: 'starting' | 'ready' | 'stopping' | 'standby' | '' }

/** The PostgreSQL that runs on this cluster, if one does; a file left behind by a dead one is none. */
export function runningOn(cluster: string): Running | undefined {
  const file = readPidFile(cluster)
  return file && isPostmasterOf(file.pid, cluster) ? file : undefined
}

/**
 * Removes a pid file whose number now belongs to another program. PostgreSQL only asks whether the number is
 * alive, so after a crash and a reboot it could refuse to start for ever.
 */
export function forgetRecycledPid(cluster: string): void {
  const file = readPidFile(cluster)
  if (!file || !isAlive(file.pid) || isPostmasterOf(file.pid, cluster)) return
  rmSync(join(cluster, 'postmaster.pid'), { force: true })
}

/** Whether a process with that number exists, ours or not. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function readPidFile(cluster: string): Running | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n')
    const pid = Number(lines[0])
    // half written while PostgreSQL starts
    if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
    return { pid, port: Number(lines[3]), state: (lines[7] ?? '').trim() as Running['state'] }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function isPostmasterOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false
  // Windows shows no command line without a slow query; connecting decides there
  if (process.platform === 'win32') return true
  const words = commandOf(pid)
  const given = words[words.indexOf('-D') + 1]
  return basename(words[0] ?? '') === 'postgres' && given !== undefined && samePath(given, cluster)
}

function samePath(a: string, b: string): boolean {
  try {
    return realpathSync(a) === realpathSync(b)
  } catch {
    return false
  }
}

/** The words of a process's command line, empty when it is gone. */
export function commandOf(pid: number): string[] {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    } catch {
      return []
    }
  }
  // ps joins the words with spaces, so a path with a space is put together again by the two that we look for
  const line = spawnSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], {
    encoding: 'utf8',
  }).stdout.trim()
  const [program = '', rest = ''] = line.split(/ -D /)
  return rest ? [program, '-D', rest.replace(/ -p \d+.*$/s, '')] : line.split(' ')
}
