import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import type { Series } from '#contract/community.ts'
import { clockText, dayOf } from '../time/format.ts'
import { withGaps } from './curve-gaps.ts'

export type Curve = { fit: () => void; destroy: () => void }

/** CO is judged from 30 ppm up (EN 50291-1), gas in per cent of the lower explosive limit from 5 up. */
const scaleMin: Partial<Record<Series['kind'], number>> = { co: 30, gas: 5 }
const color: Partial<Record<Series['kind'], string>> = { co: '--critical', gas: '--late' }
/** From here on the axis says days. */
const daysFromMs = 3 * 24 * 3_600_000

/** Draws a curve into an element and keeps its size. Seconds on the axis, because uPlot counts in them. */
export function drawCurve(
  place: HTMLElement,
  { series, spanMs, zone }: { series: Series; spanMs: number; zone: string },
): Curve {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const line = token(color[series.kind] ?? '--brand')
  const least = scaleMin[series.kind] ?? 1
  const until = Math.max(series.at.at(-1) ?? 0, 0)
  const points = withGaps(series, spanMs)
  const tickText = (ms: number) => (spanMs < daysFromMs ? clockText(ms, zone) : dayOf(ms, zone).slice(5))
  const axis = {
    stroke: token('--muted'),
    font: `12px ${token('--font')}`,
    grid: { stroke: token('--line'), width: 1 },
    ticks: { show: false },
  }
  const plot = new UPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 20, 0, 0],
      scales: {
        x: { range: [(until - spanMs) / 1000, until / 1000] },
        y: { range: (_, __, max) => [0, Math.max(least, (max ?? 0) * 1.15)] },
      },
      axes: [
        {
          ...axis,
          size: 24,
          values: (_, ticks) => ticks.map((tick) => tickText(tick * 1000)),
          space: 64,
        },
        { ...axis, size: 40, space: 32 },
      ],
      series: [
        {},
        {
          stroke: line,
          width: 2,
          fill: `color-mix(in srgb, ${line} 14%, transparent)`,
          points: { show: false },
        },
      ],
    },
    [points.at.map((ms) => ms / 1000), points.value],
    place,
  )
  return {
    fit: () => plot.setSize({ width: place.clientWidth, height: place.clientHeight }),
    destroy: () => plot.destroy(),
  }
}
