// What a page weighs, gzip, scripts only: facts of the field are old phones on slow lines.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'

type Chunk = { file: string; imports?: string[]; dynamicImports?: string[] }

const buildLimitMs = 120_000
let dist: string
let manifest: Record<string, Chunk>

beforeAll(async () => {
  dist = mkdtempSync(join(tmpdir(), 'dashboard-'))
  const vite = fileURLToPath(new URL('../node_modules/vite/bin/vite.js', import.meta.url))
  const args = [
    vite,
    'build',
    fileURLToPath(new URL('.', import.meta.url)),
    '--outDir',
    dist,
    '--emptyOutDir',
  ]
  // A process of its own, because inside a test run Vue would be built for debugging.
  await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_ENV: 'production' } })
  manifest = { ...read('manifest.json'), ...read('manifest-resident.json') }
}, buildLimitMs)

afterAll(() => rmSync(dist, { recursive: true, force: true }))

const read = (name: string) =>
  JSON.parse(readFileSync(join(dist, '.vite', name), 'utf8')) as Record<string, Chunk>

/** Everything that these entries load before they show anything. */
function filesOf(...entries: string[]): Set<string> {
  const seen = new Set<string>()
  const files = new Set<string>()
  const visit = (key: string): void => {
    if (seen.has(key)) return
    seen.add(key)
    const chunk = manifest[key]
    if (!chunk) throw new Error(`${key} is not in the build`)
    files.add(chunk.file)
    for (const next of chunk.imports ?? []) visit(next)
  }
  for (const entry of entries) visit(entry)
  return files
}

const kilobytes = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(dist, file))).length / 1024, 0)

const desk = ['index.html', 'src/desk/DeskPage.vue']
const beyond = (before: readonly string[], entry: string): Iterable<string> => {
  const there = filesOf(...before)
  return [...filesOf(entry)].filter((file) => !there.has(file))
}

test('the desk shell weighs at most 130 KB', () => {
  expect(kilobytes(filesOf(...desk))).toBeLessThan(130)
})

test('the map adds at most 55 KB', () => {
  expect(kilobytes(beyond(desk, 'src/map/MapZone.vue'))).toBeLessThan(55)
})

test('the curves add at most 25 KB to the sheet of a home', () => {
  expect(kilobytes(beyond([...desk, 'src/home/HomeSheet.vue'], 'src/home/AirCurves.vue'))).toBeLessThan(25)
})

// A quarter of it are the sentences that say why, in both languages: they must be there where the line is not.
test("the steward's page weighs at most 84 KB", () => {
  expect(kilobytes(filesOf('index.html', 'src/steward/StewardPage.vue'))).toBeLessThan(84)
})

test("the resident's page weighs at most 40 KB", () => {
  expect(kilobytes(filesOf('resident.html'))).toBeLessThan(40)
})
