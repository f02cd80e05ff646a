// The servers of a run, each a process that is started again when it ends: what a service manager does.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '#testing/free-port.ts'
import { typescript } from '../../server/setup/places.mjs'
import { undoLater } from '../harness/undo.ts'

export type ServerProcess = {
  name: string
  httpPort: number
  mqttPort: number
  /** Ends it, and starts it again `afterMs` later. */
  kill(signal: 'SIGKILL' | 'SIGTERM', afterMs: number): Promise<void>
  freeze(forMs: number): Promise<void>
  ready(): Promise<void>
  /** How often it ended although nobody ended it. */
  endedByItself(): number
  said(): string[]
}

export type ServerPlace = {
  name: string
  entry: string
  databaseUrl: string
  /** Of a standard broker; our own where it is left out. */
  mqttUrl?: string | undefined
  dataDir: string
}

const readyMsMax = 60_000
/** What systemd waits before it starts a service again, made short. */
const restartMs = 500

export async function startServer(place: ServerPlace): Promise<ServerProcess> {
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  const logFile = join(place.dataDir, `${place.name}.log`)
  let isOver = false
  let byItself = 0
  let isExpected = false
  /** One that cannot start, because the database is away, may end: it was never there. */
  let wasReady = false
  let child: ChildProcess = start()

  function start(): ChildProcess {
    const log = openSync(logFile, 'a')
    const started = spawn(process.execPath, ['--import', typescript, place.entry], {
      env: {
        ...process.env,
        DEMO: '0',
        HOST: '127.0.0.1',
        HTTP_PORT: String(httpPort),
        MQTT_PORT: String(mqttPort),
        DATA_DIR: join(place.dataDir, place.name),
        DATABASE_URL: place.databaseUrl,
        LOG_LEVEL: 'warn',
        ...(place.mqttUrl === undefined ? {} : { MQTT_URL: place.mqttUrl }),
      },
      stdio: ['ignore', log, log],
    })
    closeSync(log)
    wasReady = false
    isExpected = false
    started.once('exit', () => {
      if (isOver || isExpected) return
      if (wasReady) byItself += 1
      setTimeout(() => (isOver ? undefined : (child = start())), restartMs)
    })
    return started
  }
  undoLater(async () => {
    isOver = true
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  const healthy = () =>
    fetch(`http://127.0.0.1:${httpPort}/api/health`, { signal: AbortSignal.timeout(2000) }).then(
      async (answer) => ((await answer.json()) as { broker: { ok: boolean } }).broker.ok,
      () => false,
    )
  async function ready(): Promise<void> {
    const until = performance.now() + readyMsMax
    while (!(await healthy())) {
      if (performance.now() > until) throw new Error(`${place.name} is not ready:\n${lastWords()}`)
      await pause(100)
    }
    wasReady = true
  }
  const said = () => readFileSync(logFile, 'utf8').split('\n')
  const lastWords = () => said().slice(-20).join('\n')

  return {
    name: place.name,
    httpPort,
    mqttPort,
    ready,
    said,
    endedByItself: () => byItself,
    async kill(signal, afterMs) {
      isExpected = true
      const ended = child
      if (ended.exitCode === null && ended.signalCode === null) {
        const exited = once(ended, 'exit')
        ended.kill(signal)
        // in order means within a time, as a service manager sees it
        const hard = setTimeout(() => ended.kill('SIGKILL'), 10_000)
        await exited
        clearTimeout(hard)
      }
      await pause(afterMs)
      if (!isOver) child = start()
    },
    async freeze(forMs) {
      const frozen = child
      frozen.kill('SIGSTOP')
      await pause(forMs)
      frozen.kill('SIGCONT')
    },
  }
}
