import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandOf, isAlive } from './postmaster-file.ts'

/** Who supervises a data directory, and where it listens. Readable by the owner of the directory alone. */
export type Address = { pid: number; port: number; token: string }

/** What a supervisor's command line is known by, so that a recycled pid does not look like one. */
export const supervisorFile = 'supervisor-main.ts'

const lockFile = (dataDir: string) => join(dataDir, 'supervisor.json')

/** The address in the lock file, whether or not somebody listens there still. */
export function readAddress(dataDir: string): Address | undefined {
  return readFrom(lockFile(dataDir))
}

function readFrom(path: string): Address | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Address
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    // emptied by a power cut, or by hand: nobody's, and in nobody's way
    if (error instanceof SyntaxError) return { pid: 0, port: 0, token: 'unreadable' }
    throw error
  }
}

/** The supervisor of a data directory, if it is alive. */
export function livingSupervisor(dataDir: string): Address | undefined {
  const address = readAddress(dataDir)
  if (!address?.pid || !isAlive(address.pid)) return undefined
  if (process.platform === 'win32') return address
  const words = commandOf(address.pid).join(' ')
  return words.includes(supervisorFile) && words.includes(dataDir) ? address : undefined
}

/**
 * Makes this process the supervisor, or gives false where another one lives. Of two that take over from a dead
 * one at the same moment the later may win; the earlier finds out by `isMine` and steps aside, and in between
 * PostgreSQL itself allows only one of it on a directory.
 */
export function takeLock(dataDir: string, mine: Address): boolean {
  const path = lockFile(dataDir)
  const written = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(written, JSON.stringify(mine), { mode: 0o600, flush: true })
  try {
    const dead = readAddress(dataDir)
    if (dead) {
      if (livingSupervisor(dataDir)) return false
      moveAside(path, dead)
    }
    // a link appears with its content, and fails where another was faster
    linkSync(written, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(written, { force: true })
  }
}

function moveAside(path: string, dead: Address): void {
  const aside = `${path}.${dead.token}`
  try {
    renameSync(path, aside)
    const moved = readFrom(aside)
    // somebody was faster, and this is the lock of a living one: put it back
    if (moved?.token !== dead.token) linkSync(aside, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

export function isMine(dataDir: string, mine: Address): boolean {
  return readAddress(dataDir)?.token === mine.token
}

export function releaseLock(dataDir: string, mine: Address): void {
  if (isMine(dataDir, mine)) rmSync(lockFile(dataDir), { force: true })
}
