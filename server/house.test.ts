// The architecture as a test: who may import whom, what the domain may not touch, how long a file may grow.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const skipped = new Set(['node_modules', 'dist', '.git', 'data', '.cache', 'test-results'])

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    if (skipped.has(name)) return []
    const path = join(folder, name)
    return statSync(join(root, path)).isDirectory() ? filesBelow(path) : [path]
  })
}

const sources = ['server', 'broker', 'simulators', 'bench', 'dashboard'].flatMap(filesBelow)
const code = sources.filter((path) => /\.(ts|vue|mjs)$/.test(path) && !path.endsWith('.d.mts'))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const isTest = (path: string) => /\.(test|story)\.ts$/.test(path)

/** The folder that a rule speaks of: server/db/embedded/x.ts is `db`, server/app.ts is `server`. */
function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/')
  if (top === 'dashboard' && (second === 'fake' || second === 'stories')) return second
  if (top !== 'server') return top
  return second.includes('.') ? 'server' : second
}

/** What each room may import besides itself and packages. `server` (app.ts, main.ts) may import every room. */
const mayImport: Record<string, readonly string[]> = {
  contract: [],
  domain: ['contract', 'server:limits'],
  clock: [],
  db: ['contract', 'clock'],
  ingest: ['contract', 'domain', 'db', 'clock', 'server:limits'],
  rules: ['contract', 'domain', 'db', 'clock', 'server:limits'],
  incidents: ['contract', 'domain', 'db', 'clock', 'server:limits'],
  dispatch: ['contract', 'domain', 'db', 'clock', 'server:limits'],
  realtime: ['contract', 'domain', 'db', 'clock', 'server:limits'],
  api: ['contract', 'domain', 'db', 'clock', 'server:limits'],
  retention: ['contract', 'db', 'server:limits'],
  demo: ['contract', 'domain', 'db', 'clock', 'server:limits'],
  broker: ['contract'],
  lease: ['contract', 'db'],
  // Commands of their own beside the service.
  doctor: ['contract'],
  backup: ['contract', 'db', 'clock', 'server:config'],
  // Judges again with what judges live: it reads with the parsers of ingest and decides with the functions of rules.
  replay: [
    'contract',
    'domain',
    'db',
    'clock',
    'ingest',
    'rules',
    'retention',
    'server:limits',
    'server:config',
  ],
  // What happens and what must come of it, as data: tests, simulators and a page of docs share it.
  scenarios: ['contract', 'domain'],
  simulators: ['contract', 'domain', 'scenarios'],
  dashboard: ['contract', 'domain'],
  stories: ['contract', 'domain', 'demo', 'testing'],
  // Serves component tests and screenshots only; the people are those of the demo.
  fake: ['contract', 'domain', 'demo', 'dashboard'],
}

function importsOf(path: string): string[] {
  const pattern = /(?:from|import)\s*\(?\s*'([^']+)'/g
  return [...read(path).matchAll(pattern)].map((match) => match[1] ?? '')
}

function roomOfImport(path: string, specifier: string): string | undefined {
  const alias = /^#(\w+)\//.exec(specifier)
  if (alias) return alias[1]
  if (!specifier.startsWith('.')) return undefined
  const target = relative(root, join(root, path, '..', specifier))
  if (target === 'server/limits.ts') return 'server:limits'
  if (target === 'server/config.ts') return 'server:config'
  return roomOf(target)
}

test('each room imports only what the flow allows', () => {
  const wrong = code
    .filter((path) => !isTest(path) && mayImport[roomOf(path)])
    .flatMap((path) => {
      const allowed = mayImport[roomOf(path)] ?? []
      return importsOf(path)
        .map((specifier) => roomOfImport(path, specifier))
        .filter((room) => room !== undefined && room !== roomOf(path) && !allowed.includes(room))
        .map((room) => `${path} imports ${room}`)
    })
  expect(wrong).toEqual([])
})

