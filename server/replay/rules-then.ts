// Which rules held when: every version of every rule book, and one that is only proposed.
import { setImmediate as turn } from 'node:timers/promises'
import { Type } from 'typebox'
import { noChanges, rulesFor, rulesOfMany, readLayers, type RuleLayers } from '#contract/rule-layers.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import { Id, RiskTier } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { sql } from '#db/sql.ts'
import { grouped } from '#domain/grouped.ts'

export type Who = { communityId: number; homeId: number; tier: RiskTier }

/** The rules of somebody at an instant (epoch ms). */
export type RulesAt = (who: Who, at: number) => RuleSet

export type Version = { communityId: number; fromAt: number; layers: RuleLayers }

const Row = Type.Object({ communityId: Id, fromAt: Type.Integer(), layers: Type.Unknown() })

/** Oldest first, of each community. */
export async function ruleVersions(db: Db, communityIds: readonly number[]): Promise<Version[]> {
  const rows = await db.many(
    Row,
    sql`
      select community_id, created_at as from_at, layers
      from rule_book
      where community_id = any(${communityIds}::bigint[])
      order by community_id, version`,
  )
  return rows.map(({ layers, ...row }) => ({ ...row, layers: readLayers(layers) }))
}

/** As they were in force; before the first version, the defaults. */
export function rulesThen(versions: readonly Version[]): RulesAt {
  const byCommunity = grouped(versions, ({ communityId }) => communityId)
  const known = new Map<Version, ReturnType<typeof rulesOfMany>>()
  const untouched = rulesOfMany(new Map())
  return (who, at) => {
    const version = byCommunity.get(who.communityId)?.findLast(({ fromAt }) => fromAt <= at)
    if (!version) return untouched(who)
    const rulesOf = known.get(version) ?? rulesOfMany(new Map([[version.communityId, version]]))
    known.set(version, rulesOf)
    return rulesOf(who)
  }
}

/** The same ones all the time. */
export function rulesProposed(layers: RuleLayers, communityIds: readonly number[]): RulesAt {
  const rulesOf = rulesOfMany(new Map(communityIds.map((id) => [id, { layers }])))
  return (who) => rulesOf(who)
}

/** What has to be judged again: where no number differs, nothing can. */
export type Touched = { silence: boolean; air: boolean; devices: boolean }

export const everything: Touched = { silence: true, air: true, devices: true }

type Since = { fromAt: number; communityIds: readonly number[] }

/**
 * Which judgements the proposed layers could change, compared with every version that was in force since `fromAt`. Putting
 * rules together and checking them takes milliseconds: what is judged live comes in between.
 */
export async function touchedBy(
  layers: RuleLayers,
  versions: readonly Version[],
  since: Since,
): Promise<Touched> {
  const touched = { silence: false, air: false, devices: false }
  for (const then of inForceSince(versions, since))
    for (const who of whoMayDiffer(then, layers)) {
      await turn()
      const [old, next] = [rulesFor(then, who), rulesFor(layers, who)]
      const differs = (part: keyof RuleSet) => JSON.stringify(old[part]) !== JSON.stringify(next[part])
      touched.air ||= differs('co') || differs('gas')
      touched.devices ||= differs('device')
      touched.silence ||= differs('silence') || differs('absence')
    }
  // A home whose devices count as silent is blind; and a device that falls silent in an alarm is one of its own.
  return {
    air: touched.air,
    devices: touched.devices || touched.air,
    silence: touched.silence || touched.devices,
  }
}

/** Thousands of homes may have rules of their own: only one whose own ones differ can differ by itself. */
function whoMayDiffer(then: RuleLayers, layers: RuleLayers): { tier: RiskTier; homeId?: number }[] {
  const own = new Set([then, layers].flatMap(({ homes }) => Object.keys(homes)))
  const homeIds = [...own].filter((id) => JSON.stringify(then.homes[id]) !== JSON.stringify(layers.homes[id]))
  return RiskTier.enum.flatMap((tier) => [{ tier }, ...homeIds.map((id) => ({ tier, homeId: Number(id) }))])
}

/** Where a community had changed nothing yet, the defaults were in force. */
function inForceSince(versions: readonly Version[], { fromAt, communityIds }: Since): RuleLayers[] {
  const byCommunity = grouped(versions, ({ communityId }) => communityId)
  return communityIds.flatMap((id) => {
    const own = byCommunity.get(id) ?? []
    const first = own.findLastIndex((version) => version.fromAt <= fromAt)
    const since = own.slice(Math.max(0, first)).map(({ layers }) => layers)
    return first < 0 ? [noChanges, ...since] : since
  })
}
