// Figures from seeded years, with the half-width of their 95 % interval as a share of the figure.

export type Estimate = { value: number; halfWidth: number; n: number }

/** The 97.5 % point of the normal distribution; fewer than 20 years widen it as Student's t does. */
const z = 1.96
const student = [
  NaN,
  12.71,
  4.3,
  3.18,
  2.78,
  2.57,
  2.45,
  2.36,
  2.31,
  2.26,
  2.23,
  2.2,
  2.18,
  2.16,
  2.14,
  2.13,
  2.12,
  2.11,
  2.1,
  2.09,
]

/** A rate: sums of years over what they are counted for. */
export function ratio(parts: readonly { count: number; of: number }[]): Estimate {
  const count = sum(parts.map((part) => part.count))
  const of = sum(parts.map((part) => part.of))
  const value = count / of
  if (count === 0 || parts.length < 2) return { value, halfWidth: count === 0 ? 0 : Infinity, n: of }
  const each = parts.map((part) => part.count - value * part.of)
  const variance = sum(each.map((one) => one * one)) / (parts.length - 1)
  const error = Math.sqrt(variance * parts.length) / of
  return { value, halfWidth: ((student[parts.length - 1] ?? z) * error) / value, n: of }
}

/** A quantile of pooled values, with the interval of its order statistics. */
export function quantile(values: readonly number[], share: number): Estimate {
  const sorted = Float64Array.from(values).sort()
  const n = sorted.length
  const at = (rank: number) => sorted[Math.min(n - 1, Math.max(0, Math.round(rank)))] ?? NaN
  const value = at((n - 1) * share)
  const width = z * Math.sqrt(n * share * (1 - share))
  const low = at((n - 1) * share - width)
  const high = at((n - 1) * share + width)
  return { value, halfWidth: value === 0 ? 0 : Math.abs((high - low) / 2 / value), n }
}

export function mean(values: readonly number[]): Estimate {
  const n = values.length
  const value = sum(values) / n
  const variance = sum(values.map((one) => (one - value) ** 2)) / Math.max(1, n - 1)
  return { value, halfWidth: value === 0 ? 0 : (z * Math.sqrt(variance / n)) / Math.abs(value), n }
}

/** How many of `n` it was. */
export function share(count: number, n: number): Estimate {
  const value = count / n
  return { value, halfWidth: count === 0 ? 0 : z * Math.sqrt((1 - value) / count), n }
}

/** Of two that are drawn apart. */
export function plus(a: Estimate, b: Estimate): Estimate {
  const value = a.value + b.value
  const error = Math.hypot(a.value * a.halfWidth, b.value * b.halfWidth)
  return { value, halfWidth: value === 0 ? 0 : error / value, n: a.n + b.n }
}

/** Wanted of every figure that is printed. */
const widthMax = 0.1

export const isSharp = ({ halfWidth }: Estimate): boolean => halfWidth <= widthMax

export const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0)

/** Sharpness as it is printed beside a figure. */
export function width({ value, halfWidth, n }: Estimate): string {
  if (halfWidth === 0) return `n ${Math.round(n)}`
  if (!Number.isFinite(halfWidth)) return '±? (one year)'
  const percent = (100 * halfWidth).toFixed(1)
  return isSharp({ value, halfWidth, n }) ? `±${percent} %` : `±${percent} % (rare: not within 10 %)`
}
