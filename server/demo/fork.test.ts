import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { forkSimulator } from './fork.ts'

const root = join(import.meta.dirname, '..', '..')
let folder: string
let worldFile: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'curtain-pact-fork-'))
  worldFile = join(folder, 'demo-world.json')
  const world = { communityId: 1, zone: 'Asia/Shanghai', logins: [], residents: [], devices: [] }
  writeFileSync(worldFile, JSON.stringify(world))
})
afterEach(() => rmSync(folder, { recursive: true }))

const nowhere = { mqttUrl: 'mqtt://127.0.0.1:1', httpUrl: 'http://127.0.0.1:1' }

test('the simulators stop also when they are asked while they still load', async () => {
  const simulator = forkSimulator({ root, worldFile, ...nowhere })
  await simulator.close()
})

test('simulators whose server was killed while they loaded end by themselves', async () => {
  const args = ['--url', nowhere.mqttUrl, '--http', nowhere.httpUrl, '--world', worldFile]
  const child = spawn(process.execPath, ['--import', 'tsx', 'simulators/demo-main.ts', ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  child.disconnect()
  expect(await once(child, 'exit')).toEqual([0, null])
})
