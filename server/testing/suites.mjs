import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { explain } from '../setup/plain-problem.mjs'
import { root } from '../setup/places.mjs'
import { prepare } from '../setup/prepare.mjs'
import { runStep } from '../setup/run-step.mjs'
import { stopWithNpm } from '../setup/stop.mjs'
import { browserForTests } from './browser/browser.mjs'
import { installBrowser } from './browser/install.mjs'
import { playwrightTally, total, vitestTally } from './summary.mjs'

/** All tests together, without the installing; one that needs longer hangs. */
const testsLimitMs = 15 * 60_000
/** A runner that is stopped closes its databases, brokers and browsers first. */
const runnerGraceMs = 10_000

/** Installs what is missing, runs every test, and ends with the line `N passed, N failed`. */
export async function runSuites({ withBrowser }) {
  stopWithNpm()
  const reports = mkdtempSync(join(tmpdir(), 'curtain-pact-reports-'))
  try {
    await prepare({ packages: 'full' })
    const browser = withBrowser ? await findBrowser() : { problem: undefined }
    const untilAt = Date.now() + testsLimitMs
    const tallies = [await runVitest(join(reports, 'vitest.json'), untilAt)]
    if (browser.problem) tallies.push(withoutBrowser(browser.problem))
    else if (withBrowser) tallies.push(await runPlaywright(join(reports, 'playwright.json'), untilAt))
    conclude(tallies)
  } catch (problem) {
    explain(problem)
    process.stdout.write('0 passed, 1 failed\n')
  } finally {
    rmSync(reports, { recursive: true, force: true })
  }
}

async function findBrowser() {
  await installBrowser()
  try {
    await browserForTests()
    return { problem: undefined }
  } catch (problem) {
    return { problem: problem.message }
  }
}

async function runVitest(report, untilAt) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporting = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const end = await runRunner({ title: 'vitest', args: [vitest, 'run', ...reporting], untilAt, env: {} })
  return vitestTally(readReport(report), end)
}

async function runPlaywright(report, untilAt) {
  const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js')
  const args = [playwright, 'test', '--reporter=list,json']
  const end = await runRunner({
    title: 'playwright',
    args,
    untilAt,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  })
  return playwrightTally(readReport(report), end)
}

function runRunner({ title, args, untilAt, env }) {
  return runStep({
    title,
    command: process.execPath,
    args,
    options: { cwd: root, env: { ...process.env, ...env } },
    limitMs: Math.max(untilAt - Date.now(), 1),
    graceMs: runnerGraceMs,
  })
}

function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}

function withoutBrowser(problem) {
  return { runner: 'browser', passed: 0, failed: 0, skipped: ['all browser stories'], problems: [problem] }
}

function conclude(tallies) {
  const { lines, exitCode } = total(tallies, {
    skippedFails: !['', '0', 'false'].includes(process.env['CI'] ?? ''),
  })
  process.stdout.write(`\n${lines.join('\n')}\n`)
  process.exitCode = exitCode
}
