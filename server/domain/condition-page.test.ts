import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { conditionsText } from './condition-page.ts'

const page = join(import.meta.dirname, '../../docs/conditions.md')

test('docs/conditions.md is drawn by the state machine (write it with UPDATE_DOCS=1)', () => {
  if (process.env['UPDATE_DOCS']) writeFileSync(page, conditionsText())
  expect(readFileSync(page, 'utf8')).toBe(conditionsText())
})

test('safety 11: no picture but that of equipment shows a way to shelve, and every alarm has a way back', () => {
  const [head = '', air = '', sos = '', missed = '', device = ''] = conditionsText().split('\n## ')
  expect(head).toContain('ISA-18.2')
  for (const one of [air, sos, missed]) expect(one).not.toMatch(/--> G/)
  expect(device).toMatch(/B --> G/)
  for (const one of [air, sos, missed, device]) expect(one).toMatch(/--> A/)
})
