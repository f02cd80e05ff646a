import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import process from 'node:process'
import { showProgress } from './progress.mjs'
import { PlainProblem } from './plain-problem.mjs'
import { onStop } from './stop.mjs'

/**
 * Runs one command to its end. Without `logPath` its output goes straight to the terminal, with it into that file
 * while a calm line shows the time. Ctrl-C stops the command and everything it started, and then us; what has not
 * stopped after `graceMs` is killed (npm does not stop by itself, and has nothing to tidy up).
 * @returns {Promise<{ code: number, reason: string | undefined }>} `reason` says why, if it never ended by itself
 */
export async function runStep({ title, command, args, options, logPath, limitMs, graceMs = 1_000 }) {
  if (logPath) mkdirSync(dirname(logPath), { recursive: true })
  const log = logPath && openSync(logPath, 'w')
  const progress = logPath ? showProgress(title) : undefined
  try {
    const result = await untilEnd({
      command,
      args,
      limitMs,
      graceMs,
      options: { ...options, stdio: stdioFor(log) },
    })
    progress?.end(result.code === 0)
    return result
  } finally {
    progress?.stop()
    if (log !== undefined) closeSync(log)
  }
}

function stdioFor(log) {
  return log === undefined ? ['ignore', 'inherit', 'inherit'] : ['ignore', log, log]
}

function untilEnd({ command, args, limitMs, graceMs, options }) {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that a stop reaches the whole family of a test runner or of npm.
    const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' })
    let reason
    let stoppedBy
    const limit = setTimeout(() => {
      reason = `it did not finish within ${Math.round(limitMs / 60_000)} minutes`
      stopFamily(child, 'SIGTERM', graceMs)
    }, limitMs)
    const forward = (signal) => {
      stoppedBy = signal
      stopFamily(child, signal, graceMs)
    }
    const forget = onStop({ clean: forward, quick: () => killFamily(child, 'SIGKILL') })
    const done = () => {
      clearTimeout(limit)
      forget()
    }
    child.on('error', (error) => {
      done()
      resolve({ code: 1, reason: `${command} could not be started (${error.code})` })
    })
    child.on('exit', (code) => {
      done()
      if (stoppedBy) reject(stopped(stoppedBy))
      else resolve({ code: reason ? 1 : (code ?? 1), reason })
    })
  })
}

function stopped(signal) {
  const problem = new PlainProblem('Stopped. The next start goes on from here.')
  problem.exitCode = signal === 'SIGINT' ? 130 : 143
  return problem
}

function stopFamily(child, signal, graceMs) {
  killFamily(child, signal)
  setTimeout(() => killFamily(child, 'SIGKILL'), graceMs).unref()
}

function killFamily(child, signal) {
  try {
    if (process.platform === 'win32') child.kill(signal)
    else process.kill(-child.pid, signal)
  } catch {
    // already gone
  }
}
