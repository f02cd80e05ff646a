// A clock that stands still until a test moves it, fires each timer at its own instant, and awaits it.
import type { Clock } from './clock.ts'

type Timer = { at: number; order: number; work: () => void | Promise<void> }

export type FakeClock = Clock & {
  /** Moves to `at` (epoch ms), firing what falls due on the way, in order, each awaited before the next. */
  moveTo(at: number): Promise<void>
  advance(byMs: number): Promise<void>
}

export function createFakeClock(startAt: number): FakeClock {
  let now = startAt
  let order = 0
  const timers = new Set<Timer>()

  const nextUntil = (at: number): Timer | undefined =>
    [...timers].filter((timer) => timer.at <= at).sort((a, b) => a.at - b.at || a.order - b.order)[0]

  const moveTo = async (at: number): Promise<void> => {
    for (let timer = nextUntil(at); timer; timer = nextUntil(at)) {
      timers.delete(timer)
      now = Math.max(now, timer.at)
      await timer.work()
    }
    now = Math.max(now, at)
  }

  return {
    now: () => now,
    after(delayMs, work) {
      const timer = { at: now + Math.max(0, delayMs), order: order++, work }
      timers.add(timer)
      return () => timers.delete(timer)
    },
    moveTo,
    advance: (byMs) => moveTo(now + byMs),
  }
}
