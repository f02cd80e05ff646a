import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as delay } from 'node:timers/promises'
import { cache } from './places.mjs'
import { PlainProblem } from './plain-problem.mjs'

const beatMs = 2_000
/** A holder touches its file every beat; one that missed so many was killed. */
const staleAfterMs = 8 * beatMs
/** An install (10 min) and a build before us; longer means that something hangs. */
const patienceMs = 15 * 60_000

/** Runs `work` while no other start or test of this clone changes node_modules or the dashboard's build. */
export async function inTurn(work, path = join(cache, 'setup.lock')) {
  mkdirSync(dirname(path), { recursive: true })
  await take(path)
  const beat = setInterval(() => touch(path), beatMs)
  try {
    return await work()
  } finally {
    clearInterval(beat)
    rmSync(path, { force: true })
  }
}

async function take(path) {
  const untilAt = Date.now() + patienceMs
  let told = false
  while (!tryTake(path)) {
    if (dropIfStale(path)) continue
    if (!told)
      process.stdout.write(
        `Another start or test (process ${holder(path)}) is preparing this folder; waiting for it.\n`,
      )
    told = true
    if (Date.now() > untilAt)
      throw new PlainProblem(`Process ${holder(path)} never finished; stop it, or delete ${path}.`)
    await delay(300)
  }
}

function tryTake(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function dropIfStale(path) {
  try {
    if (isHeld(path)) return false
    // Renamed, looked at again, and only then deleted: another may have taken it over in between.
    const aside = `${path}.${process.pid}`
    renameSync(path, aside)
    if (isHeld(aside)) {
      renameSync(aside, path)
      return false
    }
    rmSync(aside)
    return true
  } catch {
    // released or taken away meanwhile
    return false
  }
}

function isHeld(path) {
  return Date.now() - statSync(path).mtimeMs < staleAfterMs
}

function holder(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'just ending'
  }
}

function touch(path) {
  const now = new Date()
  try {
    utimesSync(path, now, now)
  } catch {
    // taken away by hand: the work goes on
  }
}
