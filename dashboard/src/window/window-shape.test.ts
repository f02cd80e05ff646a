import { expect, test } from 'vitest'
import { HomeState, IncidentKind } from '#contract/primitives.ts'
import { badness, hazardSign, windowShapes, worstFirst } from './window-shape.ts'

const states = HomeState.enum
const shapeOnly = (state: HomeState) => windowShapes[state].map(({ d, dash }) => [d, dash])

test('every state has a window, and no two are told apart by colour alone', () => {
  const shapes = states.map((state) => JSON.stringify(shapeOnly(state)))
  const distinct = new Set(shapes)
  expect(distinct.size).toBe(states.length)
})

test('every kind of incident has a sign', () => {
  for (const kind of IncidentKind.enum) expect(hazardSign[kind]).toBeDefined()
})

test('danger is worse than silence, silence worse than a home we cannot see, and well is last', () => {
  expect([...worstFirst].sort()).toEqual([...states].sort())
  expect(badness('hazard')).toBeLessThan(badness('missed'))
  expect(badness('missed')).toBeLessThan(badness('blind'))
  expect(badness('well')).toBe(states.length - 1)
})
