import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { accountFor, canEnter, type Account } from './account.ts'
import { writeDurably } from './files.ts'
import { EmbeddedRefused } from './refused.ts'
import type { Durability } from './settings.ts'

/** In the data directory: where the cluster is, when it is not there. */
const pointerFile = 'postgres-is-in'

/** Where the cluster is, and whom PostgreSQL runs as to own it. */
export type Place = { cluster: string; account: Account | undefined; note?: string }

/**
 * The cluster is `postgres` in the data directory; where we are root and the user whom PostgreSQL runs as cannot
 * enter that directory, it is elsewhere, and a file in the data directory says where.
 */
export function placeOf(dataDir: string, durability: Durability): Place {
  const pointer = join(dataDir, pointerFile)
  if (existsSync(pointer)) return placeElsewhere(dataDir, readFileSync(pointer, 'utf8').trim())
  const cluster = join(dataDir, 'postgres')
  const account = accountFor(cluster)
  if (canEnter(account, dataDir)) return { cluster, account, ...noteOn(account) }
  if (existsSync(cluster)) {
    throw new EmbeddedRefused(
      `PostgreSQL runs as ${account?.name} and can no longer enter ${dataDir}: ` +
        'allow others to enter it and what is above it (chmod o+x), or move it back.',
    )
  }
  return moveOut(dataDir, durability)
}

function noteOn(account: Account | undefined): { note?: string } {
  if (account?.name !== 'nobody') return {}
  return { note: 'PostgreSQL does not run as root, and there is no user "postgres": it runs as "nobody"' }
}

function placeElsewhere(dataDir: string, cluster: string): Place {
  if (!existsSync(dirname(cluster))) {
    // Starting empty would look like a fresh installation while somebody's records are missing.
    throw new EmbeddedRefused(
      `The database of ${dataDir} was in ${cluster}, which is gone. Bring it back, ` +
        `or remove ${join(dataDir, pointerFile)} to begin with an empty database.`,
    )
  }
  return { cluster, account: accountFor(cluster) }
}

function moveOut(dataDir: string, durability: Durability): Place {
  const account = accountFor(join(dataDir, 'postgres'))
  const home = homes[durability]().find((directory) => canEnter(account, made(directory)))
  if (!home) throw new EmbeddedRefused(`PostgreSQL runs as ${account?.name}, who cannot enter ${dataDir}.`)
  // A random name: a new clone at the same path must not find the records of an old one.
  const directory = mkdtempSync(join(home, `${basename(dataDir)}-`))
  chmodSync(directory, 0o755)
  const cluster = join(directory, 'postgres')
  writeDurably(join(dataDir, pointerFile), `${cluster}\n`)
  const note = `PostgreSQL does not run as root, and ${account?.name} cannot enter ${dataDir}: the database is in ${cluster}`
  return { cluster, account, note }
}

/** Where what may get lost can be, best first. */
export const temporary = () => [tmpdir(), '/tmp', '/var/tmp']

const homes = { durable: () => ['/var/lib/curtain-pact'], disposable: temporary }

function made(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o755 })
  return directory
}
