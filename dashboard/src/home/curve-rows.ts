import type { Series } from '#contract/community.ts'

export type CurveRow = { at: number; highest: number }

/** A table of a thousand lines tells nobody anything. */
const rowsMax = 12

/** The highest value of each part of the time, newest first: what the curve says, as numbers. */
export function curveRows({ at, value }: Pick<Series, 'at' | 'value'>): CurveRow[] {
  const size = Math.max(1, Math.ceil(at.length / rowsMax))
  const rows: CurveRow[] = []
  for (let from = 0; from < at.length; from += size) {
    const part = value.slice(from, from + size)
    const highest = Math.max(...part)
    const when = at[from + part.indexOf(highest)]
    if (when !== undefined) rows.push({ at: when, highest })
  }
  return rows.reverse()
}

/** Peak, its time, and the last value; undefined where nothing was heard. */
export function summaryOf({
  at,
  value,
  flagged,
}: Pick<Series, 'at' | 'value' | 'flagged'>):
  | { peak: number; peakAt: number; last: number; flagged: boolean }
  | undefined {
  const last = value.at(-1)
  if (last === undefined) return undefined
  const peak = Math.max(...value)
  return { peak, peakAt: at[value.indexOf(peak)] ?? 0, last, flagged: flagged.some(Boolean) }
}
