import type { Db } from '#db/database.ts'
import { at, json, sql } from '#db/sql.ts'

export type AuditEntry = {
  now: number
  personId: number | null
  what: string
  communityId?: number
  homeId?: number
  residentId?: number
  detail?: Record<string, unknown>
}

/** Who wrote what (ground.md: an actor on every write). `detail` holds ids and codes, no names or numbers. */
export async function writeAudit(db: Db, entry: AuditEntry): Promise<void> {
  await db.run(sql`
    insert into audit (at, person_id, what, community_id, home_id, resident_id, detail)
    values (
      ${at(entry.now)}, ${entry.personId}, ${entry.what}, ${entry.communityId ?? null},
      ${entry.homeId ?? null}, ${entry.residentId ?? null}, ${json(entry.detail ?? {})}
    )`)
}

/** One row for each resident of the home: who looked at whose file, and when. */
export async function writeLook(
  db: Db,
  look: { now: number; personId: number; homeId: number },
): Promise<void> {
  await db.run(sql`
    insert into audit (at, person_id, what, community_id, home_id, resident_id)
    select ${at(look.now)}, ${look.personId}::bigint, 'looked', h.community_id, h.id, r.id
    from home h
    left join resident r on r.home_id = h.id
    where h.id = ${look.homeId}`)
}
