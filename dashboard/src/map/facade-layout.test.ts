import { expect, test } from 'vitest'
import type { Building, HomeTile } from '#contract/community.ts'
import { facadeSize, facadesOf, metresPerWindow, windowPlace } from './facade-layout.ts'

const building = (id: number, east: number): Building => ({
  id,
  name: `${id}号楼`,
  floors: 5,
  units: 3,
  lng: 118 + east / (111_320 * Math.cos((39 * Math.PI) / 180)),
  lat: 39,
})
const tile = (id: number, floor: number, unit = 1): HomeTile => ({
  id,
  buildingId: 1,
  unit,
  floor,
  room: `${floor}01`,
  label: `1-${unit}-${floor}01`,
  state: 'well',
  hazard: null,
  stage: null,
  incidentIds: [],
  acknowledged: false,
  blind: false,
  unprotected: [],
  residents: [],
})

test('the top floor stands on top, and every home has one window of its own', () => {
  const [facade] = facadesOf(
    [building(1, 0)],
    [tile(1, 1), tile(2, 5, 2), tile(3, 5, 1), tile(4, 3), tile(5, 2)],
  )
  expect(facade?.homes.map(({ id }) => id)).toEqual([3, 2, 4, 5, 1])
  expect(facade).toMatchObject({ columns: 3, rows: 2 })
  const places = facade?.homes.map((_, index) => windowPlace(facade, index).join())
  expect(new Set(places).size).toBe(5)
})

test('a building without homes is still a house', () => {
  expect(facadesOf([building(1, 0)], [])[0]).toMatchObject({ columns: 1, rows: 1, homes: [] })
})

test('neighbouring facades do not cover each other', () => {
  const facades = facadesOf([building(1, 0), building(2, 100)], [tile(1, 1), tile(2, 2)])
  const width = facadeSize(facades[0] ?? { columns: 1, rows: 1 })[0]
  expect(metresPerWindow(facades) * width).toBeLessThan(100)
})

test('one pair of houses wall to wall does not make the whole town small', () => {
  const row = Array.from({ length: 30 }, (_, index) => building(index + 1, index * 100))
  const close = building(31, 1)
  const without = metresPerWindow(facadesOf(row, []))
  expect(metresPerWindow(facadesOf([...row, close], []))).toBeCloseTo(without, 5)
})

test('a single building gets a plain size', () => {
  expect(metresPerWindow(facadesOf([building(1, 0)], []))).toBe(12)
})
