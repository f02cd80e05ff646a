// The rules as data: every number that judging uses, its bounds, its source and its sentence; community, tier, home.
import { Type, type Static } from 'typebox'
import { Value } from 'typebox/value'
import type { RiskTier } from './primitives.ts'
import { CoRules, GasRules } from './rules-air.ts'
import { AbsenceRules, DeviceRules } from './rules-device.ts'
import { LadderRules, ProposalRules, SilenceRules } from './rules-silence.ts'

const parts = {
  silence: SilenceRules,
  ladder: LadderRules,
  proposal: ProposalRules,
  co: CoRules,
  gas: GasRules,
  device: DeviceRules,
  absence: AbsenceRules,
}

export const RuleSet = Type.Object(parts)
export type RuleSet = Static<typeof RuleSet>

/** What a community, a tier or a home does otherwise: any of the numbers, the others stay. */
export const RuleChange = Type.Partial(
  Type.Object({
    silence: Type.Partial(SilenceRules),
    ladder: Type.Partial(LadderRules),
    proposal: Type.Partial(ProposalRules),
    co: Type.Partial(CoRules),
    gas: Type.Partial(GasRules),
    device: Type.Partial(DeviceRules),
    absence: Type.Partial(AbsenceRules),
  }),
  { additionalProperties: false },
)
export type RuleChange = Static<typeof RuleChange>

/** The rules of anybody of whom nothing special is known. */
export const defaultRules: RuleSet = Value.Create(RuleSet)

/** What differs by tier before anybody has changed anything. */
export const tierRules: Record<RiskTier, RuleChange> = {
  high: {
    silence: { signSoftens: false, blindContactMin: 15, blindStewardAfterMin: 3 },
    ladder: {
      firstTryMin: -15,
      nearbyAfterMin: 0,
      nearbyOfDeafAfterMin: 0,
      stewardAfterMin: 5,
      fortnightStewardAfterMin: 15,
      newcomerStewardAfterMin: 15,
    },
  },
  key: {},
  general: {},
}

/**
 * The rules of one home or resident: defaults, then the tier, the community, the community's own change for that tier,
 * the home; the last word wins, inside the bounds of the schema and of the tier.
 */
export function effectiveRules(layers: {
  tier: RiskTier
  community?: RuleChange | null
  ofTier?: RuleChange | null
  home?: RuleChange | null
}): RuleSet {
  const { tier, community, ofTier, home } = layers
  const merged = [tierRules[tier], community, ofTier, home].reduce<RuleSet>(overlay, defaultRules)
  return withinTier(tier, merged)
}

function overlay(below: RuleSet, change: RuleChange | null | undefined): RuleSet {
  if (!change) return below
  const merged = Object.fromEntries(
    Object.entries(below).map(([part, rules]) => [part, { ...rules, ...change[part as keyof RuleChange] }]),
  )
  return Value.Parse(RuleSet, merged)
}

/** Safety 6, 8 and the ladder: what no layer may loosen for somebody at high risk. */
function withinTier(tier: RiskTier, rules: RuleSet): RuleSet {
  if (tier !== 'high') return rules
  const { silence, ladder } = rules
  return {
    ...rules,
    silence: {
      ...silence,
      signSoftens: false,
      blindContactMin: Math.min(silence.blindContactMin, 15),
      blindStewardAfterMin: Math.min(silence.blindStewardAfterMin, 3),
    },
    ladder: {
      ...ladder,
      nearbyAfterMin: Math.min(ladder.nearbyAfterMin, 5),
      nearbyOfDeafAfterMin: Math.min(ladder.nearbyOfDeafAfterMin, 5),
      stewardAfterMin: Math.min(ladder.stewardAfterMin, 5),
      fortnightStewardAfterMin: Math.min(ladder.fortnightStewardAfterMin, 15),
      newcomerStewardAfterMin: Math.min(ladder.newcomerStewardAfterMin, 15),
    },
  }
}
