import { createBucket } from './bucket.ts'
import type { BrokerLimits } from './limits.ts'

/** How much the first word of a device is waited for: 0 a danger or a greeting that is due, 2 what can wait. */
export type Urgency = 0 | 1 | 2

export type PaceOptions = {
  limits: Pick<BrokerLimits, 'connectsPerSecond' | 'connectsWaitingMax'>
  /** Asked only of those who have to wait, many at a time; who is not in the answer has 1. */
  urgencyOf?: ((serials: readonly string[]) => Promise<ReadonlyMap<string, Urgency>>) | undefined
}

type Waiting = { serial: string; urgency: Urgency; go: (mayGo: boolean) => void }

/** Every so many turns go to whoever can wait longest, or a storm without end would keep them out for ever. */
const patientEvery = 10
/** Asked about at a time. */
const askedMax = 1000

/**
 * Lets connections in one after the other at a bounded rate (aedes has none): after a power cut in a whole street
 * everybody comes back at once, dangers and greetings first. `turn` calls back with true when it is their turn, with
 * false when too many wait.
 */
export function createPace({ limits, urgencyOf }: PaceOptions) {
  const perSecond = limits.connectsPerSecond
  const bucket = createBucket({ perSecond, burst: Math.ceil(perSecond / 10) })
  const lines = [new Set<Waiting>(), new Set<Waiting>(), new Set<Waiting>()] as const
  const unasked = new Set<Waiting>()
  let turns = 0
  let isAsking = false
  let timer: NodeJS.Timeout | undefined

  const waiting = () => lines.reduce((sum, line) => sum + line.size, 0)

  function next(): Waiting | undefined {
    const order = (turns += 1) % patientEvery === 0 ? lines.toReversed() : lines
    const [first] = order.find((line) => line.size > 0) ?? []
    return first
  }

  function letGo() {
    timer = undefined
    while (waiting() > 0) {
      const waitMs = bucket.take()
      if (waitMs > 0) {
        timer = setTimeout(letGo, waitMs)
        if (!isAsking) void ask()
        return
      }
      const one = next()
      if (one === undefined) return
      lines[one.urgency].delete(one)
      unasked.delete(one)
      one.go(true)
    }
  }

  /** Who cannot be asked about, or goes before the answer comes, keeps the middle. */
  async function ask(): Promise<void> {
    if (urgencyOf === undefined) return unasked.clear()
    isAsking = true
    while (unasked.size > 0) {
      const asked = [...unasked].slice(0, askedMax)
      for (const one of asked) unasked.delete(one)
      const found = await urgencyOf(asked.map(({ serial }) => serial)).catch(() => new Map<string, Urgency>())
      for (const one of asked) {
        if (!lines[one.urgency].delete(one)) continue
        one.urgency = found.get(one.serial) ?? 1
        lines[one.urgency].add(one)
      }
    }
    isAsking = false
  }

  return {
    turn(serial: string, go: (mayGo: boolean) => void): void {
      if (waiting() >= limits.connectsWaitingMax) return go(false)
      const one: Waiting = { serial, urgency: 1, go }
      lines[1].add(one)
      unasked.add(one)
      if (timer === undefined) letGo()
      else if (!isAsking) void ask()
    },
    waiting,
    stop(): void {
      clearTimeout(timer)
      unasked.clear()
      for (const line of lines)
        for (const one of line) {
          line.delete(one)
          one.go(false)
        }
    },
  }
}
