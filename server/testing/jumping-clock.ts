import type { FakeClock } from '#clock/fake-clock.ts'

type Timer = { at: number; work: () => void | Promise<void> }

/**
 * Jumps: what fell due on the way fires once, on arrival. A scenario passes over a night in a moment, and the beats of
 * that night (every 5 s to every page) would be all that it does; no timer in memory decides anything.
 */
export function createJumpingClock(startAt: number): FakeClock {
  let now = startAt
  let timers: Timer[] = []

  async function moveTo(at: number): Promise<void> {
    now = Math.max(now, at)
    const due = timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at)
    timers = timers.filter((timer) => timer.at > now)
    for (const { work } of due) await work()
  }

  return {
    now: () => now,
    after(delayMs, work) {
      const timer = { at: now + Math.max(0, delayMs), work }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    moveTo,
    advance: (byMs) => moveTo(now + byMs),
  }
}
