// Colours of the theme for the canvas, and windows as sprites: one small picture for each state, painted once.
import type { HomeState, IncidentKind } from '#contract/primitives.ts'
import { hazardSign, windowBox, windowShapes, type Stroke } from '../window/window-shape.ts'

/** Reads a token of tokens.css as it is painted now. */
export type Colors = (token: string) => string

export function themeColors(): Colors {
  const style = getComputedStyle(document.documentElement)
  const known = new Map<string, string>()
  return (token) => {
    let color = known.get(token)
    if (color === undefined) known.set(token, (color = style.getPropertyValue(`--${token}`).trim()))
    return color
  }
}

export type Sprites = (state: HomeState, hazard: IncidentKind | null) => HTMLCanvasElement

/** Windows of one size in one theme. @param width in CSS pixels */
export function windowSprites(width: number, colors: Colors): Sprites {
  const known = new Map<string, HTMLCanvasElement>()
  return (state, hazard) => {
    const key = `${state}${hazard ?? ''}`
    let sprite = known.get(key)
    if (!sprite) known.set(key, (sprite = paintWindow({ state, hazard, width, colors })))
    return sprite
  }
}

type Wanted = { state: HomeState; hazard: IncidentKind | null; width: number; colors: Colors }

function paintWindow({ state, hazard, width, colors }: Wanted): HTMLCanvasElement {
  const scale = (width / windowBox.width) * devicePixelRatio
  const sprite = document.createElement('canvas')
  sprite.width = Math.ceil(windowBox.width * scale)
  sprite.height = Math.ceil(windowBox.height * scale)
  const pen = sprite.getContext('2d')
  if (!pen) return sprite
  pen.scale(scale, scale)
  for (const stroke of windowShapes[state]) paintStroke(pen, stroke, colors)
  if (state === 'hazard' && hazard) paintSign(pen, hazard, colors('surface'))
  return sprite
}

function paintStroke(
  pen: CanvasRenderingContext2D,
  { d, fill, stroke, width = 1, dash = [] }: Stroke,
  colors: Colors,
) {
  if (fill) {
    pen.fillStyle = colors(fill)
    pen.fill(pathOf(d))
  }
  if (!stroke) return
  pen.strokeStyle = colors(stroke)
  pen.lineWidth = width
  pen.setLineDash([...dash])
  pen.stroke(pathOf(d))
}

function paintSign(pen: CanvasRenderingContext2D, kind: IncidentKind, color: string): void {
  const sign = hazardSign[kind]
  pen.fillStyle = color
  if ('d' in sign) return pen.fill(pathOf(sign.d))
  pen.font = `700 ${sign.text.length > 2 ? 14 : 17}px system-ui, sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillText(sign.text, windowBox.width / 2, windowBox.height / 2 + 1)
}

const pathOf = (d: string): Path2D => new Path2D(d)
