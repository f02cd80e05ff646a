import { Type } from 'typebox'
import { Ring } from '#contract/live.ts'
import type { Db } from '#db/database.ts'
import { at, sql } from '#db/sql.ts'

const Unheard = Type.Object({ personId: Type.Integer(), ...Ring.properties })

/**
 * Rings that were sent to pages of these people and that no page has confirmed, while there is still time to: a
 * notification reaches neither a page that was changing servers nor a server whose listener was reconnecting.
 * @param now epoch ms
 */
export const unheardRings = (db: Db, personIds: readonly number[], now: number) =>
  db.many(
    Unheard,
    sql`
      select t.person_id, t.id as telling_id, t.incident_id, t.community_id, i.kind, t.stage, t.purpose, t.origin
      from telling t
      join incident i on i.id = t.incident_id
      where t.state = 'sending'
        and t.channel like 'page-%'
        and t.sent_at is not null
        and t.due_at > ${at(now)}
        and t.person_id = any(${personIds}::bigint[])`,
  )
