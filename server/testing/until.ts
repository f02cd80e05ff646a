import { setTimeout as pause } from 'node:timers/promises'

/** A service that has not come to rest by then never will (real ms; the machine may be slow and shared). */
const patienceMs = 15_000
/** Between two looks the cores belong to whoever is waited for (real ms). */
const lookEveryMs = 2

/** Looks again and again until it is so, and says what it waited for when that never came. */
export async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const giveUpAt = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain: ${what}`)
    await pause(lookEveryMs)
  }
}
