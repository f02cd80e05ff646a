// Proof that a page is in front and may sound. Freshness is a lease, so the database's clock decides (ground.md).
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

/** Where a note is to go if some page of this person proved itself at most `proofMsMax` ago (safety 2). */
export type NoteInFront = { personId: number; proofMsMax: number; ringChannel: string; note: string }

/** One statement asks for the proof and tells every process: gives whether there was one. */
export async function notifyInFront(
  db: Db,
  { personId, proofMsMax, ...told }: NoteInFront,
): Promise<boolean> {
  const notified = await db.run(sql`
    select pg_notify(${told.ringChannel}, ${told.note})
    where exists (
      select
      from page_presence
      where person_id = ${personId}
        and in_front
        and sound
        and proved_at >= now() /* lease */ - make_interval(secs => ${proofMsMax / 1000})
    )`)
  return notified > 0
}
