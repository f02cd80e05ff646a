import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runStep } from './run-step.mjs'

let folder: string
let logPath: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'step-'))
  logPath = join(folder, 'logs', 'step.log')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (script: string, limitMs = 30_000) =>
  runStep({
    title: 'A step',
    command: process.execPath,
    args: ['-e', script],
    options: { cwd: folder },
    logPath,
    limitMs,
  })

test('a step tells its exit code, and all its output is in the log', async () => {
  expect(await run('console.log("out"); console.error("err"); process.exitCode = 3')).toEqual({
    code: 3,
    reason: undefined,
  })
  expect(readFileSync(logPath, 'utf8')).toBe('out\nerr\n')
})

test('a step that hangs is stopped and says so', async () => {
  const { code, reason } = await run('setInterval(() => {}, 1000)', 300)
  expect(code).toBe(1)
  expect(reason).toMatch(/did not finish/)
})

test('a command that is not there is a reason and not a crash', async () => {
  const step = {
    title: 'A step',
    command: join(folder, 'nowhere'),
    args: [],
    options: {},
    logPath,
    limitMs: 5_000,
  }
  expect((await runStep(step)).reason).toMatch(/could not be started \(ENOENT\)/)
})
