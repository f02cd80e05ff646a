// The only source of "now". The server's clock never moves (ground.md); tests move a FakeClock.

export type Clock = {
  /** Epoch milliseconds. */
  now(): number
  /** Runs `work` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, work: () => void | Promise<void>): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, work) {
    const timer = setTimeout(() => void work(), delayMs)
    return () => clearTimeout(timer)
  },
}
