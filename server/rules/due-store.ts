// What else falls due: second deadlines.
import { Type, type Static } from 'typebox'
import { orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { couldSee } from './blindness-store.ts'
import { OpenMissed } from './store.ts'

const SecondDue = Type.Object({ ...OpenMissed.properties, answeredAt: orNull(Type.Integer()) })
export type SecondDue = Static<typeof SecondDue>

/** Late but active, and now past the second deadline; with her own press since, should there be one. */
export const lockSecondDue = (tx: Tx, now: number, max: number): Promise<SecondDue[]> =>
  tx.many(
    SecondDue,
    sql`
      select i.id as incident_id, i.community_id, i.home_id, i.resident_id, i.origin, i.stage, i.evidence,
        i.opened_at, i.pact_id, i."on",
        (
          select min(c.at)
          from check_in c
          where c.resident_id = i.resident_id
            and c.origin = i.origin
            and (
              (c.pact_id = i.pact_id and c."on" = i."on")
              or c.at >= to_timestamp((i.evidence ->> 'dueAt')::float8 / 1000)
            )
        ) as answered_at
      from incident i
      where i.state = 'open'
        and i.kind = 'missed'
        and i.stage = 'notice'
        and i.resident_id is not null
        and (i.evidence ->> 'secondDueAt')::bigint <= ${now}
        and ${couldSee(sql`to_timestamp((i.evidence ->> 'secondDueAt')::float8 / 1000)`, now)}
      order by i.id
      limit ${max}
      for no key update of i skip locked`,
  )
