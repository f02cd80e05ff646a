import { randomBytes } from 'node:crypto'
import { readFileSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Client } from 'pg'
import { binariesFor } from './binaries.ts'
import { ensureCluster, passwordOf, type ClusterOptions } from './cluster.ts'
import { trimLog } from './files.ts'
import { receiveHolders, type Holders } from './holders.ts'
import { isMine, releaseLock, takeLock, type Address } from './lock.ts'
import { placeOf } from './place.ts'
import { portOf } from './port.ts'
import { adoptPostmaster, startPostmaster, stopPostmaster, type Postmaster } from './postmaster.ts'
import { forgetRecycledPid, isAlive, runningOn } from './postmaster-file.ts'
import { EmbeddedRefused } from './refused.ts'
import { databaseName, limits, roleName, type Durability } from './settings.ts'

export type SupervisorOptions = {
  dataDir: string
  durability: Durability
  /** Settles when the system asks this process to end. */
  asked: Promise<void>
  log: (line: string) => void
}

/**
 * Keeps PostgreSQL running on a data directory as long as somebody holds it, then stops it cleanly and returns.
 * Returns at once where another supervisor does so already.
 */
export async function supervise({ dataDir, durability, asked, log }: SupervisorOptions): Promise<void> {
  const token = randomBytes(24).toString('base64url')
  const lingerMs = durability === 'durable' ? limits.lingerMs : limits.disposableLingerMs
  const holders = await receiveHolders({ token, lingerMs })
  const mine: Address = { pid: process.pid, port: holders.port, token }
  if (!takeLock(dataDir, mine)) return holders.close()
  const over = whenOver({ dataDir, mine, holders, asked, log })
  let place: ClusterOptions['place'] | undefined
  try {
    place = placeOf(dataDir, durability)
    if (place.note) log(place.note)
    if (place.note) holders.announce({ note: place.note })
    const options = { dataDir, place, binaries: binariesFor(place.account), durability }
    await ensureCluster(options)
    await keepRunning({ options, holders, over, log })
  } catch (error) {
    log(`failed: ${(error as Error).stack}`)
    const known = error instanceof EmbeddedRefused
    holders.announce({
      failed: known ? error.message : `The database could not be started: ${String(error)}`,
    })
    // whoever started us may not be connected yet, and would start another one in place of reading why
    await Promise.race([holders.met, over.promise])
  } finally {
    holders.beginClosing()
    if (durability === 'disposable') removeAll(dataDir, place?.cluster)
    releaseLock(dataDir, mine)
    await holders.close()
    log('ended')
  }
}

type Over = { happened: boolean; promise: Promise<void> }
type OverOptions = Pick<SupervisorOptions, 'dataDir' | 'asked' | 'log'> & { mine: Address; holders: Holders }

/** Over is when nobody holds the database, or when this process is not the supervisor any more. */
function whenOver({ dataDir, mine, holders, asked, log }: OverOptions): Over {
  const over: Over = { happened: false, promise: Promise.resolve() }
  async function askedToEnd(): Promise<void> {
    await asked
    log('asked to end')
    holders.hurry()
    // servers which were asked at the same moment still write what they hold
    await pause(limits.lingerMs)
  }
  async function replaced(): Promise<void> {
    while (!over.happened && isMine(dataDir, mine)) {
      for (const name of ['postgres.log', 'supervisor.log']) trimLog(join(dataDir, name))
      await pause(limits.lockPollMs)
    }
    if (!over.happened) log('another supervisor took over, or the data directory is gone')
  }
  over.promise = Promise.race([holders.empty, askedToEnd(), replaced()]).then(() => {
    over.happened = true
    holders.beginClosing()
    return undefined
  })
  return over
}

type KeepOptions = { options: ClusterOptions; holders: Holders; over: Over; log: (line: string) => void }

async function keepRunning({ options, holders, over, log }: KeepOptions): Promise<void> {
  let postmaster: Postmaster | undefined = await bringUp(options, log)
  while (postmaster) {
    log(`PostgreSQL is ready, process ${postmaster.pid}, port ${postmaster.port}`)
    holders.announce({ url: urlOf(options.dataDir, postmaster.port) })
    await Promise.race([postmaster.gone, over.promise])
    if (over.happened) return postmaster.stop()
    log('PostgreSQL is gone and will be started again')
    holders.announce({ note: 'the database went away and is being started again' })
    postmaster = await bringBack({ options, holders, over, log })
  }
}

