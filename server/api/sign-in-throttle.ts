// How often somebody may guess: per login and per address, in memory, bounded.

export type SignInThrottle = {
  /** Counts a try before the password is looked at, so that many at once cannot slip through. */
  take(key: string, now: number): boolean
  /** The try was right: it was no guess. */
  giveBack(key: string): void
}

export type ThrottleBounds = { signInTriesMax: number; signInWindowMs: number; keysMax?: number }

/** More logins and addresses than this within one window are an attack: the oldest are forgotten. */
const keysMaxByDefault = 10_000

export function createSignInThrottle(bounds: ThrottleBounds): SignInThrottle {
  const keysMax = bounds.keysMax ?? keysMaxByDefault
  const windows = new Map<string, { startedAt: number; tries: number }>()

  const windowOf = (key: string, now: number) => {
    const found = windows.get(key)
    if (found && now - found.startedAt < bounds.signInWindowMs) return found
    windows.delete(key)
    const fresh = { startedAt: now, tries: 0 }
    windows.set(key, fresh)
    const oldest = windows.size > keysMax ? windows.keys().next().value : undefined
    if (oldest !== undefined) windows.delete(oldest)
    return fresh
  }

  return {
    take(key, now) {
      const window = windowOf(key, now)
      if (window.tries >= bounds.signInTriesMax) return false
      window.tries += 1
      return true
    },
    giveBack(key) {
      const window = windows.get(key)
      if (window && window.tries > 0) window.tries -= 1
    },
  }
}
