import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fingerprint } from './dashboard.mjs'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fingerprint-'))
  mkdirSync(join(folder, 'dashboard', 'src'), { recursive: true })
  write('dashboard/src/Map.vue', '<template>map</template>')
  write('package-lock.json', '{}')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (path: string, text: string) => writeFileSync(join(folder, path), text)
const print = () => fingerprint(folder, ['dashboard', 'package-lock.json'])

test('a checkout that renews every file time does not build again', () => {
  const before = print()
  utimesSync(join(folder, 'dashboard/src/Map.vue'), new Date(0), new Date(0))
  expect(print()).toBe(before)
})

test('a changed, added or renamed source builds again, and so does another package', () => {
  const seen = new Set([print()])
  write('dashboard/src/Map.vue', '<template>board</template>')
  seen.add(print())
  write('dashboard/src/Board.vue', '')
  seen.add(print())
  renameSync(join(folder, 'dashboard/src/Board.vue'), join(folder, 'dashboard/src/Desk.vue'))
  seen.add(print())
  write('package-lock.json', '{"lockfileVersion":3}')
  seen.add(print())
  expect(seen.size).toBe(5)
})

test('the build itself, stories and tests are not sources', () => {
  const before = print()
  mkdirSync(join(folder, 'dashboard', 'dist'))
  mkdirSync(join(folder, 'dashboard', 'stories'))
  write('dashboard/dist/index.html', 'built')
  write('dashboard/stories/morning.story.ts', 'story')
  write('dashboard/src/map.test.ts', 'test')
  expect(print()).toBe(before)
})
