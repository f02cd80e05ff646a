// 我要帮忙: guarded against a slip, never against need (safety 16). Pure: every step is given its time, epoch ms.

/** Long enough that a brushing sleeve is none, short enough for a weak hand. */
export const holdMs = 1200
/** The huge yes stays this long; after it the page is as before, and nothing was sent. */
export const askMs = 10_000
/** A trembling finger lifts for a moment; that is still one press. */
export const tremorMs = 250

export type Guard =
  | { step: 'rest' }
  | { step: 'held'; since: number }
  /** Lifted for a moment: the hold goes on if the finger comes back within `tremorMs`. */
  | { step: 'lifted'; since: number; at: number }
  | { step: 'asking'; since: number }
  | { step: 'sent' }

export type GuardEvent = 'down' | 'up' | 'yes' | 'no' | 'tick'

export const atRest: Guard = { step: 'rest' }

/** What follows from an event at a time. `sent` is reached by holding, or by the second press on the yes. */
export function guardNext(guard: Guard, event: GuardEvent, at: number): Guard {
  switch (guard.step) {
    case 'rest':
    case 'sent':
      return event === 'down' ? { step: 'held', since: at } : guard
    case 'held':
      return whileHeld(guard, event, at)
    case 'lifted':
      if (event === 'down' && at - guard.at <= tremorMs) return { step: 'held', since: guard.since }
      return event === 'down' || at - guard.at > tremorMs ? { step: 'asking', since: guard.at } : guard
    case 'asking':
      if (event === 'yes') return { step: 'sent' }
      if (event === 'no') return atRest
      return at - guard.since >= askMs ? atRest : guard
  }
}

function whileHeld(guard: Extract<Guard, { step: 'held' }>, event: GuardEvent, at: number): Guard {
  if (at - guard.since >= holdMs) return { step: 'sent' }
  return event === 'up' ? { step: 'lifted', since: guard.since, at } : guard
}

/** How full the ring is, 0 to 1. */
export function heldShare(guard: Guard, at: number): number {
  if (guard.step === 'sent') return 1
  if (guard.step !== 'held' && guard.step !== 'lifted') return 0
  return Math.min(1, (at - guard.since) / holdMs)
}
