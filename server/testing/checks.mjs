import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { explain } from '../setup/plain-problem.mjs'
import { cache, root } from '../setup/places.mjs'
import { prepare } from '../setup/prepare.mjs'
import { runStep } from '../setup/run-step.mjs'
import { stopWithNpm } from '../setup/stop.mjs'

const toolLimitMs = 5 * 60_000
/** The tests bound themselves; this is for what they install first. */
const testsLimitMs = 45 * 60_000

/** Runs the linter, the formatter, the types and the tests: one line for each, all its output if it fails. */
export async function runChecks({ withBrowser }) {
  stopWithNpm()
  try {
    await prepare({ packages: 'full' })
    for (const check of checks(withBrowser)) {
      if (!(await passes(check))) return
    }
  } catch (problem) {
    explain(problem)
  }
}

function checks(withBrowser) {
  const tests = ['server/testing/run.mjs', ...(withBrowser ? [] : ['--fast'])]
  return [
    { title: 'lint', args: [tool('oxlint', 'bin/oxlint'), '--type-aware'], limitMs: toolLimitMs },
    { title: 'format', args: [tool('oxfmt', 'bin/oxfmt'), '--check'], limitMs: toolLimitMs },
    { title: 'types', args: [tool('typescript', 'bin/tsc'), '--noEmit'], limitMs: toolLimitMs },
    {
      title: 'types of the dashboard',
      args: [tool('vue-tsc', 'bin/vue-tsc.js'), '--noEmit', '-p', 'dashboard/tsconfig.json'],
      limitMs: toolLimitMs,
    },
    { title: withBrowser ? 'tests' : 'tests without the browser', args: tests, limitMs: testsLimitMs },
  ]
}

function tool(name, path) {
  return join(root, 'node_modules', name, path)
}

async function passes({ title, args, limitMs }) {
  const logPath = join(cache, `check-${title.replaceAll(' ', '-')}.log`)
  const result = await runStep({
    title,
    command: process.execPath,
    args,
    options: { cwd: root, env: process.env },
    logPath,
    limitMs,
  })
  if (result.code === 0) return true
  process.stdout.write(`\n${readFileSync(logPath, 'utf8').trim()}\n\n`)
  process.stdout.write(`${title} failed${result.reason ? `: ${result.reason}` : ''}\n`)
  process.exitCode = 1
  return false
}
