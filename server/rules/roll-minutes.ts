// The two numbers by which a pact rolls to its next morning: how long before it she is reminded, and how long anybody
// may be silent. A city mostly has the same ones; where a community, a tier or a home differs, that is a short list.
import { Type } from 'typebox'
import { defaultRules, type RuleSet } from '#contract/rule-set.ts'
import { rulesFor, type RuleLayers } from '#contract/rule-layers.ts'
import { Id, RiskTier } from '#contract/primitives.ts'
import { bigints, doubles, texts } from '#db/column.ts'
import type { Db } from '#db/database.ts'
import { sql, type Sql } from '#db/sql.ts'
import { ruleBooks, type RuleBook } from './rule-book.ts'

type Minutes = { remindBeforeMin: number; longestSilenceMin: number }
type Other = Minutes & { communityId: number; tier: RiskTier; homeId: number | null }

/** Those who differ from the usual. */
export type RollMinutes = readonly Other[]

const minutesOf = ({ silence }: RuleSet): Minutes => ({
  remindBeforeMin: silence.remindBeforeMin,
  longestSilenceMin: silence.longestSilenceMin,
})
export const usualMinutes = minutesOf(defaultRules)

const differs = (one: Minutes): boolean =>
  one.remindBeforeMin !== usualMinutes.remindBeforeMin ||
  one.longestSilenceMin !== usualMinutes.longestSilenceMin

const tiers = RiskTier.enum

export function rollMinutesOf(books: ReadonlyMap<number, RuleBook>): RollMinutes {
  return [...books].flatMap(([communityId, { layers }]) =>
    names(layers) ? tiers.flatMap((tier) => ofTier(communityId, layers, tier)) : [],
  )
}

/** Most changes are about something else: asked of the text, for a community may name thousands of homes. */
const names = (layers: RuleLayers): boolean => {
  const text = JSON.stringify(layers)
  return text.includes('"remindBeforeMin"') || text.includes('"longestSilenceMin"')
}

function ofTier(communityId: number, layers: RuleLayers, tier: RiskTier): Other[] {
  const all = minutesOf(rulesFor(layers, { tier }))
  const homes = Object.entries(layers.homes).flatMap(([id, { silence }]) => {
    if (silence?.remindBeforeMin === undefined && silence?.longestSilenceMin === undefined) return []
    const homeId = Number(id)
    return [{ ...minutesOf(rulesFor(layers, { tier, homeId })), communityId, tier, homeId }]
  })
  return [...(differs(all) ? [{ ...all, communityId, tier, homeId: null }] : []), ...homes]
}

const Changed = Type.Object({ communityId: Id })

/** Of every community, once before many roll. */
export async function readRollMinutes(db: Db): Promise<RollMinutes> {
  const changed = await db.many(
    Changed,
    sql`
      select distinct community_id
      from rule_book
      where layers::text ~ '"(remindBeforeMin|longestSilenceMin)"'`,
  )
  return changed.length === 0 ? [] : rollMinutesOf(await ruleBooks(db, changed.map(idOf)))
}

const idOf = ({ communityId }: { communityId: number }): number => communityId

/**
 * Both numbers of the row of `pact` at hand, as `(remind_min, longest_min)`: a from-item. Without anybody who differs
 * it is two constants, and a million rows ask nobody.
 */
export function minutesOfPact(others: RollMinutes): Sql {
  const { remindBeforeMin, longestSilenceMin } = usualMinutes
  const usual = sql`${remindBeforeMin}::float8 as remind_min, ${longestSilenceMin}::float8 as longest_min`
  if (others.length === 0) return sql`(select ${usual})`
  return sql`(
    select remind_min, longest_min
    from (
      select 0 as rank, ${usual}
      union all
      select case when o.home_id is null then 1 else 2 end, o.remind_min, o.longest_min
      from resident r
      join unnest(
        ${bigints(others.map(({ communityId }) => communityId))}::bigint[],
        ${texts(others.map(({ tier }) => tier))}::text[],
        ${bigints(others.map(({ homeId }) => homeId))}::bigint[],
        ${doubles(others.map((one) => one.remindBeforeMin))}::float8[],
        ${doubles(others.map((one) => one.longestSilenceMin))}::float8[]
      ) as o (community_id, tier, home_id, remind_min, longest_min) on o.tier = r.tier
      where pact.community_id = any(${bigints([...new Set(others.map(({ communityId }) => communityId))])}::bigint[])
        and r.id = pact.resident_id
        and o.community_id = pact.community_id
        and (o.home_id is null or o.home_id = pact.home_id)
    ) as known
    order by rank desc
    limit 1
  )`
}
