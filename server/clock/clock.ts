// The only source of "now". The server's clock never moves (ground.md); tests move a FakeClock.
import { uptime } from 'node:os'
import { performance } from 'node:perf_hooks'
import { createSteadyClock, type Step } from './steady-clock.ts'

export type Clock = {
  /** Epoch milliseconds. */
  now(): number
  /** Runs `work` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, work: () => void | Promise<void>): () => void
  /** The last time that somebody put the machine's clock forward while we ran. */
  putForward?(): Step | undefined
  /** By how much the machine's clock lies behind ours since it was put back (ms). */
  behindMs?(): number
}

const steady = createSteadyClock({
  wall: Date.now,
  awake: () => performance.now(),
  asleep: () => uptime() * 1000 - performance.now(),
})

export const systemClock: Clock = {
  now: steady.now,
  putForward: steady.putForward,
  behindMs: steady.behindMs,
  after(delayMs, work) {
    const timer = setTimeout(() => void work(), delayMs)
    return () => clearTimeout(timer)
  },
}
