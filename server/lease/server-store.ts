// Rows of `server`: leases, so the clock of the database decides (ground.md).
import { Type, type Static } from 'typebox'
import { Id } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'

/** How long the row of a dead server stays to be seen, in hours: an operator who slept should still find it. */
const shownHours = 12

export async function insertServer(db: Db, label: string, leaseMs: number): Promise<number> {
  await db.run(sql`
    delete from server
    where lease_until < clock_timestamp() - ${shownHours} * interval '1 hour'`)
  const { id } = await db.one(
    Type.Object({ id: Id }),
    sql`
      insert into server (label, started_at, lease_until)
      values (${label}, clock_timestamp(), clock_timestamp() + ${leaseMs} * interval '1 millisecond')
      returning id`,
  )
  return id
}

const Renewed = Type.Object({ hasOthers: Type.Boolean() })

/** Undefined where the row is gone: a restored database knows nothing of us. `hasOthers`: more servers than this live. */
export const renewServer = (db: Db, id: number, leaseMs: number) =>
  db.maybeOne(
    Renewed,
    sql`
      update server
      set lease_until = clock_timestamp() + ${leaseMs} * interval '1 millisecond'
      where id = ${id}
      returning exists (
        select
        from server other
        where other.id <> ${id}
          and other.lease_until > clock_timestamp()
      ) as has_others`,
  )

export const deleteServer = (db: Db, id: number): Promise<number> =>
  db.run(sql`
    delete from server
    where id = ${id}`)

export const Known = Type.Object({
  id: Id,
  label: Type.String(),
  startedAt: Type.Integer(),
  alive: Type.Boolean(),
})
export type Known = Static<typeof Known>

/** Every server that lives, and those that died not long ago. */
export const knownServers = (db: Db): Promise<Known[]> =>
  db.many(
    Known,
    sql`
      select id, label, started_at, lease_until > clock_timestamp() as alive
      from server
      order by id`,
  )
