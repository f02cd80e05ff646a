// The rules that are compared: ours, the flat hour, schedule and grace, and fixed margins. They know what was observed
// of a resident, never the world.
import { effectiveRules } from '#contract/rule-set.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import type { RiskTier } from '#contract/primitives.ts'
import { askPlan, type AskStep } from '#domain/ask-plan.ts'
import { hasShifted, proposeDeadline, type Morning } from '#domain/proposed-deadline.ts'
import type { SilenceTask } from '#domain/silence.ts'

export type Policy = {
  name: string
  /** Where a proposal exists: the deadline (minute of the day) from it; null keeps to the agreed hour. */
  personal: ((proposal: { deadlineMinute: number; usualMinute: number }) => number) | null
  /** The agreed hour before that (minute of the day). */
  agreedMinute: number
  reminds: boolean
  /** Tells a home that cannot be seen from a silent person, knows a longest silence, and asks after a departure. */
  knowsSilences: boolean
  /** Counts whatever arrives as a sign of now, cached or not. */
  believesCached: boolean
  rules: Record<RiskTier, RuleSet>
  plan(asked: Asked): readonly AskStep[]
}

export type Asked = {
  task: SilenceTask
  tier: RiskTier
  deaf: boolean
  firstFortnight: boolean
  /** From now to the agreed hour (minutes). */
  agreedInMin: number
  /** How long our own outage kept it from being judged (minutes). */
  judgedLateMin: number
}

const tiers: readonly RiskTier[] = ['high', 'key', 'general']

/** The ladder of the product: each of its plans once. */
function productLadder(rules: Record<RiskTier, RuleSet>): Policy['plan'] {
  const known = new Map<string, readonly AskStep[]>()
  return (asked) => {
    const judgedLateMin = Math.min(15, Math.ceil(asked.judgedLateMin))
    const agreedInMin = asked.task === 'longSilence' ? Math.min(15, Math.floor(asked.agreedInMin)) : 0
    const key = `${asked.task} ${asked.tier} ${asked.deaf} ${asked.firstFortnight} ${agreedInMin} ${judgedLateMin}`
    const plan =
      known.get(key) ??
      askPlan({
        ...asked,
        agreedInMs: agreedInMin * 60_000,
        judgedLateMs: judgedLateMin * 60_000,
        rules: rules[asked.tier],
      })
    known.set(key, plan)
    return plan
  }
}

const rulesByTier = (change: (rules: RuleSet) => RuleSet = (rules) => rules): Record<RiskTier, RuleSet> =>
  Object.fromEntries(tiers.map((tier) => [tier, change(effectiveRules({ tier }))])) as Record<
    RiskTier,
    RuleSet
  >

const eight = 8 * 60

/** @param change other numbers than the defaults, to look for better ones */
export function ours(change?: (rules: RuleSet) => RuleSet): Policy {
  const rules = rulesByTier(change)
  return {
    name: 'ours',
    personal: ({ deadlineMinute }) => deadlineMinute,
    agreedMinute: eight,
    reminds: true,
    knowsSilences: true,
    believesCached: false,
    rules,
    plan: productLadder(rules),
  }
}

/** Everything as ours, but the same margin behind the usual press for everybody. */
export const fixedMargin = (marginMin: number): Policy => ({
  ...ours(),
  name: `usual + ${marginMin} min`,
  personal: ({ usualMinute }) => Math.ceil((usualMinute + marginMin) / 5) * 5,
})

/** 8:00 for everybody, with our reminder and our ladder. */
export function flat(change?: (rules: RuleSet) => RuleSet): Policy {
  const rules = rulesByTier(change)
  const plan = productLadder(rules)
  return {
    name: 'flat 8:00',
    personal: null,
    agreedMinute: eight,
    reminds: true,
    knowsSilences: false,
    believesCached: true,
    rules,
    plan: (asked) => plan({ ...asked, task: 'missed', firstFortnight: false }),
  }
}

/**
 * As healthchecks does it: a ping is expected each morning, at 8:00 and its default hour of grace the check is down, and
 * everybody in its list is notified at once. No reminder, no asking, whatever arrives is a ping.
 */
export function scheduleAndGrace(): Policy {
  const sent: readonly AskStep[] = [{ afterMs: 0, whom: 'steward', way: 'door' }]
  return {
    name: 'schedule + grace',
    personal: null,
    agreedMinute: eight + 60,
    reminds: false,
    knowsSilences: false,
    believesCached: true,
    rules: rulesByTier(),
    plan: () => sent,
  }
}

/** What staff have accepted of the proposals, as the mornings go by. */
export type Learned = {
  deadlineMinute: number
  usualMinute: number | null
  mornings: Morning[]
  reviewOnDay: number
}

/** The agreed hour is reviewed as the rules say; staff accept what is proposed. */
export function review(learned: Learned, policy: Policy, day: number, tier: RiskTier): void {
  const { proposal: rules } = policy.rules[tier]
  if (!policy.personal || day < learned.reviewOnDay || learned.mornings.length < rules.historyMin) return
  learned.reviewOnDay = day + rules.reviewEveryDays
  if (learned.mornings.length > rules.historyDays)
    learned.mornings = learned.mornings.slice(-rules.historyDays)
  const proposal = proposeDeadline(learned.mornings, rules)
  if (!proposal) return
  const agreed = `${Math.floor(learned.deadlineMinute / 60)}:${learned.deadlineMinute % 60}`
  const wanted = policy.personal(proposal)
  const isFirst = learned.usualMinute === null
  if (isFirst || hasShifted(agreed, { ...proposal, deadlineMinute: wanted }, rules)) {
    learned.deadlineMinute = wanted
    learned.usualMinute = proposal.usualMinute
  }
}
