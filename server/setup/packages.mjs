import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Whether node_modules lacks anything that the lock file names. npm writes node_modules/.package-lock.json as the
 * last act of a successful install, so that file is the stamp: also for an install made by hand, and gone after an
 * interrupted one.
 */
export function packagesAreMissing(folder, packages) {
  return packagesToInstall(folder, packages) !== undefined
}

/** What `npm ci` has to install, or undefined if all is there. A full install stays full when it is renewed. */
export function packagesToInstall(folder, packages) {
  const locked = readPackages(join(folder, 'package-lock.json'))
  const installed = readPackages(join(folder, 'node_modules', '.package-lock.json'))
  const isFull = Object.values(installed).some((entry) => entry.dev)
  const wanted = isFull ? 'full' : packages
  const machine = { platform: process.platform, arch: process.arch }
  return missing({ locked, installed, packages: wanted, machine }).length > 0 ? wanted : undefined
}

/** The names of the locked packages that are not installed in exactly the locked version. */
export function missing({ locked, installed, packages, machine }) {
  return Object.keys(locked).filter((path) => {
    const entry = locked[path]
    if (!isNeeded(path, entry, { packages, machine })) return false
    const there = installed[path]
    return !there || there.version !== entry.version || there.integrity !== entry.integrity
  })
}

function isNeeded(path, entry, { packages, machine }) {
  if (path === '' || entry.link) return false
  if ((entry.dev || entry.devOptional) && packages === 'production') return false
  // An optional package without os or cpu may belong to another platform's package; npm then leaves it out.
  // musl and glibc builds of one package differ only by libc, and npm picks one.
  if (entry.optional || entry.devOptional) return fits(entry, machine)
  return true
}

function fits(entry, { platform, arch }) {
  if (entry.libc || !(entry.os && entry.cpu)) return false
  return entry.os.includes(platform) && entry.cpu.includes(arch)
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}
