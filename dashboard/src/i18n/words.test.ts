import { expect, test } from 'vitest'
import type { Dictionary, Words } from './words.ts'

const modules = import.meta.glob<Record<string, Words<Dictionary>>>(
  ['../**/words.ts', '../**/*-words.ts', '!./words.ts'],
  {
    eager: true,
  },
)
const dictionaries = Object.entries(modules).flatMap(([path, exported]) =>
  Object.entries(exported)
    .filter(([, words]) => typeof words === 'object' && 'zh' in words && 'en' in words)
    .map(([name, words]) => ({ name: `${path} ${name}`, words })),
)

const keysOf = (dictionary: Dictionary, before = ''): string[] =>
  Object.entries(dictionary).flatMap(([key, value]) =>
    typeof value === 'object' ? keysOf(value, `${before}${key}.`) : [`${before}${key}:${typeof value}`],
  )
const textsOf = (dictionary: Dictionary): string[] =>
  Object.values(dictionary).flatMap((value) =>
    typeof value === 'object' ? textsOf(value) : typeof value === 'string' ? [value] : [],
  )

test('there are dictionaries to compare', () => {
  expect(dictionaries.length).toBeGreaterThan(5)
})

test.each(dictionaries)('$name says the same things in both languages', ({ words }) => {
  expect(keysOf(words.en).sort()).toEqual(keysOf(words.zh).sort())
})

test.each(dictionaries)('$name leaves no text empty, and none untranslated', ({ words }) => {
  const [zh, en] = [textsOf(words.zh), textsOf(words.en)]
  for (const text of [...zh, ...en]) expect(text.trim()).not.toBe('')
  const same = zh.filter((text, index) => text === en[index] && /[\u4e00-\u9fff]/.test(text))
  expect(same).toEqual([])
})
