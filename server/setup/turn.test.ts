import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inTurn } from './turn.mjs'

let folder: string
let lock: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turn-'))
  lock = join(folder, 'setup.lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('two starts at once install one after the other', async () => {
  const seen: string[] = []
  const work = (name: string) => async () => {
    seen.push(`${name} begins`)
    await new Promise(setImmediate)
    seen.push(`${name} ends`)
  }
  await Promise.all([inTurn(work('one'), lock), inTurn(work('two'), lock)])
  expect(seen).toEqual(['one begins', 'one ends', 'two begins', 'two ends'])
})

test('a failed install does not block the next start', async () => {
  await expect(inTurn(() => Promise.reject(new Error('no network')), lock)).rejects.toThrow('no network')
  expect(existsSync(lock)).toBe(false)
  expect(await inTurn(async () => 'installed', lock)).toBe('installed')
})

test('what a killed start left behind is taken over', async () => {
  writeFileSync(lock, '4194304')
  const aMinuteAgo = new Date(Date.now() - 60_000)
  utimesSync(lock, aMinuteAgo, aMinuteAgo)
  expect(await inTurn(async () => 'installed', lock)).toBe('installed')
})
