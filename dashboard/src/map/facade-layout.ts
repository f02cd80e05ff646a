// How a building and its windows fit on the map. Sizes in units of one window's width ("u"), distances in metres.
import type { Building, HomeTile } from '#contract/community.ts'

/** Height of a window, and the space between two, in u. */
export const cell = { height: 0.74, gap: 0.16, padding: 0.3 } as const

export type Facade = {
  building: Building
  columns: number
  rows: number
  /** Top floor first, then by unit and door, as one reads a facade. */
  homes: readonly HomeTile[]
}

/** Below this many pixels a window can no longer be read: the building becomes one facade with its share of light. */
export const windowMinPx = 8
/** Larger windows would only look coarse. */
export const windowMaxPx = 44
/** Part of the free space that facades may fill: the rest is for names and streets. */
const fill = 0.74

export function facadesOf(buildings: readonly Building[], tiles: Iterable<HomeTile>): Facade[] {
  const byBuilding = new Map<number, HomeTile[]>(buildings.map(({ id }) => [id, []]))
  for (const tile of tiles) byBuilding.get(tile.buildingId)?.push(tile)
  return buildings.map((building) => facadeOf(building, byBuilding.get(building.id) ?? []))
}

function facadeOf(building: Building, tiles: readonly HomeTile[]): Facade {
  const homes = [...tiles].sort(
    (a, b) => b.floor - a.floor || a.unit - b.unit || a.room.localeCompare(b.room),
  )
  // Wider than high, like a house: five homes stand as 3 + 2, ten as 5 + 5, sixty as five rows of twelve.
  const columns = Math.max(1, Math.round(Math.sqrt(homes.length * 2.4)))
  return { building, columns, rows: Math.max(1, Math.ceil(homes.length / columns)), homes }
}

/** Width and height of a facade in u. */
export const facadeSize = ({
  columns,
  rows,
}: Pick<Facade, 'columns' | 'rows'>): [width: number, height: number] => [
  columns + (columns - 1) * cell.gap + 2 * cell.padding,
  rows * cell.height + (rows - 1) * cell.gap + 2 * cell.padding,
]

/** Where the window of the nth home stands in its facade, in u from the facade's top left. */
export function windowPlace({ columns }: Pick<Facade, 'columns'>, index: number): [x: number, y: number] {
  const [column, row] = [index % columns, Math.floor(index / columns)]
  return [cell.padding + column * (1 + cell.gap), cell.padding + row * (cell.height + cell.gap)]
}

const metresPerLat = 111_320

/**
 * Metres of ground that one u may take so that facades do not cover each other. The tenth part that stands closest is
 * left out: two houses that share a wall must not make all the others small.
 */
export function metresPerWindow(facades: readonly Facade[]): number {
  const spaces = facades.map((one) => spaceAround(one, facades)).sort((a, b) => a - b)
  const space = spaces[Math.floor(spaces.length / 10)] ?? Infinity
  return Number.isFinite(space) ? space * fill : 12
}

function spaceAround(one: Facade, facades: readonly Facade[]): number {
  const [width, height] = facadeSize(one)
  let space = Infinity
  for (const other of facades) {
    if (other === one) continue
    const [otherWidth, otherHeight] = facadeSize(other)
    const [dx, dy] = metresBetween(one.building, other.building)
    space = Math.min(space, Math.max((2 * dx) / (width + otherWidth), (2 * dy) / (height + otherHeight)))
  }
  return space
}

type Place = { lng: number; lat: number }

function metresBetween(one: Place, other: Place): [dx: number, dy: number] {
  const metresPerLng = metresPerLat * Math.cos((one.lat * Math.PI) / 180)
  return [Math.abs(one.lng - other.lng) * metresPerLng, Math.abs(one.lat - other.lat) * metresPerLat]
}
