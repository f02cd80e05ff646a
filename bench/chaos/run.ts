// One run: a city of devices lives on two servers while they are killed, frozen and cut off; then everything is counted.
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { asked } from '../harness/database.ts'
import { startWorker, type Worker } from '../harness/worker.ts'
import { startBroker, type BrokerKind } from './broker.ts'
import { createChance } from './chance.ts'
import type { Said } from './device.ts'
import { faultsOn, injectFaults, type Fault, type Targets } from './faults.ts'
import type { FleetState, LiveJob, OpenJob } from './fleet.ts'
import { openInbox, openPage } from './inbox.ts'
import { drawHomes } from './plan.ts'
import { openPostgres, patiently } from './postgres.ts'
import { prove, type Proof } from './proof.ts'
import { openProxy } from './proxy.ts'
import { startServer } from './servers.ts'
import { buildWorld, setDeadlines } from './world.ts'

export type ChaosOptions = {
  seed: number
  /** While faults are injected (ms). */
  chaosMs: number
  homes: number
  servers: number
  /** Our own in each server, where nothing is said. */
  broker?: BrokerKind
  /** Of the people whose page could be open, so many have it open: 3. Without pages there is only the pager service. */
  pages?: number
  /** The program of a server; the one that ships where nothing is said. */
  entry?: string
  /** Between two faults all is well for so long (ms), at least and at most. */
  quietMs?: readonly [number, number]
  /** Which of all faults; all of them where nothing is said. */
  only?: (fault: Fault) => boolean
  /** How long devices may take to come back with what they kept, and tellings to leave (ms); a minute. */
  drainMsMax?: number
  /** How long deadlines held back by a blindness of ours are waited for at the end (ms). */
  settleMsMax: number
  say: (line: string) => void
}

export type ChaosReport = Proof & {
  name: 'chaos'
  seed: number
  at: string
  seconds: number
  devices: number
  servers: number
  /** `own`, or which one stood in its place. */
  broker: string
  messagesAcknowledged: number
  /** Of these, and of the deadlines: what could have been lost, untold or missed. */
  hazardsAcknowledged: number
  pressesAcknowledged: number
  pressesLeftOut: number
  /** Devices still held these when the run ended; none of them is lost. */
  messagesWaiting: number
  tellings: number
  serversEndedByThemselves: number
  faultsInjected: number
  faults: Record<string, number>
}

const productMain = fileURLToPath(new URL('../../server/main.ts', import.meta.url))
/** From the plan to the first press. */
const beginMs = 1000
/** A fleet that comes, or comes back with what it kept, is waited for this long: it takes seconds. */
const drainMsByDefault = 60_000

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, say, drainMsMax = drainMsByDefault } = options
  const chance = createChance(seed)
  const startedAt = Date.now()
  const { targets, inbox, url } = await startEverything(options)
  const { servers, devices } = targets
  const logins = await buildWorld(url, inbox.url, options.homes)
  const httpUrl = `http://127.0.0.1:${servers[0]?.httpPort}`
  for (const login of logins.slice(0, options.pages)) await openPage(httpUrl, login, inbox.toldOf)
  const fleet = startWorker(new URL('fleet.ts', import.meta.url))
  const counts = targets.broker ? 'ack' : 'puback'
  await fleet.ask('open', { port: devices.port, seed, homes: options.homes, counts } satisfies OpenJob)
  const connected = await stateWhen(
    fleet,
    ({ connected: count }) => count === options.homes * 2,
    drainMsByDefault,
  )
  say(`${connected.connected} devices are connected to ${servers.length} servers`)

  const liveFrom = Date.now() + beginMs
  const live = { fromAt: liveFrom, untilAt: liveFrom + options.chaosMs }
  const plans = drawHomes(chance, options.homes, {
    live,
    due: { fromAt: liveFrom + 4000, untilAt: live.untilAt },
  })
  await setDeadlines(url, plans, Date.now())
  await fleet.ask('live', { plans, untilAt: live.untilAt } satisfies LiveJob)
  await pause(Math.max(0, liveFrom - Date.now()))

  const faults = faultsOn(targets, chance).filter(options.only ?? (() => true))
  const done = await injectFaults(faults, {
    chance,
    untilAt: live.untilAt,
    quietMs: options.quietMs ?? [500, 5000],
    say,
  })
  await Promise.all(servers.map((server) => server.ready()))
  const state = await stateWhen(fleet, ({ waiting }) => waiting === 0, drainMsMax)
  await judged(url, options.settleMsMax)
  await told(url, drainMsMax)
  const acknowledged = await fleet.ask<Said[]>('acknowledged')
  const proof = await patiently(() =>
    prove({
      url,
      acknowledged,
      plans,
      toldOf: inbox.toldOf,
      judgedUntil: Date.now() - 5000,
      homesCutOff: done.filter(({ target }) => target === 'devices'),
      say,
    }),
  )
  return {
    name: 'chaos',
    seed,
    at: new Date(startedAt).toISOString(),
    seconds: Math.round((Date.now() - startedAt) / 1000),
    ...proof,
    devices: options.homes * 2,
    servers: servers.length,
    broker: targets.broker?.process.name ?? 'own',
    messagesAcknowledged: acknowledged.length,
    hazardsAcknowledged: acknowledged.filter(({ kind }) => kind === 'alarm' || kind === 'sos').length,
    pressesAcknowledged: acknowledged.filter(({ kind }) => kind === 'checkin').length,
    pressesLeftOut: plans.filter(({ pressAt }) => pressAt === null).length,
    messagesWaiting: state.waiting,
    tellings: inbox.posts(),
    serversEndedByThemselves: servers.reduce((sum, server) => sum + server.endedByItself(), 0),
    faultsInjected: done.length,
    faults: counted(done.map(({ what }) => what)),
  }
}

