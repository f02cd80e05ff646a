import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { nodeVersionProblem } from './node-version.mjs'

test('the promised Node versions are let in', () => {
  for (const version of ['20.19.0', '20.20.2', '22.12.0', '22.18.1', '24.0.0', '26.10.0'])
    expect(nodeVersionProblem(version), version).toBeUndefined()
})

test('any other Node is refused in one sentence that names both versions', () => {
  for (const version of ['10.24.1', '18.20.4', '20.18.3', '21.7.3', '22.11.0', '23.11.0']) {
    const sentence = nodeVersionProblem(version)
    expect(sentence).toContain(`this is Node ${version}`)
    expect(sentence).toContain('20.19+, 22.12+, or 24 and newer')
    expect(sentence?.split('\n')).toHaveLength(1)
  }
})

test('the range is the one that package.json promises', () => {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(engines.node).toBe('^20.19.0 || ^22.12.0 || >=24.0.0')
})

test('what an old Node reads before the version is known holds no newer syntax', () => {
  for (const file of [
    'server/start.mjs',
    'server/testing/run.mjs',
    'server/testing/check.mjs',
    'server/setup/node-version.mjs',
  ])
    expect(readFileSync(file, 'utf8'), file).not.toMatch(/\?\.|\?\?|'node:|^\s*await |=>|`\$/m)
})
