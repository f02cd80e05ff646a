// What a community changed of the rules: for everybody, for a tier, for a home. Each later layer has the last word.
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import { EpochMs, Id, RiskTier, orNull } from './primitives.ts'
import { RuleChange, RuleSet, effectiveRules } from './rule-set.ts'

export const RuleLayers = Type.Object({
  community: RuleChange,
  tiers: Type.Object({ high: RuleChange, key: RuleChange, general: RuleChange }),
  /** By the id of the home. */
  homes: Type.Record(Type.String({ pattern: '^[1-9]\\d*$' }), RuleChange),
})
export type RuleLayers = Static<typeof RuleLayers>

export const noChanges: RuleLayers = { community: {}, tiers: { high: {}, key: {}, general: {} }, homes: {} }

/**
 * Layers as they are stored. A change that can no longer be read (its bounds are narrower now) counts as none: judging
 * never stops because of a rule.
 */
export function readLayers(stored: unknown): RuleLayers {
  const { community, tiers, homes = {} } = (stored ?? {}) as Partial<RuleLayers>
  const tier = (name: RiskTier) => readChange(tiers?.[name])
  return {
    community: readChange(community),
    tiers: { high: tier('high'), key: tier('key'), general: tier('general') },
    homes: Object.fromEntries(Object.entries(homes).map(([id, change]) => [id, readChange(change)])),
  }
}

const readChange = (change: unknown): RuleChange => (Value.Check(RuleChange, change) ? change : {})

/** Which layer is looked at or changed: `community`, a tier, or `home-12`. */
export const RuleScope = Type.String({ pattern: '^(community|high|key|general|home-[1-9]\\d*)$' })

/** The rules by which a resident of this tier in this home is judged. */
export const rulesFor = (layers: RuleLayers, who: { tier: RiskTier; homeId?: number }): RuleSet =>
  effectiveRules({
    tier: who.tier,
    community: layers.community,
    ofTier: layers.tiers[who.tier],
    home: who.homeId === undefined ? null : (layers.homes[String(who.homeId)] ?? null),
  })

export type RulesOf = (who: { communityId: number; homeId: number; tier: RiskTier }) => RuleSet

/** `rulesFor` of many, by community: thousands of homes share a handful of rules, and each is put together once. */
export function rulesOfMany(books: ReadonlyMap<number, { layers: RuleLayers }>): RulesOf {
  const known = new Map<string, RuleSet>()
  return ({ communityId, homeId, tier }) => {
    const layers = books.get(communityId)?.layers ?? noChanges
    const key = `${communityId} ${tier} ${Object.hasOwn(layers.homes, String(homeId)) ? homeId : 0}`
    const rules = known.get(key) ?? rulesFor(layers, { tier, homeId })
    known.set(key, rules)
    return rules
  }
}

/** A rule as its line on the page: `zh` and `en` hold `{}` where the value stands. */
export const RuleLine = Type.Object({
  part: Type.String(),
  name: Type.String(),
  zh: Type.String(),
  en: Type.String(),
  /** Clause, paper or measurement behind the default. */
  source: Type.String(),
  value: Type.Union([Type.Number(), Type.Boolean(), Type.String()]),
  /** What it would be without this layer. */
  inherited: Type.Union([Type.Number(), Type.Boolean(), Type.String()]),
  from: orNull(Type.Number()),
  to: orNull(Type.Number()),
  whole: Type.Boolean(),
})
export type RuleLine = Static<typeof RuleLine>

export const RulesView = Type.Object({
  /** 0: nothing was ever changed. */
  version: Type.Integer(),
  scope: RuleScope,
  /** What differs from the defaults, of all layers: `npm run replay -- --rules` takes it as a file. */
  layers: RuleLayers,
  lines: Type.Array(RuleLine),
  history: Type.Array(
    Type.Object({
      version: Type.Integer(),
      note: Type.String(),
      createdAt: EpochMs,
      createdBy: orNull(Type.String()),
    }),
  ),
  homes: Type.Array(Type.Object({ homeId: Id, label: Type.String() })),
})
export type RulesView = Static<typeof RulesView>

/** Every rule as its line, in the order of the schema, beside what it would be `without` the layer that is looked at. */
export function ruleLines(rules: RuleSet, without: RuleSet): RuleLine[] {
  return Object.entries(RuleSet.properties).flatMap(([part, { properties }]) =>
    Object.entries(properties as unknown as Record<string, Sayable>).map(([name, said]) => ({
      part,
      name,
      zh: said.zh,
      en: said.en,
      source: said.source,
      value: valueOf(rules, part, name),
      inherited: valueOf(without, part, name),
      from: said.minimum ?? null,
      to: said.maximum ?? null,
      whole: said.type === 'integer',
    })),
  )
}

type LineValue = RuleLine['value']
type Sayable = { type: string; zh: string; en: string; source: string; minimum?: number; maximum?: number }

const valueOf = (rules: RuleSet, part: string, name: string): LineValue =>
  (rules as unknown as Record<string, Record<string, LineValue>>)[part]?.[name] ?? 0
