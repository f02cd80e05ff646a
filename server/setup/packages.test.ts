import { expect, test } from 'vitest'
import { missing, type LockEntry } from './packages.mjs'

const machine = { platform: 'linux', arch: 'x64' }
const vue: LockEntry = { version: '3.5.45', integrity: 'sha512-a' }
const vitest: LockEntry = { version: '4.1.12', integrity: 'sha512-b', dev: true }
const locked = { '': {}, 'node_modules/vue': vue, 'node_modules/vitest': vitest }

test('a fresh clone misses everything, and without the tools of the tests only what the server needs', () => {
  expect(missing({ locked, installed: {}, packages: 'full', machine })).toEqual([
    'node_modules/vue',
    'node_modules/vitest',
  ])
  expect(missing({ locked, installed: {}, packages: 'production', machine })).toEqual(['node_modules/vue'])
})

test('a full install is enough to start, and a start alone is not enough to test', () => {
  expect(missing({ locked, installed: locked, packages: 'production', machine })).toEqual([])
  const installed = { 'node_modules/vue': vue }
  expect(missing({ locked, installed, packages: 'full', machine })).toEqual(['node_modules/vitest'])
})

test('another version, or other bytes under the same version, count as missing', () => {
  const older = { 'node_modules/vue': { ...vue, version: '3.5.44' } }
  const forged = { 'node_modules/vue': { ...vue, integrity: 'sha512-c' } }
  for (const installed of [older, forged])
    expect(missing({ locked, installed, packages: 'production', machine })).toEqual(['node_modules/vue'])
})

test('the binary of this platform must be there, those of others and of the other libc need not', () => {
  const binary = (os: string, libc?: string): LockEntry => ({
    version: '1.0.0',
    optional: true,
    os: [os],
    cpu: ['x64'],
    ...(libc ? { libc: [libc] } : {}),
  })
  const binaries = {
    'node_modules/pg-linux': binary('linux'),
    'node_modules/pg-darwin': binary('darwin'),
    'node_modules/rolldown-musl': binary('linux', 'musl'),
    'node_modules/wasm-only-part': { version: '1.0.0', optional: true },
  }
  expect(missing({ locked: binaries, installed: {}, packages: 'full', machine })).toEqual([
    'node_modules/pg-linux',
  ])
})
