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
  serial: string
  entries: Entry<P>[]
  offered: number
  failures: number
  rest: NodeJS.Timeout | undefined
  /** Who was told that the lane is full, to be called when it no longer is; most lanes never are. */
  blocked: Set<() => void> | undefined
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
export class Lanes<P extends AnyPrincipal> {
  readonly #options: LaneOptions<P>
  readonly #lanes = new Map<string, Lane<P>>()
  readonly #blocked = new Set<() => void>()
  readonly #totals = { pending: 0, pendingBytes: 0, offered: 0, accepted: 0, retries: 0 }
  #onIdle: (() => void) | undefined
  #isFailing = false
  #isStopped = false

  constructor(options: LaneOptions<P>) {
    this.#options = options
  }

  totals() {
    return { ...this.#totals }
  }

  pendingOf(serial: string): number {
    return this.#lanes.get(serial)?.entries.length ?? 0
  }

  /** When the oldest message was received that is still open. A lane acknowledges in order, so its head is its oldest. */
  oldestPendingAt(): number | undefined {
    let oldest: number | undefined
    for (const { entries } of this.#lanes.values()) {
      const receivedAt = entries[0]?.message?.receivedAt
      if (receivedAt !== undefined && (oldest === undefined || receivedAt < oldest)) oldest = receivedAt
    }
    return oldest
  }

  /**
   * Whether the device may hand over one more; if not, `wake` is called once when it may try again. What is urgent is
   * let in also when all devices together have too much waiting, up to the share of its own device.
   */
  hasRoom(serial: string, { wake, isUrgent }: { wake: () => void; isUrgent: () => boolean }): boolean {
    const lane = this.#lanes.get(serial)
    if (lane !== undefined && lane.entries.length >= this.#options.limits.pendingPerDeviceMax) {
      lane.blocked ??= new Set()
      lane.blocked.add(wake)
      return false
    }
    const hasRoom = !this.#isCrowded() || isUrgent()
    if (!hasRoom) this.#blocked.add(wake)
    return hasRoom
  }

  /** Takes one message into its lane. `message` undefined: only keep its place and acknowledge it in turn. */
  add(serial: string, message: Incoming<P> | undefined, acknowledge: () => void): void {
    const lane = this.#lanes.get(serial) ?? newLane<P>(serial)
    this.#lanes.set(serial, lane)
    const payloadBytes = message?.payload.length ?? 0
    lane.entries.push({ message, state: message ? 'waiting' : 'settled', payloadBytes, acknowledge })
    this.#totals.pending++
    this.#totals.pendingBytes += payloadBytes
    this.#offerMore(lane)
    this.#release(lane)
  }

  /** Resolves when nothing is being stored, or when the time is up; what rests after a failure is not waited for. */
  idle(timeoutMs: number): Promise<void> {
    if (this.#totals.offered === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs)
      this.#onIdle = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Offers nothing more. What was not stored was not acknowledged either, and the device sends it again. */
  stop(): void {
    this.#isStopped = true
    for (const lane of this.#lanes.values()) clearTimeout(lane.rest)
    this.#blocked.clear()
  }

  #offerMore(lane: Lane<P>): void {
    while (this.#mayOffer(lane)) {
      const entry = lane.entries.find(({ state }) => state === 'waiting')
      if (entry?.message === undefined) return
      void this.#offer(lane, entry, entry.message)
    }
  }

  #mayOffer(lane: Lane<P>): boolean {
    if (this.#isStopped || lane.rest !== undefined) return false
    return lane.failures === 0 || lane.offered === 0
  }

  async #offer(lane: Lane<P>, entry: Entry<P>, message: Incoming<P>): Promise<void> {
    entry.state = 'offered'
    lane.offered++
    this.#totals.offered++
    const error = await outcomeOf(this.#options.accept, message)
    lane.offered--
    this.#totals.offered--
    if (error === undefined) this.#settle(lane, entry)
    else this.#takeRest(lane, entry, error)
    this.#release(lane)
    this.#offerMore(lane)
    if (this.#totals.offered === 0) this.#onIdle?.()
  }

  #settle(lane: Lane<P>, entry: Entry<P>): void {
    entry.state = 'settled'
    lane.failures = 0
    this.#totals.accepted++
    if (!this.#isFailing) return
    this.#isFailing = false
    this.#options.log.info({ pending: this.#totals.pending }, 'messages are being stored again')
  }

  #takeRest(lane: Lane<P>, entry: Entry<P>, error: unknown): void {
    const { limits, log } = this.#options
    const { pending } = this.#totals
    entry.state = 'waiting'
    this.#totals.retries++
    if (!this.#isFailing) log.warn({ error, pending }, 'messages cannot be stored; they are held')
    this.#isFailing = true
    if (lane.rest !== undefined || this.#isStopped) return
    const delayMs = Math.min(limits.retryDelayMsMax, limits.retryDelayMs * 2 ** lane.failures)
    lane.failures++
    lane.rest = setTimeout(() => {
      lane.rest = undefined
      this.#offerMore(lane)
    }, delayMs)
  }

  /** Acknowledges from the head of the lane on, as far as nothing earlier is still open, and wakes who waits. */
  #release(lane: Lane<P>): void {
    const { limits } = this.#options
    while (lane.entries[0]?.state === 'settled') {
      const entry = lane.entries.shift()
      this.#totals.pending--
      this.#totals.pendingBytes -= entry?.payloadBytes ?? 0
      entry?.acknowledge()
    }
    if (lane.entries.length === 0) this.#lanes.delete(lane.serial)
    if (lane.blocked !== undefined) wakeSome(lane.blocked, limits.pendingPerDeviceMax - lane.entries.length)
    if (this.#blocked.size > 0 && !this.#isCrowded())
      wakeSome(this.#blocked, Math.max(1, limits.pendingMax - this.#totals.pending))
  }

  #isCrowded(): boolean {
    const { pendingMax, pendingBytesMax } = this.#options.limits
    return this.#totals.pending >= pendingMax || this.#totals.pendingBytes >= pendingBytesMax
  }
}

const newLane = <P extends AnyPrincipal>(serial: string): Lane<P> => ({
  serial,
  entries: [],
  offered: 0,
  failures: 0,
  rest: undefined,
  blocked: undefined,
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
