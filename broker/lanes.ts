import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal, BrokerLog, Incoming } from './messages.ts'

type Entry<P extends AnyPrincipal> = {
  /** Absent for a message that was refused: it is only acknowledged, in its place in the row. */
  message: Incoming<P> | undefined
  state: 'waiting' | 'offered' | 'settled'
  payloadBytes: number
  acknowledge: () => void
}

type Lane<P extends AnyPrincipal> = {
  entries: Entry<P>[]
  offered: number
  failures: number
  rest: NodeJS.Timeout | undefined
  blocked: Set<() => void>
}

type LaneOptions<P extends AnyPrincipal> = {
  accept: (message: Incoming<P>) => Promise<void>
  limits: BrokerLimits
  log: BrokerLog
}

/**
 * One lane for each device (not each connection, so that the order also holds over a reconnection). Messages are
 * offered to `accept` in the order of arrival, many at a time so that they can share a commit, and acknowledged in
 * that same order (MQTT-4.6.0-2). When `accept` rejects, the lane rests, then offers one at a time, oldest first,
 * until one succeeds. Lanes do not wait for each other.
 */
export function createLanes<P extends AnyPrincipal>({ accept, limits, log }: LaneOptions<P>) {
  const lanes = new Map<string, Lane<P>>()
  const blocked = new Set<() => void>()
  const totals = { pending: 0, pendingBytes: 0, offered: 0, accepted: 0, retries: 0 }
  let onIdle: (() => void) | undefined
  let isFailing = false
  let isStopped = false

  const isCrowded = () => totals.pending >= limits.pendingMax || totals.pendingBytes >= limits.pendingBytesMax

  /** Whether the device may hand over one more; if not, `wake` is called once when it may try again. */
  function hasRoom(serial: string, wake: () => void): boolean {
    const lane = lanes.get(serial)
    if (lane !== undefined && lane.entries.length >= limits.pendingPerDeviceMax) {
      lane.blocked.add(wake)
      return false
    }
    if (isCrowded()) blocked.add(wake)
    return !isCrowded()
  }

  /** Takes one message into its lane. `message` undefined: only keep its place and acknowledge it in turn. */
  function add(serial: string, message: Incoming<P> | undefined, acknowledge: () => void): void {
    const lane = lanes.get(serial) ?? newLane<P>()
    lanes.set(serial, lane)
    const payloadBytes = message?.payload.length ?? 0
    lane.entries.push({ message, state: message ? 'waiting' : 'settled', payloadBytes, acknowledge })
    totals.pending++
    totals.pendingBytes += payloadBytes
    offerMore(lane)
    release(serial, lane)
  }

  function offerMore(lane: Lane<P>): void {
    while (mayOffer(lane)) {
      const entry = lane.entries.find(({ state }) => state === 'waiting')
      if (entry?.message === undefined) return
      void offer(lane, entry, entry.message)
    }
  }

  function mayOffer(lane: Lane<P>): boolean {
    if (isStopped || lane.rest !== undefined) return false
    return lane.failures === 0 || lane.offered === 0
  }

  async function offer(lane: Lane<P>, entry: Entry<P>, message: Incoming<P>): Promise<void> {
    entry.state = 'offered'
    lane.offered++
    totals.offered++
    const error = await outcomeOf(accept, message)
    lane.offered--
    totals.offered--
    if (error === undefined) settle(lane, entry)
    else takeRest(lane, entry, error)
    release(message.principal.serial, lane)
    offerMore(lane)
    if (totals.offered === 0) onIdle?.()
  }

  function settle(lane: Lane<P>, entry: Entry<P>): void {
    entry.state = 'settled'
    lane.failures = 0
    totals.accepted++
    if (!isFailing) return
    isFailing = false
    log.info({ pending: totals.pending }, 'messages are being stored again')
  }

  function takeRest(lane: Lane<P>, entry: Entry<P>, error: unknown): void {
    entry.state = 'waiting'
    totals.retries++
    if (!isFailing) log.warn({ error, pending: totals.pending }, 'messages cannot be stored; they are held')
    isFailing = true
    if (lane.rest !== undefined || isStopped) return
    const delayMs = Math.min(limits.retryDelayMsMax, limits.retryDelayMs * 2 ** lane.failures)
    lane.failures++
    lane.rest = setTimeout(() => {
      lane.rest = undefined
      offerMore(lane)
    }, delayMs)
  }

  /** Acknowledges from the head of the lane on, as far as nothing earlier is still open, and wakes who waits. */
  function release(serial: string, lane: Lane<P>): void {
    while (lane.entries[0]?.state === 'settled') {
      const entry = lane.entries.shift()
      totals.pending--
      totals.pendingBytes -= entry?.payloadBytes ?? 0
      entry?.acknowledge()
    }
    if (lane.entries.length === 0 && lanes.get(serial) === lane) lanes.delete(serial)
    wakeSome(lane.blocked, limits.pendingPerDeviceMax - lane.entries.length)
    if (!isCrowded()) wakeSome(blocked, Math.max(1, limits.pendingMax - totals.pending))
  }

  /** Resolves when nothing is being stored, or when the time is up; what rests after a failure is not waited for. */
  function idle(timeoutMs: number): Promise<void> {
    if (totals.offered === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      onIdle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function stop(): void {
    isStopped = true
    for (const lane of lanes.values()) clearTimeout(lane.rest)
    blocked.clear()
  }

  const pendingOf = (serial: string) => lanes.get(serial)?.entries.length ?? 0

  return { hasRoom, add, pendingOf, idle, stop, totals: () => ({ ...totals }) }
}

const newLane = <P extends AnyPrincipal>(): Lane<P> => ({
  entries: [],
  offered: 0,
  failures: 0,
  rest: undefined,
  blocked: new Set(),
})

async function outcomeOf<P extends AnyPrincipal>(
  accept: (message: Incoming<P>) => Promise<void>,
  message: Incoming<P>,
): Promise<Error | undefined> {
  try {
    await accept(message)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

function wakeSome(blocked: Set<() => void>, atMost: number): void {
  let left = Math.min(atMost, blocked.size)
  for (const wake of blocked) {
    if (left-- <= 0) return
    blocked.delete(wake)
    wake()
  }
}

export type Lanes<P extends AnyPrincipal> = ReturnType<typeof createLanes<P>>
