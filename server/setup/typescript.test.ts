import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { typescript } from './places.mjs'

const directory = mkdtempSync(join(tmpdir(), 'curtain-pact-typescript-'))
afterAll(() => rmSync(directory, { recursive: true }))

function run(lines: readonly string[]) {
  const file = join(directory, 'one.ts')
  writeFileSync(file, lines.join('\n'))
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', typescript, file], {
    encoding: 'utf8',
  })
  return { status, stdout, stderr }
}

test('a stack names the line that was written, whatever stood above it', () => {
  const { status, stderr } = run(['interface Away {', '  days: number', '}', '', 'throw new Error("here")'])
  expect(status).toBe(1)
  expect(stderr).toMatch(/one\.ts:5/)
})

test('a function is what was written: naming it anew whenever it is made would cost every message', () => {
  const { stdout } = run([
    'const outer = () => {',
    '  const inner = (days: number) => days',
    '  return inner',
    '}',
    'console.log(String(outer), outer().name)',
  ])
  expect(stdout).not.toContain('__name')
  expect(stdout).toMatch(/inner$/m)
})

test('what cannot be read is said with its file', () => {
  const { status, stderr } = run(['const ='])
  expect(status).toBe(1)
  expect(stderr).toMatch(/one\.ts/)
})
