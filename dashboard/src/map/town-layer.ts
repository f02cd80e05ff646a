import {
  DomUtil,
  Layer,
  latLng,
  type LatLng,
  type Map as LeafletMap,
  type Point,
  type ZoomAnimEvent,
} from 'leaflet'
import { metresPerWindow, windowMaxPx, type Facade } from './facade-layout.ts'
import { paintGround, type Canvas, type GroundShape } from './ground.ts'
import { themeColors, windowSprites, type Colors, type Sprites } from './paint.ts'
import { levelOf, paintCommunity, paintFacades, paintShares, type Level } from './paint-facades.ts'

/** What a Leaflet layer of its own needs from a map that zooms smoothly; not in the published types. */
type Zooming = { _latLngToNewLayerPoint: (at: LatLng, zoom: number, centre: LatLng) => Point }

/** Ground and houses on one canvas, painted at most once a frame. */
export class TownLayer extends Layer {
  private canvas = document.createElement('canvas')
  private colors: Colors = themeColors()
  private ground: readonly GroundShape[] = []
  private facades: readonly Facade[] = []
  private metresAWindow = 12
  private name = ''
  private frame = 0
  private sprites: { width: number; of: Sprites } | undefined
  private corner: LatLng = latLng(0, 0)

  /** Streets and greens, once a community. */
  setGround(ground: readonly GroundShape[], name: string): void {
    this.ground = ground
    this.name = name
    this.repaint()
  }

  /** Houses with their windows as they are now; sizes are measured again only when a house came or went. */
  setFacades(facades: readonly Facade[]): void {
    if (facades.length !== this.facades.length) this.metresAWindow = metresPerWindow(facades)
    this.facades = facades
    this.repaint()
  }

  /** After a change of theme. */
  recolor(): void {
    this.colors = themeColors()
    this.sprites = undefined
    this.repaint()
  }

  /** Width of one window at the map's zoom, CSS pixels. */
  get windowPx(): number {
    return Math.min(windowMaxPx, this.metresAWindow / metresPerPixel(this.map))
  }

  get level(): Level {
    return levelOf(this.windowPx)
  }

  override onAdd(map: LeafletMap): this {
    this.canvas.className = 'leaflet-zoom-animated town'
    this.getPane()?.append(this.canvas)
    map.on('move zoomend resize viewreset', this.repaint, this)
    map.on('zoomanim', this.zoomAlong, this)
    // Names on the canvas are painted once more when their face has arrived.
    document.fonts.addEventListener('loadingdone', this.repaintLater)
    this.repaint()
    return this
  }

  override onRemove(map: LeafletMap): this {
    cancelAnimationFrame(this.frame)
    map.off('move zoomend resize viewreset', this.repaint, this)
    map.off('zoomanim', this.zoomAlong, this)
    document.fonts.removeEventListener('loadingdone', this.repaintLater)
    this.canvas.remove()
    return this
  }

  private repaintLater = (): void => this.repaint()

  private get map(): LeafletMap {
    return this._map
  }

  private repaint(): void {
    if (this.frame || !this._map) return
    this.frame = requestAnimationFrame(() => {
      this.frame = 0
      if (this._map) this.paint()
    })
  }

  private paint(): void {
    const { x: width, y: height } = this.map.getSize()
    this.fit(width, height)
    const pen = this.canvas.getContext('2d')
    if (!pen) return
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    const canvas: Canvas = {
      pen,
      colors: this.colors,
      width,
      height,
      metresPerPixel: metresPerPixel(this.map),
      toPixel: (lng, lat) => {
        const { x, y } = this.map.latLngToContainerPoint([lat, lng])
        return [x, y]
      },
    }
    paintGround(canvas, this.ground)
    this.paintHouses(canvas)
  }

  private paintHouses(canvas: Canvas): void {
    const windowPx = this.windowPx
    switch (this.level) {
      case 'windows':
        return paintFacades(canvas, this.facades, { windowPx, sprites: this.spritesOf(windowPx) })
      case 'facades':
        return paintShares(canvas, this.facades, windowPx)
      case 'community':
        return paintCommunity(canvas, this.facades, { sprites: this.spritesOf(18), name: this.name })
    }
  }

  private spritesOf(width: number): Sprites {
    if (this.sprites?.width !== width) this.sprites = { width, of: windowSprites(width, this.colors) }
    return this.sprites.of
  }

  private fit(width: number, height: number): void {
    const [wide, high] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)]
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide
      this.canvas.height = high
      Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` })
    }
    this.corner = this.map.containerPointToLatLng([0, 0])
    DomUtil.setPosition(this.canvas, this.map.containerPointToLayerPoint([0, 0]))
  }

  private zoomAlong({ zoom, center }: ZoomAnimEvent): void {
    const map = this.map as LeafletMap & Zooming
    const offset = map._latLngToNewLayerPoint(this.corner, zoom, center)
    DomUtil.setTransform(this.canvas, offset, map.getZoomScale(zoom))
  }
}

/** Ground covered by one pixel in the middle of the map, metres. */
export function metresPerPixel(map: LeafletMap): number {
  const { lat } = map.getCenter()
  return (40_075_016.7 * Math.cos((lat * Math.PI) / 180)) / (256 * 2 ** map.getZoom())
}
