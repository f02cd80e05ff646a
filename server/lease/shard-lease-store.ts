// Rows of `shard_lease`. Leases, so the clock of the database decides whether a holder lives (ground.md).
import { Type, type Static } from 'typebox'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const Lease = Type.Object({
  shardGroup: Type.String(),
  token: Type.Integer({ minimum: 0 }),
  isOwn: Type.Boolean(),
  isFree: Type.Boolean(),
})
export type Lease = Static<typeof Lease>

/** One server at a time looks and takes; any number serves as the key, as long as it stays the same. */
export async function lockDealing(tx: Tx): Promise<void> {
  await tx.run(sql`select pg_advisory_xact_lock(5201316)`)
}

/** Every group, made where it is missing. Who died, or never was, holds nothing. */
export async function leases(tx: Tx, groups: readonly string[], serverId: number): Promise<Lease[]> {
  await tx.run(sql`
    insert into shard_lease (shard_group)
    select shard_group
    from unnest(${groups}::text[]) as shard_group
    on conflict do nothing`)
  return tx.many(
    Lease,
    sql`
      select l.shard_group, l.token,
        l.server_id is not distinct from ${serverId} as is_own,
        s.id is null as is_free
      from shard_lease l
      left join server s on s.id = l.server_id and s.lease_until > clock_timestamp()
      order by l.shard_group`,
  )
}

const Counted = Type.Object({ count: Type.Integer() })

/** How many living servers share the groups; at least this one. */
export async function consumers(tx: Tx, serverId: number): Promise<number> {
  const { count } = await tx.one(
    Counted,
    sql`
      select count(*)::int as count
      from server
      where id = ${serverId}
        or (consumes and lease_until > clock_timestamp())`,
  )
  return count
}

/** Takes those of these groups that nobody is storing for just now; each with a new token. */
export const takeLeases = (tx: Tx, groups: readonly string[], serverId: number) =>
  tx.many(
    Type.Object({ shardGroup: Type.String(), token: Type.Integer() }),
    sql`
      with free as (
        select shard_group
        from shard_lease
        where shard_group = any(${groups}::text[])
        for update skip locked
      )
      update shard_lease l
      set server_id = ${serverId},
        token = token + 1
      from free
      where l.shard_group = free.shard_group
      returning l.shard_group, l.token`,
  )

export const freeLeases = (tx: Tx, groups: readonly string[], serverId: number): Promise<number> =>
  tx.run(sql`
    update shard_lease
    set server_id = null
    where shard_group = any(${groups}::text[])
      and server_id = ${serverId}`)

export const markConsuming = (tx: Tx, serverId: number): Promise<number> =>
  tx.run(sql`
    update server
    set consumes = true
    where id = ${serverId}
      and not consumes`)
