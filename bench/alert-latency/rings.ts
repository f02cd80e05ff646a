// What rang at a page, and waiting for it.

/** `of` is the incident, or for a yardstick the serial; `at` epoch ms. */
export type Rung = { of: number | string; at: number }

/** An alert that takes longer is none. */
export const waitMsMax = 20_000

export function createRings() {
  let rung: Rung[] = []
  let waiting: { count: number; resolve: () => void } | undefined
  return {
    rang(of: Rung['of']): void {
      rung.push({ of, at: performance.timeOrigin + performance.now() })
      if (waiting && rung.length >= waiting.count) waiting.resolve()
    },
    /** Resolves when so many have rung since they were last taken; false if they do not in time. */
    heard({ count }: { count: number }): Promise<boolean> {
      if (rung.length >= count) return Promise.resolve(true)
      return new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), waitMsMax)
        waiting = {
          count,
          resolve: () => {
            clearTimeout(timer)
            resolve(true)
          },
        }
      })
    },
    taken(): Rung[] {
      const all = rung
      rung = []
      return all
    },
  }
}
