import type { Database } from '#db/database.ts'
import { limits } from '../limits.ts'
import * as store from './blindness-store.ts'

/** When the service itself could not see (epoch ms). */
export type Blindness = { fromAt: number; untilAt: number; judgeAfter: number }

/**
 * On a start: a gap in our own ticks is our own blindness. It is written down, and nobody whose deadline fell into it
 * is judged until devices had time to come back and deliver what they kept (safety 8). Undefined without a gap.
 */
export async function noticeOwnBlindness(db: Database, now: number): Promise<Blindness | undefined> {
  return db.transaction(async (tx) => {
    await store.lockLookingBack(tx)
    const fromAt = await store.newestTick(tx)
    if (fromAt === null || now - fromAt <= limits.ownBlindnessMsMin) return undefined
    // Another process, or our last try, has noticed the beginning already: only what came since is added.
    const postponedUntil = (await store.knownUntil(tx, fromAt)) ?? fromAt
    const blind = { fromAt, untilAt: now, judgeAfter: now + limits.ownBlindnessSettleMs }
    await store.insertBlindInterval(tx, { ...blind, cause: 'no job ran' })
    if (now > postponedUntil) await store.postponeSilence(tx, postponedUntil, now)
    return blind
  })
}
