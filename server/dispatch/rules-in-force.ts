// The rules in force around incidents: of their community, the tier and the home, read once for all of them together.
import { Type } from 'typebox'
import { Id, type RiskTier } from '#contract/primitives.ts'
import { noChanges, readLayers, rulesFor } from '#contract/rule-layers.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'

export type RulesAround = (who: { communityId: number; homeId: number; tier: RiskTier }) => RuleSet

const LayersRow = Type.Object({ communityId: Id, layers: Type.Unknown() })

/** Those of the silences among these incidents; each set of rules is put together once. */
export async function rulesAround(tx: Tx, incidentIds: readonly number[]): Promise<RulesAround> {
  const rows = await tx.many(
    LayersRow,
    sql`
      select distinct on (community_id) community_id, layers
      from rule_book
      where community_id in (
        select community_id
        from incident
        where id = any(${bigints(incidentIds)}::bigint[])
          and kind = 'missed'
      )
      order by community_id, version desc`,
  )
  const layersOf = new Map(rows.map(({ communityId, layers }) => [communityId, readLayers(layers)]))
  const known = new Map<string, RuleSet>()
  return ({ communityId, homeId, tier }) => {
    const layers = layersOf.get(communityId) ?? noChanges
    const ownHome = String(homeId) in layers.homes ? homeId : 0
    const key = `${communityId} ${tier} ${ownHome}`
    const rules = known.get(key) ?? rulesFor(layers, { tier, homeId })
    known.set(key, rules)
    return rules
  }
}
