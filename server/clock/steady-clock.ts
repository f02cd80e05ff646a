// The clock of a running server. The machine's own may be put forward or back by hours; ours never goes backwards.

/** What the machine says, in ms: the time of day, how long it was awake, and how long asleep (asked only where needed). */
export type Machine = { wall: () => number; awake: () => number; asleep: () => number }

export type Step = { fromAt: number; untilAt: number }

export type SteadyClock = {
  /** Epoch ms. */
  now(): number
  /** The last time that the time of day was put forward while we ran (epoch ms before and after). */
  putForward(): Step | undefined
  /** By how much the machine's time of day lies behind ours (ms), because it was put back; 0 where it agrees. */
  behindMs(): number
}

/** NTP corrects by less in one go (chrony and ntpd step at 1 s and 0.128 s); more is somebody's hand, or a long sleep. */
const stepMsMin = 2000

/**
 * A small correction is followed, standing still where it is backwards. Put forward, we follow at once: a machine that
 * was paused tells the truth, and what came in meanwhile must be judged at its own time; the gap counts as blindness.
 * Put back, we go on at our own pace until the server is started again: what was judged at eight is not judged twice.
 */
export function createSteadyClock({ wall, awake, asleep }: Machine): SteadyClock {
  let offset = wall() - awake()
  let slept = asleep()
  let last = wall()
  let forward: Step | undefined

  function now(): number {
    const told = wall()
    const steady = awake() + offset
    if (told - steady < -stepMsMin) return (last = Math.max(last, steady))
    if (told - steady > stepMsMin && told - steady - newlyAsleep() > stepMsMin)
      forward = { fromAt: Math.max(last, steady), untilAt: told }
    offset = told - awake()
    return (last = Math.max(last, told))
  }

  /** A night asleep is time that passed. */
  function newlyAsleep(): number {
    const before = slept
    slept = asleep()
    return slept - before
  }

  return {
    now,
    putForward: () => forward,
    behindMs() {
      const behindMs = Math.round(now() - wall())
      return behindMs > stepMsMin ? behindMs : 0
    },
  }
}
