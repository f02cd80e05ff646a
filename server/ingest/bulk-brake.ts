// With hardly any room on the disk, readings that matter to nobody now come in slowly; what matters never waits.
import type { Clock } from '#clock/clock.ts'

export type BulkBrake = {
  /**
   * Hands a message on, at once or a moment later: its promise settles as that of `add` does. What a device said before
   * something that matters goes with it, in its order.
   */
  pass(message: { serial: string; isBulk: boolean }, add: () => Promise<void>): Promise<void>
  /** Lets go of everything that is held. */
  release(): void
}

/**
 * Nothing is dropped and nothing refused: a held reading is not acknowledged, so that the broker reads its device no
 * faster than it holds (64 a device), and the device keeps the rest. @param holdMs shorter than anybody would notice
 */
export function createBulkBrake(options: { isOn: () => boolean; clock: Clock; holdMs: number }): BulkBrake {
  const { isOn, clock, holdMs } = options
  const held = new Map<string, { go: (() => void)[]; cancel: () => void }>()

  function releaseOf(serial: string): void {
    const of = held.get(serial)
    if (!of) return
    held.delete(serial)
    of.cancel()
    for (const go of of.go) go()
  }

  return {
    pass({ serial, isBulk }, add) {
      if (!isBulk || !isOn()) {
        releaseOf(serial)
        return add()
      }
      return new Promise((resolve, reject) => {
        const of = held.get(serial) ?? { go: [], cancel: clock.after(holdMs, () => releaseOf(serial)) }
        held.set(serial, of)
        of.go.push(() => void add().then(resolve, reject))
      })
    },
    release: () => [...held.keys()].forEach(releaseOf),
  }
}
