import { expect, test } from 'vitest'
import type { HomeTile } from '#contract/community.ts'
import { doorGrid, step } from './door-grid.ts'

const building = { id: 1, name: '3号楼', floors: 5, units: 3, lng: 118, lat: 39 }
const home = (id: number, unit: number, room: string): HomeTile => ({
  id,
  buildingId: 1,
  unit,
  floor: Number(room[0]),
  room,
  label: `3-${unit}-${room}`,
  state: 'well',
  hazard: null,
  stage: null,
  incidentIds: [],
  acknowledged: false,
  blind: false,
  unprotected: [],
  residents: [],
})
const homes = [home(1, 2, '501'), home(2, 1, '204'), home(3, 3, '502'), home(4, 2, '102')]
const grid = doorGrid(building, homes)

test('each home stands on its floor, in its unit, at its door', () => {
  expect(grid.rows.map(({ floor }) => floor)).toEqual([5, 4, 3, 2, 1])
  expect(grid.units).toEqual([
    { unit: 1, doors: 3 },
    { unit: 2, doors: 2 },
    { unit: 3, doors: 2 },
  ])
  expect(grid.rows[0]?.homes.map((one) => one?.id)).toEqual([
    undefined,
    undefined,
    undefined,
    1,
    undefined,
    undefined,
    3,
  ])
})

test('no home is left out, whatever its door is called', () => {
  const odd = [...homes, { ...home(5, 4, 'A'), floor: 1 }, home(6, 1, '2004')]
  const shown = doorGrid(building, odd).rows.flatMap((row) =>
    row.homes.flatMap((one) => (one ? [one.id] : [])),
  )
  expect(shown.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6])
})

test('arrow keys walk from home to home over empty doors', () => {
  expect(step(grid, 1, 'ArrowRight')).toBe(3)
  expect(step(grid, 3, 'ArrowLeft')).toBe(1)
  expect(step(grid, 1, 'ArrowDown')).toBe(2)
  expect(step(grid, 4, 'ArrowUp')).toBe(2)
  expect(step(grid, 4, 'ArrowDown')).toBeUndefined()
  expect(step(grid, undefined, 'ArrowRight')).toBe(3)
})
