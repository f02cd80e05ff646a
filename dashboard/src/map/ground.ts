// The ground under the houses: streets with their names, greens, water, squares. WGS-84 GeoJSON, no tiles.
import type { Colors } from './paint.ts'

type Position = readonly [lng: number, lat: number]
type Line = readonly Position[]
export type GroundKind = 'street' | 'green' | 'water' | 'plaza'

export type GroundShape = { kind: GroundKind; name: string; widthMetres: number; lines: readonly Line[] }

const kinds: readonly string[] = ['street', 'green', 'water', 'plaza']
/** A street that does not say how wide it is. */
const streetWidthMetres = 10

/** Reads a base map; what is not one of our kinds, or no line or polygon, is left out rather than refused. */
export function readGround(baseMap: unknown): GroundShape[] {
  const features = member(baseMap, 'features')
  return Array.isArray(features) ? features.flatMap((feature: unknown) => readFeature(feature)) : []
}

function readFeature(feature: unknown): GroundShape[] {
  const properties = member(feature, 'properties')
  const kind = member(properties, 'kind')
  if (typeof kind !== 'string' || !kinds.includes(kind)) return []
  const name = member(properties, 'name')
  const width = member(properties, 'width')
  const lines = readLines(member(feature, 'geometry'))
  if (lines.length === 0) return []
  return [
    {
      kind: kind as GroundKind,
      name: typeof name === 'string' ? name : '',
      widthMetres: typeof width === 'number' ? width : streetWidthMetres,
      lines,
    },
  ]
}

function readLines(geometry: unknown): readonly Line[] {
  const coordinates = member(geometry, 'coordinates')
  switch (member(geometry, 'type')) {
    case 'LineString':
      return [coordinates as Line]
    case 'MultiLineString':
    case 'Polygon':
      return coordinates as Line[]
    case 'MultiPolygon':
      return (coordinates as Line[][]).flat()
    default:
      return []
  }
}

const member = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined

export type Canvas = {
  pen: CanvasRenderingContext2D
  colors: Colors
  width: number
  height: number
  metresPerPixel: number
  /** WGS-84 to pixels of this canvas. */
  toPixel: (lng: number, lat: number) => readonly [x: number, y: number]
}

/** Areas first, then streets over them, then all names. */
export function paintGround(canvas: Canvas, shapes: readonly GroundShape[]): void {
  const { pen, colors, width, height } = canvas
  pen.fillStyle = colors('map-ground')
  pen.fillRect(0, 0, width, height)
  const placed = shapes.map((shape) => ({
    shape,
    lines: shape.lines.map((line) => line.map(([lng, lat]) => canvas.toPixel(lng, lat))),
  }))
  for (const one of placed) if (one.shape.kind !== 'street') paintArea(canvas, one)
  for (const one of placed) if (one.shape.kind === 'street') paintStreet(canvas, one)
  for (const one of placed) paintName(canvas, one)
}

type Pixel = readonly [x: number, y: number]
type Placed = { shape: GroundShape; lines: readonly (readonly Pixel[])[] }

function paintArea({ pen, colors }: Canvas, { shape, lines }: Placed): void {
  pen.beginPath()
  for (const line of lines) {
    trace(pen, line)
    pen.closePath()
  }
  pen.fillStyle = colors(`map-${shape.kind}`)
  pen.strokeStyle = pen.fillStyle
  // Rounded corners without geometry: the outline is as soft as its pen.
  pen.lineJoin = 'round'
  pen.lineWidth = 10
  pen.fill('evenodd')
  pen.stroke()
}

function paintStreet({ pen, colors, metresPerPixel }: Canvas, { shape, lines }: Placed): void {
  pen.beginPath()
  for (const line of lines) trace(pen, line)
  pen.strokeStyle = colors('map-street')
  pen.lineWidth = Math.max(1.5, shape.widthMetres / metresPerPixel)
  pen.lineCap = 'butt'
  pen.lineJoin = 'round'
  pen.stroke()
}

function trace(pen: CanvasRenderingContext2D, line: readonly Pixel[]): void {
  for (const [index, [x, y]] of line.entries())
    if (index === 0) pen.moveTo(x, y)
    else pen.lineTo(x, y)
}

/** Below this, names would only be noise: metres in a pixel. */
const namesUntilMetresPerPixel = 1.6

function paintName(canvas: Canvas, { shape, lines }: Placed): void {
  const [line] = lines
  if (!shape.name || !line || canvas.metresPerPixel > namesUntilMetresPerPixel) return
  const { pen } = canvas
  pen.fillStyle = canvas.colors('muted')
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.font = `400 12px ${canvas.colors('font')}`
  if (shape.kind === 'street') paintStreetName(canvas, shape.name, line)
  else paintAreaName(canvas, shape.name, line)
}

function paintAreaName({ pen }: Canvas, name: string, line: readonly Pixel[]): void {
  const xs = line.map(([x]) => x)
  const ys = line.map(([, y]) => y)
  const [x, y] = [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2]
  pen.fillText(name, x, y)
}

/** In the middle of the part that can be seen; along a street from north to south the characters stand in a column. */
function paintStreetName({ pen, width, height }: Canvas, name: string, line: readonly Pixel[]): void {
  const [from, to] = [line[0], line.at(-1)]
  if (!from || !to) return
  const clampX = (x: number) => Math.min(width - 40, Math.max(40, x))
  const clampY = (y: number) => Math.min(height - 40, Math.max(40, y))
  const isUpright = Math.abs(to[1] - from[1]) > Math.abs(to[0] - from[0])
  const x = isUpright ? (from[0] + to[0]) / 2 : (clampX(from[0]) + clampX(to[0])) / 2
  const y = isUpright ? (clampY(from[1]) + clampY(to[1])) / 2 : (from[1] + to[1]) / 2
  if (!isUpright) return pen.fillText(name, x, y)
  const letters = Array.from(name)
  if (/^[ -~]/.test(name)) return
  for (const [index, letter] of letters.entries())
    pen.fillText(letter, x, y + (index - (letters.length - 1) / 2) * 14)
}
