// 用上个月试一试: rules that nobody has saved yet, on the last month of one community. One at a time in this process.
import { DatabaseError } from 'pg'
import type { Trial } from '#contract/rule-trial.ts'
import type { RuleLayers } from '#contract/rule-layers.ts'
import type { Database } from '#db/database.ts'
import { limits } from '../limits.ts'
import type { Kept } from '../retention/kept.ts'
import { lastMonth } from './range.ts'
import { replay } from './replay.ts'

/** `now` is epoch ms. */
export type Trying = { communityId: number; layers: RuleLayers; now: number }
/** `underWay`: somebody tries already. `tooMuch`: the database needs too long for one page of homes. */
export type Tried = { ok: true; trial: Trial } | { ok: false; why: 'underWay' | 'tooMuch' }

export function createTryRules({ db, kept }: { db: Database; kept: Kept }) {
  let underWay = false
  return async ({ communityId, layers, now }: Trying): Promise<Tried> => {
    if (underWay) return { ok: false, why: 'underWay' }
    underWay = true
    const began = performance.now()
    const isOver = () => performance.now() - began > limits.replayTryMs
    try {
      const span = lastMonth(kept, now)
      return { ok: true, trial: await replay({ db, span, communityIds: [communityId], layers, isOver }) }
    } catch (error) {
      if (error instanceof DatabaseError && error.code === statementTimedOut)
        return { ok: false, why: 'tooMuch' }
      throw error
    } finally {
      underWay = false
    }
  }
}

const statementTimedOut = '57014'
