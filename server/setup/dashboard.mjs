import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import process from 'node:process'
import { cache, root } from './places.mjs'
import { PlainProblem } from './plain-problem.mjs'
import { runStep } from './run-step.mjs'

const dist = join(root, 'dashboard', 'dist')
const stampName = '.built-from'
const buildLimitMs = 5 * 60_000
/** What goes into the pages: their sources, the contract they share with the server, and the exact packages. */
const sources = ['dashboard', 'server/contract', 'package-lock.json']

/** Whether the pages in dashboard/dist were built from other sources than those that are here now. */
export function dashboardIsStale() {
  const stamp = join(dist, stampName)
  return !existsSync(stamp) || readFileSync(stamp, 'utf8') !== fingerprint(root, sources)
}

/** Builds into a folder aside and then swaps, so that a server that is running never serves half a build. */
export async function buildDashboard() {
  const from = fingerprint(root, sources)
  const fresh = join(cache, 'dashboard')
  const logPath = join(cache, 'dashboard.log')
  rmSync(fresh, { recursive: true, force: true })
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js')
  const result = await runStep({
    title: 'Building the dashboard',
    command: process.execPath,
    args: [vite, 'build', join(root, 'dashboard'), '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'],
    options: { cwd: root, env: { ...process.env, NODE_ENV: 'production' } },
    logPath,
    limitMs: buildLimitMs,
  })
  if (result.code !== 0) throw new PlainProblem(buildFailure(result, logPath))
  writeFileSync(join(fresh, stampName), from)
  swap(fresh)
}

function swap(fresh) {
  const old = join(cache, 'dashboard-old')
  rmSync(old, { recursive: true, force: true })
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(fresh, dist)
  rmSync(old, { recursive: true, force: true })
}

function buildFailure({ reason }, logPath) {
  const tail = readFileSync(logPath, 'utf8').trim().split('\n').slice(-30).join('\n')
  return `${tail}\n\nThe dashboard could not be built${reason ? `: ${reason}` : ''}. The whole log is in ${logPath}.`
}

/** A hash over the names and contents of all source files; contents, because a checkout renews every mtime. */
export function fingerprint(folder, names) {
  const hash = createHash('sha256')
  for (const name of names) {
    for (const file of filesBelow(join(folder, name))) {
      hash
        .update(relative(folder, file).split(sep).join('/'))
        .update('\0')
        .update(readFileSync(file))
        .update('\0')
    }
  }
  return hash.digest('hex')
}

const notBuilt = new Set(['dist', 'node_modules', 'stories'])

function filesBelow(path) {
  const entries = readdirOrFile(path)
  if (!entries) return [path]
  return entries
    .filter((entry) => !notBuilt.has(entry.name) && !entry.name.endsWith('.test.ts'))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      const below = join(path, entry.name)
      return entry.isDirectory() ? filesBelow(below) : [below]
    })
}

function readdirOrFile(path) {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined
    if (error.code === 'ENOENT') return []
    throw error
  }
}
