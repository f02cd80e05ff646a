// What is known of the homes where something may be the matter with the air: asked for these homes only.
import { Type } from 'typebox'
import { rulesOfMany } from '#contract/rule-layers.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import type { DeviceRules } from '#contract/rules-device.ts'
import { Id, RiskTier, orNull } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { bodyOf } from '#domain/body.ts'
import type { Body } from '#domain/cohb.ts'
import { utcOffsetMs } from '#domain/utc-offset.ts'
import { ruleBooks } from './rule-book.ts'

/** The rules in force for a home, who breathes its air, and how far its clocks are ahead of UTC (ms). */
export type Surroundings = { rules: RuleSet; bodies: Body[]; utcOffsetMs: number }

const Row = Type.Object({
  homeId: Id,
  communityId: Id,
  zone: Type.String(),
  tier: orNull(RiskTier),
  birthYear: orNull(Type.Integer()),
  file: orNull(Type.Record(Type.String(), Type.Unknown())),
})

/** By home. Of several residents the one at the highest risk says which rules hold: one air is one danger. */
export async function surroundingsOf(
  tx: Tx,
  homes: readonly { homeId: number; communityId: number }[],
  now: number,
): Promise<Map<number, Surroundings>> {
  const [rows, books] = await Promise.all([
    residentsOf(tx, [...new Set(homes.map(({ homeId }) => homeId))]),
    ruleBooks(tx, [...new Set(homes.map(({ communityId }) => communityId))]),
  ])
  const rulesOf = rulesOfMany(books)
  const found = new Map<number, Surroundings>()
  for (const { homeId, communityId, zone, tier, birthYear, file } of rows) {
    const known = found.get(homeId)
    // Those at the highest risk come first.
    const home = known ?? {
      rules: rulesOf({ communityId, homeId, tier: tier ?? 'general' }),
      bodies: [],
      utcOffsetMs: utcOffsetMs(now, zone),
    }
    if (file !== null) home.bodies.push(bodyOf({ birthYear, file }, new Date(now).getUTCFullYear()))
    found.set(homeId, home)
  }
  return found
}

/** What is watched about equipment, by home: only of communities that have changed anything of their rules. */
export async function deviceRulesOf(
  tx: Tx,
  devices: readonly { homeId: number; communityId: number }[],
  now: number,
): Promise<Map<number, DeviceRules>> {
  if (devices.length === 0) return new Map()
  const books = await ruleBooks(tx, [...new Set(devices.map(({ communityId }) => communityId))])
  const changed = devices.filter(({ communityId }) => (books.get(communityId)?.version ?? 0) > 0)
  if (changed.length === 0) return new Map()
  const homes = await surroundingsOf(tx, changed, now)
  return new Map([...homes].map(([homeId, { rules }]) => [homeId, rules.device]))
}

const residentsOf = (tx: Tx, homeIds: readonly number[]) =>
  tx.many(
    Row,
    sql`
      select h.id as home_id, h.community_id, c.zone, r.tier, r.birth_year, r.file
      from home h
      join area c on c.id = h.community_id
      left join resident r on r.home_id = h.id
      where h.id = any(${homeIds}::bigint[])
      order by h.id, array_position(array['high', 'key', 'general'], r.tier), r.id`,
  )
