// Latencies in buckets of 1/64 of their size (an error below 1.6 %), from one microsecond to an hour.

export type Quantiles = { count: number; p50: number; p90: number; p99: number; p999: number; max: number }

const perOctave = 64

/** Records milliseconds. */
export function createHistogram() {
  const counts = new Float64Array(perOctave * 34)
  let count = 0
  let max = 0
  const bucketOf = (ms: number): number =>
    Math.min(counts.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, ms * 1000)) * perOctave)))
  const quantile = (share: number): number => {
    let left = Math.ceil(count * share)
    for (let nth = 0; nth < counts.length; nth += 1) {
      left -= counts[nth] ?? 0
      if (left <= 0) return Math.min(max, 2 ** ((nth + 0.5) / perOctave) / 1000)
    }
    return max
  }
  return {
    record(ms: number): void {
      const bucket = bucketOf(ms)
      counts[bucket] = (counts[bucket] ?? 0) + 1
      count += 1
      if (ms > max) max = ms
    },
    quantiles: (): Quantiles => ({
      count,
      p50: quantile(0.5),
      p90: quantile(0.9),
      p99: quantile(0.99),
      p999: quantile(0.999),
      max,
    }),
  }
}

export type Histogram = ReturnType<typeof createHistogram>
