// After how long each device counts as silent, where the rules of its community say otherwise than the defaults.
import { Type } from 'typebox'
import { DeviceKind, Id, PowerClass, RiskTier, orNull } from '#contract/primitives.ts'
import { rulesOfMany } from '#contract/rule-layers.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { silentAfterMs } from '#domain/liveness.ts'
import { ruleBooks } from './rule-book.ts'

const Row = Type.Object({
  id: Id,
  communityId: Id,
  homeId: Id,
  kind: DeviceKind,
  power: PowerClass,
  tier: orNull(RiskTier),
  silentAfterMs: orNull(Type.Integer()),
})

/**
 * Writes down the silence of every device whose rules changed; its next deadline is taken forward with it, never put
 * off: a longer silence counts from the next word. Gives how many were changed.
 */
export async function applyDeviceRules(tx: Tx): Promise<number> {
  const devices = await devicesUnderRules(tx)
  const books = await ruleBooks(tx, [...new Set(devices.map(({ communityId }) => communityId))])
  const rulesOf = rulesOfMany(books)
  const changed = devices.flatMap((device) => {
    const { id, communityId, homeId, kind, power, tier } = device
    const rules = rulesOf({ communityId, homeId, tier: tier ?? 'general' })
    const own = silentAfterMs(kind, power, rules.device)
    const wanted = own === silentAfterMs(kind, power) ? null : own
    return wanted === device.silentAfterMs ? [] : [{ id, wanted, own }]
  })
  if (changed.length === 0) return 0
  // In the order of ids, as a batch locks them.
  await tx.run(sql`
    select
    from device
    where id = any(${bigints(changed.map(({ id }) => id))}::bigint[])
    order by id
    for no key update`)
  return tx.run(sql`
    update device d
    set silent_after_ms = c.wanted,
      silent_at = case
        when d.silent_at is not null then least(d.silent_at, d.last_seen_at + c.own * interval '1 ms')
      end
    from unnest(
      ${bigints(changed.map(({ id }) => id))}::bigint[],
      ${bigints(changed.map(({ wanted }) => wanted))}::bigint[],
      ${bigints(changed.map(({ own }) => own))}::bigint[]
    ) as c (id, wanted, own)
    where d.id = c.id`)
}

/** Of communities that ever wrote rules; the residents at the highest risk of a home say which tier it is. */
const devicesUnderRules = (tx: Tx) =>
  tx.many(
    Row,
    sql`
      select d.id, d.community_id, d.home_id, d.kind, d.power, d.silent_after_ms,
        (
          select r.tier
          from resident r
          where r.home_id = d.home_id
          order by array_position(array['high', 'key', 'general'], r.tier)
          limit 1
        ) as tier
      from device d
      where d.community_id in (
        select community_id
        from rule_book
      )
      order by d.id`,
  )
