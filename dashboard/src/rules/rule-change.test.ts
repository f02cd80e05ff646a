import { expect, test } from 'vitest'
import type { RuleLine } from '#contract/rule-layers.ts'
import { changeOf, isAllowed, isEdited } from './rule-change.ts'

const line = (name: string, value: RuleLine['value'], inherited: RuleLine['value'] = value): RuleLine => ({
  part: 'ladder',
  name,
  zh: '{} 次',
  en: '{} times',
  source: 'facts',
  value,
  inherited,
  from: 1,
  to: 6,
  whole: true,
})

test('a layer keeps what it changed before, takes what was typed, and forgets what is as below it again', () => {
  const lines = [line('tries', 2, 3), line('triesApartMin', 5), line('nearbyAfterMin', 4, 6)]
  expect(changeOf(lines, { 'ladder.triesApartMin': 3, 'ladder.nearbyAfterMin': 6 })).toEqual({
    ladder: { tries: 2, triesApartMin: 3 },
  })
  expect(isEdited(line('tries', 2, 3), {})).toBe(false)
})

test('only what safety allows can be saved: inside the bounds, whole where it must be', () => {
  expect([1, 6].every((value) => isAllowed(line('tries', 3), value))).toBe(true)
  expect([0, 7, 2.5, NaN, ''].some((value) => isAllowed(line('tries', 3), value))).toBe(false)
})
