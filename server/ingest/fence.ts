// Fencing for an external broker: what was taken for a group of shards is stored only by the server that holds it.
import { Type } from 'typebox'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import type { Pending } from './gather.ts'
import { NotStored } from './trouble.ts'

const Count = Type.Object({ held: Type.Integer() })

/**
 * Throws NotStored unless each lease under which these messages came is still the same, and keeps it so until the
 * transaction ends: whoever takes over waits for it. A server that was frozen and wakes up stores nothing any more.
 */
export async function assertFences(tx: Tx, pending: readonly Pending[]): Promise<void> {
  const fences = new Map<string, number>()
  for (const one of pending)
    if (one.is === 'message' && one.message.fence !== undefined) {
      const { group, token } = one.message.fence
      // two tokens of one group in a batch: the older is not held
      if ((fences.get(group) ?? token) !== token) throw lost()
      fences.set(group, token)
    }
  if (fences.size === 0) return
  const { held } = await tx.one(
    Count,
    sql`
      select count(*)::int as held
      from (
        select
        from shard_lease lease
        join unnest(${[...fences.keys()]}::text[], ${[...fences.values()]}::bigint[]) as own (shard_group, token)
          using (shard_group, token)
        for share of lease
      ) as leases`,
  )
  if (held !== fences.size) throw lost()
}

const lost = () => new NotStored('another server consumes these devices by now')
