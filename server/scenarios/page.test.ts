import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scenarios } from './all.ts'
import { instantOf } from './instants.ts'
import { scenariosText } from './page.ts'

const page = join(import.meta.dirname, '../../docs/scenarios.md')

test('docs/scenarios.md is what the scenarios print', () => {
  if (process.env['UPDATE_DOCS']) writeFileSync(page, scenariosText())
  expect(readFileSync(page, 'utf8')).toBe(scenariosText())
})

test('there are at least sixty scenarios, each with a name of its own', () => {
  const names = scenarios.map(({ name }) => name)
  expect(names.length).toBeGreaterThanOrEqual(60)
  expect(new Set(names).size).toBe(names.length)
})

test('everything in a scenario happens between its beginning and its end', () => {
  const outside = scenarios.flatMap((one) =>
    one.story
      .filter(
        ({ at }) =>
          instantOf(one, at) < instantOf(one, one.begins) || instantOf(one, at) > instantOf(one, one.until),
      )
      .map(({ at }) => `${one.name} ${at}`),
  )
  expect(outside).toEqual([])
})
