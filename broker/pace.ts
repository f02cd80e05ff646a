import { createBucket } from './bucket.ts'
import type { BrokerLimits } from './limits.ts'

/**
 * Lets connections in one after the other at a bounded rate (aedes has none): after a power cut in a whole street
 * everybody comes back at once. `turn` calls back with true when it is their turn, with false when too many wait.
 */
export function createPace(limits: Pick<BrokerLimits, 'connectsPerSecond' | 'connectsWaitingMax'>) {
  const perSecond = limits.connectsPerSecond
  const bucket = createBucket({ perSecond, burst: Math.ceil(perSecond / 10) })
  let waiting: ((mayGo: boolean) => void)[] = []
  let timer: NodeJS.Timeout | undefined

  function letGo() {
    timer = undefined
    while (waiting.length > 0) {
      const waitMs = bucket.take()
      if (waitMs > 0) {
        timer = setTimeout(letGo, waitMs)
        return
      }
      waiting.shift()?.(true)
    }
  }

  return {
    turn(go: (mayGo: boolean) => void): void {
      if (waiting.length >= limits.connectsWaitingMax) return go(false)
      waiting.push(go)
      if (timer === undefined) letGo()
    },
    waiting: () => waiting.length,
    stop(): void {
      clearTimeout(timer)
      const left = waiting
      waiting = []
      for (const go of left) go(false)
    },
  }
}
