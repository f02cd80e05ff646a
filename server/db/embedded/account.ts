import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { EmbeddedRefused } from './refused.ts'

/** Whom PostgreSQL runs as where we are root, which it refuses. */
export type Account = { uid: number; gid: number; name: string }

/**
 * Undefined where we are not root: PostgreSQL then runs as ourselves. An existing cluster decides by its owner,
 * because PostgreSQL wants to own its directory.
 */
export function accountFor(cluster: string): Account | undefined {
  if (process.platform === 'win32' || process.getuid?.() !== 0) return undefined
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid, name: `user ${owner.uid}` }
  const account = accountNamed('postgres') ?? accountNamed('nobody')
  if (account) return account
  throw new EmbeddedRefused(
    'PostgreSQL does not run as root, and this system has neither a user "postgres" nor "nobody" to run it as: ' +
      'create one, start as an ordinary user, or set DATABASE_URL.',
  )
}

function accountNamed(name: string): Account | undefined {
  const uid = numberFrom('id', ['-u', name])
  const gid = numberFrom('id', ['-g', name])
  return uid === undefined || gid === undefined ? undefined : { uid, gid, name }
}

function numberFrom(command: string, args: string[]): number | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 && /^\d+\s*$/.test(stdout) ? Number(stdout) : undefined
}

/** Whether that account can enter a directory. Asked of the system, which also knows of ACLs and containers. */
export function canEnter(account: Account | undefined, directory: string): boolean {
  if (!account) return true
  return (
    spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', directory], { ...runAs(account), cwd: '/' }).status ===
    0
  )
}

/** The options of spawn that make a child run as the account. */
export function runAs(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {}
}
