import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { closeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { runAs } from './account.ts'
import { surroundings, type ClusterOptions } from './cluster.ts'
import { openLog } from './files.ts'
import { isAlive, runningOn } from './postmaster-file.ts'
import { limits, postgresSettings } from './settings.ts'

/** A PostgreSQL that we look after. */
export type Postmaster = {
  pid: number
  port: number
  /** Settles when it is gone, for whatever reason. */
  gone: Promise<void>
  /** A clean stop; harder ones follow when that takes too long. Settles when it is gone. */
  stop: () => Promise<void>
}

/**
 * Stands between the supervisor and PostgreSQL: when the pipe on its stdin ends, because the supervisor said so or
 * was killed, it asks PostgreSQL for a fast stop. So nothing has to survive for an orphan to be cleaned up.
 */
const watchedStart = `
exec 3<&0
"$@" </dev/null 3<&- &
postgres=$!
( read -r _ <&3; kill -INT "$postgres" ) 2>/dev/null &
reader=$!
exec 3<&-
wait "$postgres"
status=$?
kill "$reader" 2>/dev/null
exit "$status"`

const watchAdopted = 'read -r _; kill -INT "$1"'

/** Starts PostgreSQL and waits until it takes connections; undefined where it ended before that (see its log). */
export async function startPostmaster(
  options: ClusterOptions,
  port: number,
): Promise<Postmaster | undefined> {
  if (process.platform === 'win32') return startByPgCtl(options, port)
  const { cluster, account } = options.place
  const settings = Object.entries(postgresSettings(options.durability)).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const command = [options.binaries.postgres, '-D', cluster, '-p', String(port), ...settings]
  const log = openLog(join(options.dataDir, 'postgres.log'))
  // detached: Ctrl-C in a terminal goes to the whole process group
  const shell = spawn('/bin/sh', ['-c', watchedStart, 'sh', ...command], {
    ...runAs(account),
    ...surroundings(options.binaries),
    stdio: ['pipe', log, log],
    detached: true,
  })
  closeSync(log)
  let ended = false
  const gone = endOf(shell).then(() => void (ended = true))
  const pid = await readyPid(cluster, () => ended)
  if (pid === undefined) {
    shell.stdin?.destroy()
    await gone
    return undefined
  }
  return { pid, port, gone, stop: () => stopping(pid, gone, () => shell.stdin?.destroy()) }
}

/** Takes over a PostgreSQL which runs on this cluster and whose supervisor is gone. */
export function adoptPostmaster({ place, binaries }: ClusterOptions, pid: number, port: number): Postmaster {
  const gone = goneByPolling(pid)
  if (process.platform === 'win32') {
    const fastStop = () => void spawnSync(binaries.pgCtl, ['stop', '-D', place.cluster, '-m', 'fast', '-W'])
    return { pid, port, gone, stop: () => stopping(pid, gone, fastStop) }
  }
  const watcher = spawn('/bin/sh', ['-c', watchAdopted, 'sh', String(pid)], {
    ...runAs(place.account),
    ...surroundings(binaries),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  // its number may belong to somebody else later
  void gone.then(() => watcher.kill('SIGKILL'))
  return { pid, port, gone, stop: () => stopping(pid, gone, () => watcher.stdin?.destroy()) }
}

/** Stops a PostgreSQL that nobody looks after and that cannot be adopted. */
export async function stopPostmaster(pid: number): Promise<void> {
  await stopping(pid, goneByPolling(pid), () => signal(pid, 'SIGINT'))
}

async function stopping(pid: number, gone: Promise<void>, fastStop: () => void): Promise<void> {
  fastStop()
  if (await settled(gone, limits.fastStopMsMax)) return
  signal(pid, 'SIGQUIT')
  if (await settled(gone, limits.immediateStopMsMax)) return
  signal(pid, 'SIGKILL')
  await gone
}

function settled(promise: Promise<void>, timeoutMs: number): Promise<boolean> {
  const stop = new AbortController()
  const timeout = pause(timeoutMs, false, { signal: stop.signal }).catch(() => false)
  return Promise.race([promise.then(() => true), timeout]).finally(() => stop.abort())
}

function signal(pid: number, name: NodeJS.Signals): void {
  if (isAlive(pid)) process.kill(pid, name)
}

function endOf(child: ChildProcess): Promise<void> {
  // the pipe breaks when the shell is killed; its end is reported all the same
  child.stdin?.on('error', () => {})
  return new Promise((resolve) => {
    child.once('error', () => resolve())
    child.once('exit', () => resolve())
  })
}

async function goneByPolling(pid: number): Promise<void> {
  while (isAlive(pid)) await pause(limits.adoptedPollMs)
}

async function readyPid(cluster: string, ended: () => boolean): Promise<number | undefined> {
  for (let waitedMs = 0; waitedMs < limits.startMsMax && !ended(); waitedMs += limits.pollMs) {
    const running = runningOn(cluster)
    if (running?.state === 'ready') return running.pid
    await pause(limits.pollMs)
  }
  return undefined
}

/** On Windows only pg_ctl can start PostgreSQL for an administrator, and there is no shell to watch over it. */
async function startByPgCtl(options: ClusterOptions, port: number): Promise<Postmaster | undefined> {
  const { binaries, place, dataDir, durability } = options
  const settings = Object.entries(postgresSettings(durability)).map(
    ([name, value]) => `-c ${name}="${value}"`,
  )
  const args = ['start', '-w', '-D', place.cluster, '-l', join(dataDir, 'postgres.log')]
  const child = spawn(binaries.pgCtl, [...args, '-o', `-p ${port} ${settings.join(' ')}`], {
    ...surroundings(binaries),
    stdio: 'ignore',
    detached: true,
    windowsHide: true,
  })
  await endOf(child)
  const running = runningOn(place.cluster)
  return running?.state === 'ready' ? adoptPostmaster(options, running.pid, port) : undefined
}
