import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, parse } from 'node:path'
import { runAs, type Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { openLog, syncDirectory, writeDurably } from './files.ts'
import type { Place } from './place.ts'
import { EmbeddedRefused } from './refused.ts'
import { limits, postgresMajor, roleName, type Durability } from './settings.ts'

export type ClusterOptions = { dataDir: string; place: Place; binaries: Binaries; durability: Durability }

/** Makes the data directory of PostgreSQL if there is none. A kill in the middle leaves nothing that looks like one. */
export async function ensureCluster(options: ClusterOptions): Promise<void> {
  const { cluster, account } = options.place
  removeUnfinished(cluster)
  if (existsSync(cluster)) return checkCluster(cluster, account)
  const unfinished = `${cluster}.unfinished-${randomBytes(4).toString('hex')}`
  const passwordFile = `${unfinished}.password`
  try {
    mkdirSync(unfinished, { mode: 0o700 })
    writeFileSync(passwordFile, passwordOf(options.dataDir), { mode: 0o600, flag: 'wx' })
    if (account) for (const path of [unfinished, passwordFile]) chownSync(path, account.uid, account.gid)
    await initdb(options, unfinished, passwordFile)
    renameSync(unfinished, cluster)
    syncDirectory(dirname(cluster))
  } finally {
    removeUnfinished(cluster)
  }
}

/** The password of our role: random, made once, readable by the owner of the data directory alone. */
export function passwordOf(dataDir: string): string {
  const file = join(dataDir, 'postgres-password')
  // 192 bits, in letters that need no escaping in a URL
  if (!existsSync(file)) writeDurably(file, randomBytes(24).toString('base64url'))
  return readFileSync(file, 'utf8').trim()
}

function checkCluster(cluster: string, account: Account | undefined): void {
  let version: string
  try {
    version = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === 'EACCES' ? 'belongs to another user: start as that user' : 'is not a PostgreSQL directory'
    throw new EmbeddedRefused(`${cluster} ${why}${account ? ` than ${account.name}` : ''} (${code}).`)
  }
  if (version === postgresMajor) return
  throw new EmbeddedRefused(
    `${cluster} was made by PostgreSQL ${version}, and this program brings ${postgresMajor}: ` +
      'restore a backup into a new DATA_DIR, or set DATABASE_URL.',
  )
}

function removeUnfinished(cluster: string): void {
  const beginning = `${basename(cluster)}.unfinished-`
  for (const name of readdirSync(dirname(cluster))) {
    if (name.startsWith(beginning)) rmSync(join(dirname(cluster), name), { recursive: true, force: true })
  }
}

async function initdb(options: ClusterOptions, directory: string, passwordFile: string): Promise<void> {
  const { dataDir, place, binaries, durability } = options
  const args = ['-D', directory, '-U', roleName, `--pwfile=${passwordFile}`, '-A', 'scram-sha-256']
  // Independent of the machine's locales (a Chinese Windows is GBK), yet upper() and lower() know all of Unicode.
  args.push('-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  if (durability === 'disposable') args.push('--no-sync')
  const log = openLog(join(dataDir, 'postgres.log'))
  const child = spawn(binaries.initdb, args, {
    ...runAs(place.account),
    ...surroundings(binaries),
    stdio: ['ignore', log, log],
    timeout: limits.initMsMax,
  })
  const outcome = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : `exit ${code ?? signal}`))
  })
  closeSync(log)
  if (!outcome) return
  throw new EmbeddedRefused(
    `The database could not be created (initdb: ${outcome}); see ${dataDir}/postgres.log.`,
  )
}

/**
 * A directory that everybody can be in, and none of our variables: PGOPTIONS or an unknown LC_ALL would change
 * what PostgreSQL does. Windows needs its own.
 */
export function surroundings({ postgres }: Binaries): { cwd: string; env?: NodeJS.ProcessEnv } {
  const cwd = parse(postgres).root
  return process.platform === 'win32' ? { cwd } : { cwd, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } }
}
