// The compose file of several servers, as far as it can be read without Docker.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { upKinds } from '#contract/topics.ts'
import { brokerLimits } from '../broker/limits.ts'

const root = join(import.meta.dirname, '..')
const file = readFileSync(join(root, 'compose.several.yaml'), 'utf8')
const brokers = readFileSync(join(root, 'docs/brokers.md'), 'utf8')

/** What is written below `configs:` under this name, without its indentation. */
function contentOf(name: string): string {
  const found = new RegExp(`^  ${name}:\\n    content: \\|\\n((?:      .*\\n|\\n)+)`, 'm').exec(file)?.[1]
  if (found === undefined) throw new Error(`there is no config "${name}"`)
  return found.replaceAll(/^ {6}/gm, '').trim()
}

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '')

test('each server of the compose file has its own data, and the balancer knows each of them by both ports', () => {
  const servers = [...file.matchAll(/^ {2}(server-\w+):/gm)].map(([, name]) => name)
  expect(servers).toEqual(['server-a', 'server-b'])
  const volumes = [...file.matchAll(/- (\S+):\/data$/gm)].map(([, name]) => name)
  expect(new Set(volumes).size).toBe(servers.length)
  const balanced = [...contentOf('balancer').matchAll(/^ +server \w+ (\S+)$/gm)].map(([, at]) => at)
  expect(balanced).toEqual([3000, 1883].flatMap((port) => servers.map((name) => `${name}:${port}`)))
})

test('the balancer cuts no device that keeps the longest pause it may', () => {
  const minutes = Number(/timeout client (\d+)m/.exec(contentOf('balancer'))?.[1])
  expect(minutes * 60).toBeGreaterThan(brokerLimits.keepaliveSecondsMax * 1.5)
})

test('the broker of the compose file is set up as the page about brokers says, and a device may say every kind', () => {
  const page = lines(brokers)
  const paths = /^(password_file|acl_file|persistence_location) /
  for (const setting of lines(contentOf('broker'))) if (!paths.test(setting)) expect(page).toContain(setting)
  for (const rule of lines(contentOf('broker-acl'))) expect(page).toContain(rule)
  for (const kind of upKinds) expect(contentOf('broker-acl')).toContain(`pattern write cp/v1/+/%u/${kind}\n`)
})
