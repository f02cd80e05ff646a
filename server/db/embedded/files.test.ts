import { closeSync, mkdtempSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openLog, trimLog } from './files.ts'
import { limits } from './settings.ts'

test('a log never holds more than its bound twice, and who writes to it does not notice', () => {
  const directory = mkdtempSync(join(tmpdir(), 'curtain-pact-log-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'postgres.log')
  const log = openLog(path)
  writeSync(log, 'x'.repeat(limits.logBytesMax + 1))
  trimLog(path)
  writeSync(log, 'after')
  trimLog(path)
  closeSync(log)
  expect(readFileSync(path, 'utf8')).toBe('after')
  expect(statSync(`${path}.1`).size).toBe(limits.logBytesMax + 1)
})
