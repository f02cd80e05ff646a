// The street plan of 幸福里: three rows of four buildings between streets, with gardens. WGS-84, an invented place.
export const center = { lng: 118.1795, lat: 39.6309 }
export const zone = 'Asia/Shanghai'

const metresPerLat = 111_320
const metresPerLng = metresPerLat * Math.cos((center.lat * Math.PI) / 180)

/** Metres east and north of the centre, to WGS-84, rounded to 0.1 m. */
export function place(east: number, north: number): [lng: number, lat: number] {
  return [round(center.lng + east / metresPerLng), round(center.lat + north / metresPerLat)]
}
const round = (degrees: number) => Math.round(degrees * 1e6) / 1e6

export type PlannedBuilding = { name: string; floors: number; units: number; lng: number; lat: number }

const columns = [-180, -60, 60, 180]
const rows = [120, 10, -120]

/** 1号楼 to 12号楼, row by row from the north-west, as residents count them. */
export const buildings: readonly PlannedBuilding[] = rows.flatMap((north, row) =>
  columns.map((east, column) => {
    const [lng, lat] = place(east, north)
    return { name: `${row * columns.length + column + 1}号楼`, floors: 5, units: 3, lng, lat }
  }),
)

type Feature = {
  type: 'Feature'
  properties: { kind: 'street' | 'green' | 'water' | 'plaza'; name: string; width?: number }
  geometry:
    | { type: 'LineString'; coordinates: [number, number][] }
    | { type: 'Polygon'; coordinates: [number, number][][] }
}

const street = (name: string, width: number, ...points: [number, number][]): Feature => ({
  type: 'Feature',
  properties: { kind: 'street', name, width },
  geometry: { type: 'LineString', coordinates: points.map(([east, north]) => place(east, north)) },
})

const area = (kind: 'green' | 'water' | 'plaza', name: string, ring: [number, number][]): Feature => ({
  type: 'Feature',
  properties: { kind, name },
  geometry: {
    type: 'Polygon',
    coordinates: [[...ring, ...ring.slice(0, 1)].map(([east, north]) => place(east, north))],
  },
})

const box = (west: number, south: number, east: number, north: number): [number, number][] => [
  [west, south],
  [east, south],
  [east, north],
  [west, north],
]

const round16 = (east: number, north: number, radius: number): [number, number][] =>
  Array.from({ length: 16 }, (_, step) => {
    const angle = (step / 16) * 2 * Math.PI
    return [east + radius * Math.cos(angle), north + radius * Math.sin(angle)]
  })

/** GeoJSON of the ground: streets with their width in metres, greens, water, the square. */
export const baseMap = {
  type: 'FeatureCollection',
  features: [
    area('green', '东风公园', box(-360, -190, -275, 190)),
    area('green', '中心花园', box(-58, -72, 58, -38)),
    area('green', '', round16(312, 120, 30)),
    area('green', '', round16(325, 40, 22)),
    area('water', '月牙塘', round16(-318, -60, 24)),
    area('plaza', '社区服务站', box(280, -110, 345, -60)),
    street('平安大街', 22, [-420, 190], [420, 190]),
    street('和睦路', 16, [-260, -55], [-62, -55]),
    street('和睦路', 16, [62, -55], [420, -55]),
    street('敬老街', 18, [-420, -205], [420, -205]),
    street('幸福路', 18, [-255, 230], [-255, -240]),
    street('春晖巷', 10, [0, 190], [0, -36]),
    street('春晖巷', 10, [0, -74], [0, -205]),
    street('安康路', 18, [255, 230], [255, -240]),
  ] satisfies Feature[],
}