async function startEverything({ servers: count, entry = productMain, broker = 'own' }: ChaosOptions) {
  const postgres = await openPostgres()
  const inbox = await openInbox()
  const databasePort = Number(new URL(postgres.url).port)
  const linesTo = (port: number) => Promise.all(Array.from({ length: count }, () => openProxy([port])))
  const databaseLines = await linesTo(databasePort)
  const standard = broker === 'own' ? undefined : await startBroker(broker, postgres.dataDir)
  const brokerLines = standard ? await linesTo(standard.port) : []
  const servers = await Promise.all(
    databaseLines.map((line, nth) => {
      const url = new URL(postgres.url)
      url.port = String(line.port)
      const name = `server-${'ab'[nth] ?? nth}`
      const brokerPort = brokerLines[nth]?.port
      const mqttUrl = brokerPort === undefined ? undefined : `mqtt://127.0.0.1:${brokerPort}`
      return startServer({ name, entry, databaseUrl: url.href, mqttUrl, dataDir: postgres.dataDir })
    }),
  )
  await Promise.all(servers.map((server) => server.ready()))
  const devices = await openProxy(standard ? [standard.port] : servers.map(({ mqttPort }) => mqttPort))
  const targets: Targets = {
    servers,
    postgres,
    devices,
    databaseLines,
    broker: standard && { process: standard, lines: brokerLines },
  }
  return { targets, inbox, url: postgres.url }
}

async function stateWhen(
  fleet: Worker,
  isReached: (state: FleetState) => boolean,
  msMax: number,
): Promise<FleetState> {
  const until = performance.now() + msMax
  for (;;) {
    const now = await fleet.ask<FleetState>('state')
    if (isReached(now) || performance.now() > until) return now
    await pause(250)
  }
}

/** Waits until deadlines that a blindness of ours holds back may be judged, and the next tick has done so. */
async function judged(url: string, msMax: number): Promise<void> {
  const [held] = await patiently(() =>
    asked<{ until: Date | null }>(url, 'select max(judge_after) as until from blind_interval'),
  )
  const waitMs = (held?.until?.getTime() ?? 0) - Date.now() + 3000
  if (waitMs > 0) await pause(Math.min(waitMs, msMax))
}

/** The lease of an attempt that was broken off runs for 15 s, then it is made again. */
async function told(url: string, msMax: number): Promise<void> {
  const until = performance.now() + msMax
  while (performance.now() < until) {
    const [open] = await patiently(() =>
      asked<{ count: number }>(
        url,
        `select count(*)::int as count
       from telling t
       join incident i on i.id = t.incident_id
       where i.kind in ('co', 'sos')
         and t.state in ('due', 'sending')
         and t.due_at < clock_timestamp()`,
      ),
    )
    if (open?.count === 0) return
    await pause(500)
  }
}

function counted(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
