// A building as floors by doors: every door of a unit has its column, enrolled or not.
import type { Building, HomeTile } from '#contract/community.ts'

export type DoorGrid = {
  /** `first`: a new unit begins here. */
  columns: { unit: number; door: string; first: boolean }[]
  units: { unit: number; doors: number }[]
  /** Top floor first. */
  rows: { floor: number; homes: (HomeTile | undefined)[] }[]
}

export type ArrowKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown' | 'Home' | 'End'

/** Stairwells have at least two doors a floor, also where only one of them is enrolled. */
const doorsMin = 2

export function doorGrid(building: Building, homes: readonly HomeTile[]): DoorGrid {
  const units = unitsOf(building, homes)
  const columns = units.flatMap((unit) =>
    doorsOf(unit, homes).map((door, index) => ({ unit, door, first: index === 0 })),
  )
  const top = Math.max(building.floors, ...homes.map(({ floor }) => floor))
  const bottom = Math.min(1, ...homes.map(({ floor }) => floor))
  const rows = Array.from({ length: top - bottom + 1 }, (_, index) => {
    const floor = top - index
    const there = homes.filter((home) => home.floor === floor)
    const homeAt = (column: { unit: number; door: string }) =>
      there.find((home) => home.unit === column.unit && doorOf(home) === column.door)
    return { floor, homes: columns.map(homeAt) }
  })
  return { columns, rows, units: units.map((unit) => ({ unit, doors: doorsOf(unit, homes).length })) }
}

/** 501 on the fifth floor is door 01 of its stairwell; a room that does not begin with its floor is a door itself. */
const doorOf = ({ room, floor }: HomeTile): string =>
  room.startsWith(String(floor)) && room.length > String(floor).length
    ? room.slice(String(floor).length)
    : room

function unitsOf(building: Building, homes: readonly HomeTile[]): number[] {
  const planned = Array.from({ length: building.units }, (_, index) => index + 1)
  return [...new Set([...planned, ...homes.map(({ unit }) => unit)])].sort((a, b) => a - b)
}

function doorsOf(unit: number, homes: readonly HomeTile[]): string[] {
  const usual = Array.from({ length: doorsMin }, (_, index) => String(index + 1).padStart(2, '0'))
  const known = homes.filter((home) => home.unit === unit).map(doorOf)
  return [...new Set([...usual, ...known])].sort((a, b) => a.localeCompare(b, 'zh', { numeric: true }))
}

/** The next enrolled home in the direction of a key; undefined where there is none. */
export function step(grid: DoorGrid, from: number | undefined, key: ArrowKey): number | undefined {
  const places = grid.rows.flatMap(({ homes }, row) =>
    homes.flatMap((home, column) => (home ? [{ id: home.id, row, column }] : [])),
  )
  const here = places.find(({ id }) => id === from) ?? places[0]
  if (!here) return undefined
  const inRow = places.filter(({ row }) => row === here.row)
  switch (key) {
    case 'ArrowLeft':
      return inRow.findLast(({ column }) => column < here.column)?.id
    case 'ArrowRight':
      return inRow.find(({ column }) => column > here.column)?.id
    case 'ArrowUp':
      return nearest(
        places.filter(({ row }) => row < here.row),
        here,
      )
    case 'ArrowDown':
      return nearest(
        places.filter(({ row }) => row > here.row),
        here,
      )
    case 'Home':
      return inRow[0]?.id
    case 'End':
      return inRow.at(-1)?.id
    default:
      return undefined
  }
}

type Place = { id: number; row: number; column: number }

const nearest = (places: readonly Place[], { row, column }: Place): number | undefined =>
  [...places].sort(
    (a, b) =>
      Math.abs(a.row - row) - Math.abs(b.row - row) ||
      Math.abs(a.column - column) - Math.abs(b.column - column),
  )[0]?.id
