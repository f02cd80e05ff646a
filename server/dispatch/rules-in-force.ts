// The rules in force around incidents: of their community, the tier and the home, read once for all of them together.
import { Type } from 'typebox'
import { Id } from '#contract/primitives.ts'
import { readLayers, rulesOfMany, type RulesOf } from '#contract/rule-layers.ts'
import { bigints } from '#db/column.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'

const LayersRow = Type.Object({ communityId: Id, layers: Type.Unknown() })

/** Those of the silences among these incidents; each set of rules is put together once. */
export async function rulesAround(tx: Tx, incidentIds: readonly number[]): Promise<RulesOf> {
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
  return rulesOfMany(
    new Map(rows.map(({ communityId, layers }) => [communityId, { layers: readLayers(layers) }])),
  )
}
