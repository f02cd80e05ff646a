import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A directory of migrations for one test: file name → what stands in it. Ask again for another state. */
export function migrationsOf(files: Record<string, string>): string {
  const directory = mkdtempSync(join(tmpdir(), 'curtain-pact-sql-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}
