// Deals the groups of an external broker's devices out to the living servers: each group to one at a time, under a
// fencing token; a dead server's groups go to the others within a second of its lease's end.
import type { Tx } from '#db/database.ts'
import type { Log } from '#db/log.ts'
import type { Servers } from './join-servers.ts'
import * as store from './shard-lease-store.ts'

export type ShardLeaseOptions = {
  servers: Pick<Servers, 'id' | 'isAlive' | 'db'>
  groups: readonly string[]
  /** Consumes them. */
  broker: {
    hold(group: string, token: number): void
    /** Hands over in order. */
    drop(group: string): Promise<void>
    /** It is another's already. */
    lose(group: string): Promise<void>
    held(): string[]
  }
  log: Log
}

/** Milliseconds. */
const dealEveryMs = 1000

export type ShardLeases = { begin(): Promise<void>; close(): Promise<void> }

export function createShardLeases({ servers, groups, broker, log }: ShardLeaseOptions): ShardLeases {
  const { db } = servers
  let timer: NodeJS.Timeout | undefined
  let under: Promise<void> | undefined

  /** Looks at what is whose, and takes, keeps or gives back until each server has its share. */
  async function deal(): Promise<void> {
    if (!servers.isAlive()) return
    const { own, taken, isTooMuch } = await db.transaction((tx) => look(tx))
    // the answer may be older than the life that it is about
    if (!servers.isAlive()) return
    const held = new Map([...own, ...taken].map(({ shardGroup, token }) => [shardGroup, token]))
    await letGoOf(broker.held().filter((group) => !held.has(group)))
    for (const [group, token] of held) broker.hold(group, token)
    if (isTooMuch.length > 0) await handOver(isTooMuch)
  }

  async function look(tx: Tx) {
    await store.lockDealing(tx)
    await store.markConsuming(tx, servers.id)
    const leases = await store.leases(tx, groups, servers.id)
    const share = Math.ceil(groups.length / Math.max(1, await store.consumers(tx, servers.id)))
    const own = leases.filter(({ isOwn }) => isOwn)
    const free = leases.filter(({ isFree, isOwn }) => isFree && !isOwn).map(({ shardGroup }) => shardGroup)
    const wanted = free.slice(0, Math.max(0, share - own.length))
    const taken = wanted.length > 0 ? await store.takeLeases(tx, wanted, servers.id) : []
    return { own, taken, isTooMuch: own.slice(share).map(({ shardGroup }) => shardGroup) }
  }

  async function letGoOf(lost: readonly string[]): Promise<void> {
    if (lost.length > 0) log.warn({ groups: lost }, 'others consume these devices by now')
    await Promise.all(lost.map((group) => broker.lose(group)))
  }

  /** First what was taken is stored, then the row is freed: the next one begins where we ended. */
  async function handOver(given: readonly string[]): Promise<void> {
    await Promise.all(given.map((group) => broker.drop(group)))
    await db.transaction((tx) => store.freeLeases(tx, given, servers.id))
  }

  const dealOnce = () =>
    (under ??= deal()
      .catch((error: unknown) => log.error({ error }, 'the external broker cannot be shared out'))
      .finally(() => (under = undefined)))

  /**
   * Who counts as dead lets go at once, whatever a question to the database still waits for: behind a dead switch that
   * is half a minute, in which our clients and those of the heir would throw each other out.
   */
  function tick(): void {
    if (!servers.isAlive()) void letGoOf(broker.held())
    void dealOnce()
  }

  return {
    begin: async () => {
      await dealOnce()
      timer = setInterval(tick, dealEveryMs)
    },
    close: async () => {
      clearInterval(timer)
      await under
      const held = broker.held()
      if (held.length > 0 && servers.isAlive())
        await handOver(held).catch((error: unknown) => log.warn({ error }, 'left without handing over'))
    },
  }
}
