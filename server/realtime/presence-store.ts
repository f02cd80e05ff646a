// Proof that a page is in front and may sound. Freshness is a lease, so the database's clock decides (ground.md).
import { Type } from 'typebox'
import type { Presence } from '#contract/live.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

export const proveOnce = (
  db: Db,
  connection: string,
  personId: number,
  presence: Presence,
): Promise<number> =>
  db.run(sql`
    insert into page_presence (connection, person_id, in_front, sound, proved_at)
    values (${connection}, ${personId}, ${presence.inFront}, ${presence.sound}, now() /* proof: a lease */)
    on conflict (connection) do update
    set person_id = excluded.person_id,
      in_front = excluded.in_front,
      sound = excluded.sound,
      proved_at = excluded.proved_at`)

export const dropPresence = (db: Db, connection: string): Promise<number> =>
  db.run(sql`
    delete from page_presence
    where connection = ${connection}`)

/** Rows of pages whose server was killed and could not say goodbye. */
export const dropStalePresence = (db: Db, olderThanMs: number): Promise<number> =>
  db.run(sql`
    delete from page_presence
    where proved_at < now() /* lease */ - make_interval(secs => ${olderThanMs / 1000})`)

const Found = Type.Object({ found: Type.Boolean() })

/** Whether some page of this person proved itself at most `proofMsMax` ago (safety 2). */
export async function isInFront(db: Db, personId: number, proofMsMax: number): Promise<boolean> {
  const { found } = await db.one(
    Found,
    sql`
      select exists (
        select from page_presence
        where person_id = ${personId}
          and in_front
          and sound
          and proved_at >= now() /* lease */ - make_interval(secs => ${proofMsMax / 1000})
      ) as found`,
  )
  return found
}
