// Chance with a seed: a number for each (seed, who, day, what for), so that every rule meets the very same draws.

/** In [0, 1): a hash, not a stream, so that what one rule asks for changes nothing for another. */
export function draw(seed: number, who: number, day: number, what: number): number {
  let hash = mix(mix(mix(mix(0x2545f491, seed), who), day + 1000), what)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x7feb352d)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x846ca68b)
  hash ^= hash >>> 16
  return (hash >>> 0) / 4294967296
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1)
  return Math.imul(mixed ^ (mixed >>> 15), 0x85ebca77) ^ (mixed >>> 13)
}

/** The standard normal value below which this share lies (Acklam's rational approximation, error below 1.2e-9). */
export function normal(share: number): number {
  const p = Math.min(Math.max(share, 1e-12), 1 - 1e-12)
  if (p > 0.5) return -normal(1 - p)
  if (p >= 0.02425) return centre(p - 0.5)
  const q = Math.sqrt(-2 * Math.log(p))
  const above =
    ((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) *
      q +
      4.374664141464968) *
      q +
    2.938163982698783
  const below =
    (((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q +
    1
  return above / below
}

function centre(q: number): number {
  const r = q * q
  const above =
    (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
    q
  const below =
    ((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
    1
  return above / below
}

/** A value around `median`, skewed to the right. */
export const logNormal = (median: number, sigma: number, share: number): number =>
  median * Math.exp(sigma * normal(share))

/** How many of a rare happening with this expectation. */
export function poisson(mean: number, share: number): number {
  let term = Math.exp(-mean)
  let sum = term
  let count = 0
  while (share > sum && count < 1000) {
    count += 1
    term *= mean / count
    sum += term
  }
  return count
}
