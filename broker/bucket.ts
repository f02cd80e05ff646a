/**
 * A token bucket on the machine's monotonic clock: pacing is about this process and not about the time of day,
 * so it goes on while a test holds the service's clock still. `take` answers 0, or the milliseconds to wait.
 */
export function createBucket({ perSecond, burst }: { perSecond: number; burst: number }) {
  let tokens = burst
  let filledAt = performance.now()
  return {
    take(): number {
      const at = performance.now()
      tokens = Math.min(burst, tokens + ((at - filledAt) * perSecond) / 1000)
      filledAt = at
      if (tokens < 1) return Math.ceil(((1 - tokens) * 1000) / perSecond)
      tokens -= 1
      return 0
    },
  }
}

export type Bucket = ReturnType<typeof createBucket>
