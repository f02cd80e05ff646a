import type { AnyPrincipal, BrokerLog } from '../messages.ts'

export type IdentitiesOptions<P extends AnyPrincipal> = {
  identify: (serials: readonly string[]) => Promise<ReadonlyMap<string, P>>
  /** Epoch milliseconds. */
  now: () => number
  log: BrokerLog
}

type Asking<P> = { serial: string; answer: (principal: P | undefined) => void }

const limits = {
  /** What a principal says may change (a device is commissioned, or leaves): believed for this long (ms). */
  believedMs: 30_000,
  rememberedMax: 50_000,
  askedMax: 500,
  retryMs: 500,
}

/** Whose serial it is, asked in batches and answered in the order of asking, so that no message passes another. */
export function createIdentities<P extends AnyPrincipal>({ identify, now, log }: IdentitiesOptions<P>) {
  const known = new Map<string, { principal: P | undefined; at: number }>()
  const waiting: Asking<P>[] = []
  let working = false
  const stopping = new AbortController()

  async function work(): Promise<void> {
    working = true
    while (waiting.length > 0 && !stopping.signal.aborted) {
      const batch = waiting.slice(0, limits.askedMax)
      try {
        await learn(batch.map(({ serial }) => serial))
      } catch (error) {
        log.warn({ error, waiting: waiting.length }, 'devices cannot be looked up; their messages are held')
        await new Promise((resolve) => setTimeout(resolve, limits.retryMs))
        continue
      }
      waiting.splice(0, batch.length)
      for (const { serial, answer } of batch) answer(known.get(serial)?.principal)
    }
    working = false
  }

  async function learn(serials: readonly string[]): Promise<void> {
    const asked = [...new Set(serials)].filter((serial) => !isKnown(serial))
    if (asked.length === 0) return
    const found = await identify(asked)
    for (const serial of asked) {
      known.delete(serial)
      known.set(serial, { principal: found.get(serial), at: now() })
    }
    for (const oldest of known.keys()) {
      if (known.size <= limits.rememberedMax) break
      known.delete(oldest)
    }
  }

  /** One that nobody knew is asked for again: it may have been commissioned a moment ago. */
  function isKnown(serial: string): boolean {
    const one = known.get(serial)
    return one?.principal !== undefined && now() - one.at < limits.believedMs
  }

  return {
    of(serial: string, answer: (principal: P | undefined) => void): void {
      if (waiting.length === 0 && !working && isKnown(serial)) return answer(known.get(serial)?.principal)
      waiting.push({ serial, answer })
      if (!working) void work()
    },
    size: () => known.size,
    stop: () => stopping.abort(),
  }
}