test('the domain has no I/O, no clock, no randomness and no logger', () => {
  const banned = /\b(Date\.now|new Date\(\)|Math\.random|console\.|process\.|fetch\(|setTimeout|setInterval)/
  const impure = code.filter(
    (path) => path.startsWith('server/domain/') && !isTest(path) && banned.test(read(path)),
  )
  expect(impure).toEqual([])
})

test('only main.ts, the bootstrap and what runs as its own process touches process', () => {
  const own = [
    'server/main.ts',
    'server/start.mjs',
    'server/setup/',
    'server/doctor/main.ts',
    'server/backup/main.ts',
    'server/replay/main.ts',
    'server/testing/',
    'server/db/embedded/',
    'server/db/snapshot.ts',
    'simulators/',
    'bench/',
    'dashboard/',
  ]
  const touching = code.filter(
    (path) =>
      !isTest(path) &&
      !own.some((start) => path.startsWith(start)) &&
      /\bprocess\.(env|argv|exit|on|stdin|stdout)/.test(read(path)),
  )
  expect(touching).toEqual([])
})

test('time comes from the clock: nothing but the clock itself asks the system', () => {
  const stages = /^server\/(ingest|rules|incidents|dispatch|realtime|retention|api|domain|demo)\//
  const asking = code.filter(
    (path) => stages.test(path) && !isTest(path) && /\bDate\.now\(|new Date\(\)/.test(read(path)),
  )
  expect(asking).toEqual([])
})

test('SQL that decides never asks the database for the time', () => {
  // Leases alone use the database's clock (ground.md): such a line names the lease or the proof of presence.
  const stages = /^server\/(ingest|rules|incidents|dispatch|realtime|retention|api|domain|demo)\//
  const asking = code
    .filter((path) => stages.test(path) && !isTest(path))
    .flatMap((path) =>
      read(path)
        .split('\n')
        .map((line) => `${path}: ${line.trim()}`),
    )
    .filter((line) => /(?<![.\w])now\(\)(?!:)|clock_timestamp\(\)|current_timestamp/.test(line))
    .filter((line) => !/lease|proved|proof/.test(line))
  expect(asking).toEqual([])
})

test('files stay short enough to read', () => {
  const long = code
    .map((path) => ({ path, lines: read(path).split('\n').length }))
    .filter(({ path, lines }) => lines > limitOf(path))
  expect(long).toEqual([])
})
/** Tables of data read fine at any length; everything else at most 300 lines (house style 9). */
const tables = [
  'server/contract/routes.ts',
  'server/contract/words',
  'server/scenarios/',
  'dashboard/src/i18n/',
  'dashboard/fake/',
]
const limitOf = (path: string) =>
  tables.some((start) => path.startsWith(start)) ? 700 : isTest(path) ? 500 : 300

test('migrations are numbered without a gap and say why in their first line', () => {
  const files = readdirSync(join(root, 'sql'))
    .filter((name) => name.endsWith('.sql'))
    .sort()
  expect(files.length).toBeGreaterThan(0)
  files.forEach((name, index) => {
    expect(name).toMatch(new RegExp(`^${String(index + 1).padStart(3, '0')}_[a-z_]+\\.sql$`))
    expect(read(join('sql', name))).toMatch(/^-- \S.{20,}/)
  })
})

test('names follow the house: kebab-case files, no barrels, no drawers for everything', () => {
  const badFolder = sources.filter((path) => /\/(utils|helpers|common|types)\//.test(path))
  const barrel = code.filter((path) => /(^|\/)index\.ts$/.test(path))
  const badName = code.filter(
    (path) =>
      path.endsWith('.ts') &&
      !/^(use[A-Z]\w*|[a-z0-9]+(-[a-z0-9]+)*)(\.[a-z-]+)*\.ts$/.test(path.split('/').at(-1) ?? ''),
  )
  const badDefault = code.filter(
    (path) =>
      path.endsWith('.ts') &&
      /^export default/m.test(read(path)) &&
      !/(\.config|playwright|vite|shims|env\.d|global-setup)[^/]*\.ts$/.test(path),
  )
  expect({ badFolder, barrel, badName, badDefault }).toEqual({
    badFolder: [],
    barrel: [],
    badName: [],
    badDefault: [],
  })
})

test('no test is skipped or singled out', () => {
  const tests = sources.filter(isTest).filter((path) => path !== 'server/house.test.ts')
  const pattern = /\b(it|test|describe)\.(skip|only|todo|fixme)\b|\bxit\(/
  expect(tests.filter((path) => pattern.test(read(path)))).toEqual([])
})

test('words that product.md forbids appear nowhere', () => {
  expect(code.filter((path) => !isTest(path) && /失明|失联/.test(read(path)))).toEqual([])
})
