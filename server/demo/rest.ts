// A demo that nobody watches rests: its pacts are paused until the story is begun.
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

/** Later than this, a deadline is no longer part of a story that is being told. */
const storyAheadMs = 2 * 3_600_000

/** Pauses the pacts of demo residents whose next deadline is not part of a story that runs now. */
export const restDemoPacts = (db: Db, now: number): Promise<number> =>
  db.run(sql`
    update pact
    set paused = true
    from area
    where area.id = pact.community_id
      and area.origin = 'demo'
      and not pact.paused
      and (pact.due_at > ${at(now + storyAheadMs)} or pact.due_at < ${at(now - storyAheadMs)})`)
