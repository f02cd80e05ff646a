import { badness } from '../window/window-shape.ts'
import type { HomeState } from '#contract/primitives.ts'
import { cell, facadeSize, windowMinPx, windowPlace, type Facade } from './facade-layout.ts'
import type { Canvas } from './ground.ts'
import type { Sprites } from './paint.ts'

/** Windows where they can be read, one lit facade farther out, one row of windows for the whole community beyond. */
export type Level = 'windows' | 'facades' | 'community'

/** Facades that touch each other say nothing any more. */
const facadeMinPx = 3

export const levelOf = (windowPx: number): Level =>
  windowPx >= windowMinPx ? 'windows' : windowPx >= facadeMinPx ? 'facades' : 'community'

const frameColor: Partial<Record<HomeState, string>> = { hazard: 'critical', missed: 'alarm', blind: 'blind' }

export function paintFacades(
  canvas: Canvas,
  facades: readonly Facade[],
  { windowPx, sprites }: { windowPx: number; sprites: Sprites },
): void {
  for (const facade of facades) {
    const [x, y] = canvas.toPixel(facade.building.lng, facade.building.lat)
    const [width, height] = facadeSize(facade).map((size) => size * windowPx) as [number, number]
    const [left, top] = [Math.round(x - width / 2), Math.round(y - height / 2)]
    if (left > canvas.width || top > canvas.height || left + width < 0 || top + height < 0) continue
    paintWall(canvas, { left, top, width, height, worst: worstOf(facade) })
    for (let index = 0; index < facade.columns * facade.rows; index += 1) {
      const [dx, dy] = windowPlace(facade, index)
      const box: Box = [left + dx * windowPx, top + dy * windowPx, windowPx, cell.height * windowPx]
      const home = facade.homes[index]
      if (home) canvas.pen.drawImage(sprites(home.state, home.hazard), ...box)
      else paintBlank(canvas, box)
    }
  }
}

type Box = [left: number, top: number, width: number, height: number]

/** A flat that nobody enrolled: part of the house, without a window that could be read as a state. */
function paintBlank({ pen, colors }: Canvas, [left, top, width, height]: Box): void {
  pen.beginPath()
  pen.roundRect(left + 1, top + 1, width - 2, height - 2, 3)
  pen.globalAlpha = 0.6
  pen.fillStyle = colors('sunken')
  pen.fill()
  pen.globalAlpha = 1
}

type Wall = { left: number; top: number; width: number; height: number; worst: HomeState | undefined }

function paintWall({ pen, colors }: Canvas, { left, top, width, height, worst }: Wall): void {
  const frame = worst && frameColor[worst]
  pen.beginPath()
  pen.roundRect(left, top, width, height, 6)
  pen.fillStyle = colors('facade')
  pen.shadowColor = 'rgb(0 0 0 / 0.10)'
  pen.shadowBlur = 8
  pen.shadowOffsetY = 2
  pen.fill()
  pen.shadowColor = 'transparent'
  pen.strokeStyle = colors(frame ?? 'line')
  pen.lineWidth = frame ? 2 : 1
  pen.setLineDash([])
  pen.stroke()
}

/** One block for a building: lit from below as far as its homes are, with a frame for what is worst. */
export function paintShares(canvas: Canvas, facades: readonly Facade[], windowPx: number): void {
  const { pen, colors } = canvas
  const [width, height] = [Math.max(16, windowPx * 4), Math.max(12, windowPx * 3)]
  for (const facade of facades) {
    const [x, y] = canvas.toPixel(facade.building.lng, facade.building.lat)
    const [left, top] = [x - width / 2, y - height / 2]
    paintWall(canvas, { left, top, width, height, worst: worstOf(facade) })
    const share = litShare(facade)
    pen.fillStyle = colors('curtain')
    pen.fillRect(left + 2, top + 2, width - 4, height - 4)
    pen.fillStyle = colors('window-lit')
    pen.fillRect(left + 2, top + 2 + (height - 4) * (1 - share), width - 4, (height - 4) * share)
  }
}

const rowWindows = 10

/** The whole community as ten windows, lit in proportion; the worst state stands first. */
export function paintCommunity(
  canvas: Canvas,
  facades: readonly Facade[],
  { sprites, name }: { sprites: Sprites; name: string },
): void {
  const homes = facades.flatMap((facade) => facade.homes)
  if (homes.length === 0) return
  const [x, y] = centreOf(canvas, facades)
  const width = 18
  const lit = Math.round((homes.filter(({ state }) => state === 'well').length / homes.length) * rowWindows)
  const worst = homes.reduce((a, b) => (badness(b.state) < badness(a.state) ? b : a))
  const left = x - (rowWindows * (width + 3)) / 2
  paintWall(canvas, {
    left: left - 6,
    top: y - 12,
    width: rowWindows * (width + 3) + 9,
    height: 26,
    worst: worst.state,
  })
  for (let index = 0; index < rowWindows; index += 1) {
    const shown = index === 0 && worst.state !== 'well' ? worst : undefined
    const sprite = sprites(shown?.state ?? (index < lit ? 'well' : 'notDue'), shown?.hazard ?? null)
    canvas.pen.drawImage(sprite, left + index * (width + 3), y - 6.5, width, width * cell.height)
  }
  canvas.pen.fillStyle = canvas.colors('ink')
  canvas.pen.font = `600 13px ${canvas.colors('font')}`
  canvas.pen.textAlign = 'center'
  canvas.pen.fillText(name, x, y + 28)
}

function centreOf(canvas: Canvas, facades: readonly Facade[]): readonly [number, number] {
  const sum = facades.reduce((to, { building }) => [to[0] + building.lng, to[1] + building.lat] as const, [
    0, 0,
  ] as readonly [number, number])
  return canvas.toPixel(sum[0] / facades.length, sum[1] / facades.length)
}

const litShare = ({ homes }: Facade): number =>
  homes.length === 0 ? 0 : homes.filter(({ state }) => state === 'well').length / homes.length

export const worstOf = ({ homes }: Facade): HomeState | undefined =>
  homes.reduce<HomeState | undefined>(
    (worst, { state }) => (worst === undefined || badness(state) < badness(worst) ? state : worst),
    undefined,
  )
