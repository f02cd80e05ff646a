import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { protocolText } from './protocol-text.ts'
import { mayPublish, maySubscribe, parseTopic, shardOf, topicOf } from './topics.ts'

const page = join(import.meta.dirname, '../../docs/protocol.md')

test('docs/protocol.md is what the contract prints', () => {
  if (process.env['UPDATE_DOCS']) writeFileSync(page, protocolText())
  expect(readFileSync(page, 'utf8')).toBe(protocolText())
})

test('a device publishes under its own identity and nowhere else', () => {
  const own = topicOf('button-3f9a1c20', 'checkin')
  expect(mayPublish('button-3f9a1c20', own)).toBe(true)
  expect(mayPublish('button-3f9a1c21', own)).toBe(false)
  expect(mayPublish('button-3f9a1c20', topicOf('button-3f9a1c20', 'cmd'))).toBe(false)
  expect(mayPublish('button-3f9a1c20', `${own}/more`)).toBe(false)
  const foreignShard = own.replace(`/${shardOf('button-3f9a1c20')}/`, '/zz/')
  expect(parseTopic(foreignShard)).toBeUndefined()
})

test('a device hears its own commands only, and no wildcard', () => {
  expect(maySubscribe('button-3f9a1c20', topicOf('button-3f9a1c20', 'cmd'))).toBe(true)
  expect(maySubscribe('button-3f9a1c20', topicOf('button-3f9a1c20', 'checkin'))).toBe(false)
  expect(maySubscribe('button-3f9a1c20', topicOf('button-3f9a1c21', 'cmd'))).toBe(false)
  for (const filter of ['#', 'cp/#', 'cp/v1/+/button-3f9a1c20/cmd'])
    expect(maySubscribe('button-3f9a1c20', filter)).toBe(false)
})
