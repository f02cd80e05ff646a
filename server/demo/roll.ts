// A demo that was switched off over a morning begins the next one: nobody was simulated, so nobody is missed.
import { Type } from 'typebox'
import { LocalTime } from '#contract/primitives.ts'
import type { Database } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'
import { nextOccurrence } from '#domain/occurrence.ts'
import { limits } from '../limits.ts'

const Past = Type.Object({
  id: Type.Integer(),
  deadline: LocalTime,
  days: Type.Array(Type.Integer()),
  zone: Type.String(),
})

/** Moves every demo pact whose deadline has passed to its next occurrence. Gives how many. */
export async function rollDemoPacts(db: Database, now: number): Promise<number> {
  const past = await db.many(
    Past,
    sql`
      select pact.id, to_char(deadline, 'HH24:MI') as deadline, days, zone
      from pact
      join area on area.id = pact.community_id
      where area.origin = 'demo'
        and edge = 'morning'
        and due_at < ${at(now)}`,
  )
  for (const { id, deadline, days, zone } of past) {
    const remindBeforeMs = limits.remindBeforeMs
    const next = nextOccurrence({ deadline, days, edge: 'morning', zone, after: now, remindBeforeMs })
    await db.run(sql`
      update pact
      set due_on = ${next.on},
        opens_at = ${at(next.opensAt)},
        remind_at = ${at(next.remindAt)},
        due_at = ${at(next.dueAt)},
        agreed_at = null,
        covered_by = null,
        covered_at = null
      where id = ${id}`)
  }
  return past.length
}