/** Tries for as long as somebody needs the database: what stopped it (a full disk, no memory) may be cured. */
async function bringBack({ options, over, log }: KeepOptions): Promise<Postmaster | undefined> {
  for (
    let delayMs = limits.restartDelayMs;
    !over.happened;
    delayMs = Math.min(delayMs * 2, limits.restartDelayMsMax)
  ) {
    try {
      return await bringUp(options, log)
    } catch (error) {
      log(`not back yet: ${(error as Error).message}`)
      await Promise.race([pause(delayMs), over.promise])
    }
  }
  return undefined
}

async function bringUp(options: ClusterOptions, log: (line: string) => void): Promise<Postmaster> {
  const adopted = await adoptRunning(options, log)
  if (adopted) return adopted
  forgetRecycledPid(options.place.cluster)
  for (let attempt = 1; attempt <= limits.firstStartAttemptsMax; attempt += 1) {
    const postmaster = await startPostmaster(options, await portOf(options.dataDir))
    if (!postmaster) continue
    try {
      await prepare(options, postmaster.port)
      return postmaster
    } catch (error) {
      await postmaster.stop()
      throw new EmbeddedRefused(`PostgreSQL started and cannot be used: ${(error as Error).message}`)
    }
  }
  throw new EmbeddedRefused(
    `PostgreSQL does not start: ${lastFatal(options.dataDir)} (see ${options.dataDir}/postgres.log)`,
  )
}

/** An orphan is taken over as it is; one that is on its way out, or will not have us, is waited for or stopped. */
async function adoptRunning(
  options: ClusterOptions,
  log: (line: string) => void,
): Promise<Postmaster | undefined> {
  const { cluster } = options.place
  for (let waitedMs = 0; waitedMs < limits.startMsMax; waitedMs += limits.pollMs) {
    const running = runningOn(cluster)
    if (!running) return undefined
    if (running.state === 'ready') {
      log(`found PostgreSQL running, process ${running.pid}`)
      if (await isOurs(options, running.port)) return adoptPostmaster(options, running.pid, running.port)
      break
    }
    await pause(limits.pollMs)
  }
  const running = runningOn(cluster)
  if (running && isAlive(running.pid)) await stopPostmaster(running.pid)
  return undefined
}

async function isOurs(options: ClusterOptions, port: number): Promise<boolean> {
  return prepare(options, port).then(
    () => true,
    () => false,
  )
}

/** Makes sure that this server runs on our cluster, and that the database exists in it. */
async function prepare({ dataDir, place }: ClusterOptions, port: number): Promise<void> {
  const client = new Client({ connectionString: urlOf(dataDir, port, 'postgres') })
  await client.connect()
  try {
    const { rows } = await client.query<{ directory: string; exists: boolean }>({
      text: `select current_setting('data_directory') as directory,
               exists (select from pg_database where datname = $1) as exists`,
      values: [databaseName],
    })
    const directory = rows[0]?.directory ?? ''
    if (realpathSync(directory) !== realpathSync(place.cluster)) {
      throw new Error(`the PostgreSQL on port ${port} runs on ${directory}`)
    }
    if (!rows[0]?.exists) await client.query(`create database ${databaseName}`)
  } finally {
    await client.end()
  }
}

function urlOf(dataDir: string, port: number, database = databaseName): string {
  return `postgres://${roleName}:${passwordOf(dataDir)}@127.0.0.1:${port}/${database}`
}

function lastFatal(dataDir: string): string {
  const lines = readFileSync(join(dataDir, 'postgres.log'), 'utf8').split('\n')
  const line = lines.findLast((text) => /FATAL|PANIC|error while loading/.test(text))
  return line?.replace(/^.*?(FATAL|PANIC): */, '') ?? 'it gave no reason'
}

function removeAll(dataDir: string, cluster: string | undefined): void {
  rmSync(dataDir, { recursive: true, force: true })
  if (cluster) rmSync(dirname(cluster), { recursive: true, force: true })
}
