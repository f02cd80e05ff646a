import { expect, test } from 'vitest'
import { bodyOf } from './body.ts'
import { elderlyMan, elderlyWoman, standardAdult } from './cohb.ts'

test('of whom nothing is known is an elderly woman, who takes up fastest', () => {
  expect(bodyOf({ birthYear: null, file: {} }, 2026)).toEqual(elderlyWoman)
  expect(bodyOf({ birthYear: 1990, file: {} }, 2026)).toEqual(elderlyWoman)
  expect(bodyOf({ birthYear: 1943, file: { sex: 'woman' } }, 2026)).toEqual(elderlyWoman)
})

test('a man is one of his age', () => {
  expect(bodyOf({ birthYear: 1943, file: { sex: 'man' } }, 2026)).toEqual(elderlyMan)
  expect(bodyOf({ birthYear: null, file: { sex: 'man' } }, 2026)).toEqual(elderlyMan)
  expect(bodyOf({ birthYear: 1980, file: { sex: 'man' } }, 2026)).toEqual(standardAdult)
})

test('height and weight give the blood of that body, and nonsense gives none', () => {
  const small = bodyOf({ birthYear: 1943, file: { sex: 'woman', heightCm: 148, weightKg: 42 } }, 2026)
  expect(small.vb).toBeCloseTo(2727, 0)
  expect(bodyOf({ birthYear: 1943, file: { heightCm: 0, weightKg: '42' } }, 2026)).toEqual(elderlyWoman)
  expect(bodyOf({ birthYear: 1943, file: { heightCm: 160, weightKg: Number.NaN } }, 2026)).toEqual(
    elderlyWoman,
  )
})
