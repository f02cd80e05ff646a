// From nothing to a running service: database, migrations, ports, the app, and the demo around it where it is wanted.
import { mkdirSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Logger } from 'pino'
import { systemClock } from '#clock/clock.ts'
import { openDatabase, type Database } from '#db/database.ts'
import { openEmbedded } from '#db/embedded/open.ts'
import { placeOf } from '#db/embedded/place.ts'
import { migrate } from '#db/migrate.ts'
import { hashPassword } from './api/password.ts'
import { createApp } from './app.ts'
import type { BannerFacts } from './banner.ts'
import type { Config } from './config.ts'
import { databaseDoubts } from './database-doubts.ts'
import { createDemo } from './demo/demo.ts'
import type { ForkedSimulator, ForkOptions } from './demo/fork.ts'
import { rollDemoPacts } from './demo/roll.ts'
import { bannerButton, demoWorld } from './demo/start.ts'
import { installationMode } from './installation.ts'
import { serverLease } from './lease/join-servers.ts'
import { knownServers } from './lease/server-store.ts'
import { choosePort } from './ports.ts'

export type ServiceOptions = {
  config: Config
  root: string
  log: Logger
  say: (line: string) => void
  forkSimulator: (options: ForkOptions) => ForkedSimulator
}

export type Service = {
  facts: BannerFacts
  /** Stops everything in the reverse order of its start. */
  close(): Promise<void>
  /** The embedded database is gone for good and was not asked to. */
  onLost(listener: (reason: Error) => void): void
}

/** Connections of one server process: ingest, jobs, and pages at the same time. */
const poolSize = 12

type Undo = (() => Promise<unknown>)[]

export async function runService(options: ServiceOptions): Promise<Service> {
  const { config, root, log } = options
  mkdirSync(config.dataDir, { recursive: true })
  const undo: Undo = []
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const embedded = config.databaseUrl
      ? undefined
      : await openEmbedded({ dataDir: join(config.dataDir, 'postgres'), holder: 'start', log })
    if (embedded) undo.push(() => embedded.close())
    const url = config.databaseUrl ?? embedded?.url ?? ''
    await migrate({ url, directory: join(root, 'sql') })
    const db = openDatabase({ url, poolSize, applicationName: 'curtain-pact server' })
    undo.push(() => db.close())
    if (!embedded) for (const doubt of await databaseDoubts(db, systemClock.now)) log.error({}, doubt)
    const freeBytes = embedded && (() => freeBytesOf(join(config.dataDir, 'postgres')))
    const facts = await serve({ ...options, db, url, undo, freeBytes })
    return { facts, close, onLost: (listener) => embedded?.onLost(listener) }
  } catch (error) {
    await close()
    throw error
  }
}

/** What PostgreSQL may still take where its files are, which as root is not below the data directory. */
async function freeBytesOf(dataDir: string): Promise<number> {
  const { bavail, bsize } = await statfs(placeOf(dataDir, 'durable').cluster)
  return bavail * bsize
}

type Serving = ServiceOptions & {
  db: Database
  url: string
  undo: Undo
  freeBytes: (() => Promise<number>) | undefined
}

async function serve(serving: Serving): Promise<BannerFacts> {
  const { config, root, log, db, url, undo } = serving
  const mode = await installationMode(db, { demo: config.demo, host: config.host })
  const isDemo = mode === 'demo' || mode === 'newDemo'
  if (isDemo && config.databaseUrl) await refuseSecondDemo(db)
  const ports = await choosePorts(config, isDemo)
  const httpUrl = `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${ports.http}`
  const around = isDemo
    ? await demoAround({ ...serving, isNew: mode === 'newDemo', httpUrl, mqttPort: ports.mqtt })
    : undefined
  const app = await createApp({
    db,
    databaseUrl: url,
    mqttUrl: config.mqttUrl,
    clock: systemClock,
    log,
    demo: around?.demo,
    secureCookies: config.secureCookies,
    dashboardDir: join(root, 'dashboard', 'dist'),
    kept: config.kept,
    freeBytes: serving.freeBytes,
  })
  undo.push(() => app.close())
  await app.listen({ host: config.host, httpPort: ports.http, mqttPort: ports.mqtt })
  return {
    httpUrl,
    mqtt: mqttAt(config, ports.mqtt),
    dataDir: config.dataDir,
    moved: moved(config, ports),
    empty: mode === 'empty',
    demo: around && { logins: around.world.logins, button: bannerButton(around.world) },
  }
}

async function demoAround(serving: Serving & { isNew: boolean; httpUrl: string; mqttPort: number }) {
  const { config, root, log, db, undo, isNew, httpUrl, mqttPort } = serving
  const file = join(config.dataDir, 'demo-world.json')
  if (isNew) serving.say('正在建立演示社区“幸福里”… creating the demo community')
  const now = systemClock.now()
  const world = await demoWorld({ db, now, file, isNew, hashPassword })
  await rollDemoPacts(db, now)
  const mqttUrl = config.mqttUrl ?? `mqtt://127.0.0.1:${mqttPort}`
  const simulator = serving.forkSimulator({ root, mqttUrl, httpUrl, worldFile: file })
  undo.push(() => simulator.close())
  const onProblem = (problem: string) => log.error({ problem }, 'demo')
  return { world, demo: createDemo({ world, simulator, mqttUrl, onProblem }) }
}

/** Where devices connect, for people to read: without the credentials in the URL of an external broker. */
function mqttAt({ host, mqttUrl }: Config, ownPort: number): { host: string; port: number } {
  if (mqttUrl === undefined) return { host: host === '0.0.0.0' ? 'localhost' : host, port: ownPort }
  const { hostname, port, protocol } = new URL(mqttUrl)
  return { host: hostname, port: Number(port) || (protocol === 'mqtts:' ? 8883 : 1883) }
}

/** Two of them would play the same devices against each other. One that was killed counts for a few seconds more. */
async function refuseSecondDemo(db: Database): Promise<void> {
  const { leaseMs, renewEveryMs } = serverLease
  for (let waitedMs = 0; waitedMs <= leaseMs + renewEveryMs; waitedMs += renewEveryMs) {
    if (!(await knownServers(db)).some(({ alive }) => alive)) return
    await pause(renewEveryMs)
  }
  throw new Error(
    'Another server plays the demo on this database. The demo is for one server; several need DATABASE_URL of a real service.',
  )
}

async function choosePorts({ host, httpPort, mqttPort, mqttUrl }: Config, mayMove: boolean) {
  const http = await choosePort({ host, port: httpPort, variable: 'HTTP_PORT', mayMove })
  if (mqttUrl !== undefined) return { http, mqtt: mqttPort }
  const mqtt = await choosePort({ host, port: mqttPort, variable: 'MQTT_PORT', mayMove })
  return { http, mqtt }
}

const moved = (config: Config, ports: { http: number; mqtt: number }): string[] =>
  [
    { name: 'HTTP_PORT', wanted: config.httpPort, got: ports.http },
    { name: 'MQTT_PORT', wanted: config.mqttPort, got: ports.mqtt },
  ]
    .filter(({ wanted, got }) => wanted !== got)
    .map(
      ({ name, wanted, got }) =>
        `${name} ${wanted} 已被占用，改用 ${got} (was taken, using the next free one)`,
    )
