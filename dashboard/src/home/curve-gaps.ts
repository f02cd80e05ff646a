import type { Series } from '#contract/community.ts'

/** A gap in the curve where a mains sensor said nothing for this long: silence is not a flat line. */
const gapMs = 15 * 60_000

/**
 * The points of a curve, and null where it is cut. Over weeks a point stands for the peak of a whole stretch, and two
 * of them may lie two stretches apart without any silence between.
 */
export function withGaps(
  { at, value }: Pick<Series, 'at' | 'value'>,
  spanMs: number,
): { at: number[]; value: (number | null)[] } {
  const silentMs = Math.max(gapMs, (2.5 * spanMs) / Math.max(at.length, 1))
  const points: { at: number[]; value: (number | null)[] } = { at: [], value: [] }
  for (const [index, time] of at.entries()) {
    const before = at[index - 1]
    if (before !== undefined && time - before > silentMs) {
      points.at.push(before + 1000)
      points.value.push(null)
    }
    points.at.push(time)
    points.value.push(value[index] ?? null)
  }
  return points
}
