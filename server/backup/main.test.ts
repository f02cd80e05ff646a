import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { seedCast } from '#testing/cast.ts'
import { createEmptyDatabase, createTestDatabase } from '#testing/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'curtain-pact-backup-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Ended = { code: number; said: string }

/** As npm does it: a process of its own, which says something and ends. */
function command(words: string[], env: Record<string, string> = {}): Promise<Ended> {
  const args = ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...words]
  const clean = { PATH: process.env['PATH'] ?? '', DATA_DIR: join(folder, 'none'), ...env }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: clean }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    )
  })
}

test('npm run backup and npm run restore, from one database to another', { timeout: 60_000 }, async () => {
  const [from, to] = await Promise.all([createTestDatabase(), createEmptyDatabase()])
  await seedCast(from.db, Date.parse('2026-03-02T07:00:00+08:00'))
  const file = join(folder, 'one.backup')
  const made = await command(['backup', file], { DATABASE_URL: from.url })
  expect(made).toMatchObject({ code: 0, said: expect.stringMatching(/one\.backup: \d+ tables, \d+ rows/) })
  const [back, again] = [
    await command(['restore', file], { DATABASE_URL: to.url }),
    await command(['restore', file], { DATABASE_URL: to.url }),
  ]
  expect(back).toMatchObject({ code: 0, said: expect.stringContaining('Restored.') })
  expect(again).toMatchObject({ code: 1, said: expect.stringContaining('say --replace') })
  await Promise.all([from.drop(), to.drop()])
})

test('what cannot be meant is answered with what can', { timeout: 60_000 }, async () => {
  const [nowhere, unknown] = await Promise.all([
    command(['backup', join(folder, 'two.backup')]),
    command(['restore', join(folder, 'two.backup'), '--force']),
  ])
  expect(nowhere).toMatchObject({ code: 1, said: expect.stringContaining('There is no database in') })
  expect(existsSync(join(folder, 'none'))).toBe(false)
  expect(unknown).toMatchObject({
    code: 1,
    said: expect.stringContaining('npm run restore -- FILE --replace'),
  })
})
