import { createBucket } from './bucket.ts'
import type { BrokerLimits } from './limits.ts'

/** How much the first word of a device is waited for: 0 a danger or a greeting that is due, 2 what can wait. */
export type Urgency = 0 | 1 | 2

export type PaceOptions = {
  limits: Pick<BrokerLimits, 'connectsPerSecond' | 'connectsWaitingMax' | 'connectsUnderWayMax'>
  /** Asked only of those who have to wait, many at a time; who is not in the answer has 1. */
  urgencyOf?: ((serials: readonly string[]) => Promise<ReadonlyMap<string, Urgency>>) | undefined
}

type Waiting = { serial: string; urgency: Urgency; go: (mayGo: boolean) => void }

/**
 * Every so many turns go to who has waited longest, whatever they are: a storm of dangers without end keeps nobody
 * out for longer than four times what the waiting room takes (5 s), below the 60 s of an ordinary keep-alive.
 */
const patientEvery = 4
/** Asked about at a time. */
const askedMax = 1000

/**
 * Lets connections in at a bounded rate, and so many at a time (aedes has no bounds): after a power cut in a whole
 * street everybody comes back at once, dangers and greetings first. `turn` calls back with true when it is their
 * turn, with false when too many wait; it gives what to call once when that one has been let in, sent away, or has
 * gone by itself, which frees its place.
 */
export function createPace({ limits, urgencyOf }: PaceOptions) {
  const perSecond = limits.connectsPerSecond
  const bucket = createBucket({ perSecond, burst: Math.ceil(perSecond / 10) })
  /** All of them as they came; the lines hold the same by urgency. */
  const room = new Set<Waiting>()
  const lines = [new Set<Waiting>(), new Set<Waiting>(), new Set<Waiting>()] as const
  const unasked = new Set<Waiting>()
  const underWay = new Set<Waiting>()
  let turns = 0
  let isAsking = false
  let isStopped = false
  let timer: NodeJS.Timeout | undefined

  function next(): Waiting | undefined {
    const isForPatient = (turns += 1) % patientEvery === 0
    const [first] = isForPatient ? room : (lines.find((line) => line.size > 0) ?? [])
    return first
  }

  function remove(one: Waiting): boolean {
    lines[one.urgency].delete(one)
    unasked.delete(one)
    return room.delete(one)
  }

  function letGo(): void {
    while (room.size > 0 && timer === undefined) {
      if (isStopped) return
      const waitMs = underWay.size < limits.connectsUnderWayMax ? bucket.take() : 0
      if (waitMs > 0) timer = setTimeout(again, waitMs)
      if (waitMs > 0 || underWay.size >= limits.connectsUnderWayMax) return void (isAsking || ask())
      const one = next()
      if (one === undefined) return
      remove(one)
      underWay.add(one)
      one.go(true)
    }
  }

  function again(): void {
    timer = undefined
    letGo()
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
    turn(serial: string, go: (mayGo: boolean) => void): () => void {
      if (room.size >= limits.connectsWaitingMax || isStopped) {
        go(false)
        return () => {}
      }
      const one: Waiting = { serial, urgency: 1, go }
      room.add(one)
      lines[1].add(one)
      unasked.add(one)
      if (timer === undefined) letGo()
      else if (!isAsking) void ask()
      return () => {
        // Not at once: who is let go may be gone already, and so may a thousand after it.
        if (!remove(one) && underWay.delete(one)) queueMicrotask(letGo)
      }
    },
    waiting: () => room.size,
    stop(): void {
      isStopped = true
      clearTimeout(timer)
      for (const one of room) {
        remove(one)
        one.go(false)
      }
    },
  }
}
