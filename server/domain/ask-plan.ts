// Who is asked before somebody is sent to the door, when, and how: the ladder of a silence, in times after its deadline.
import type { RiskTier } from '#contract/primitives.ts'
import { defaultRules, effectiveRules } from '#contract/rule-set.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import { limits } from '../limits.ts'
import type { SilenceTask } from './silence.ts'

/**
 * `resident` is asked by phone or in the way that was agreed with them (of a departure: the number of the absence), `nearby` is neighbour and family together (each
 * answers only with "seen or spoken with", safety 7), `steward` is the first one who is sent: from there on the ladder
 * of dispatch goes on.
 */
export type AskStep = {
  afterMs: number
  whom: 'resident' | 'nearby' | 'steward'
  /** Safety 18: a deaf resident is asked by light, vibration or whatever was agreed, and never judged by calls. */
  way: 'phone' | 'ownMode' | 'door'
}

export type AskInput = {
  task: SilenceTask
  tier: RiskTier
  deaf: boolean
  firstFortnight: boolean
  /** A silence that became too long before the agreed hour: how long it is until that hour (ms). */
  agreedInMs?: number
  /** How long after the deadline it could be judged, where we ourselves could not see (ms): time that was lost. */
  judgedLateMs?: number
  rules?: Rules
}

type Rules = Pick<RuleSet, 'ladder' | 'silence'>

const minuteMs = 60_000
const firstAnswerMs = 5 * minuteMs

/** From telling a steward to somebody at the door, if everything goes as it should (safety 3). */
const walkMs = limits.acknowledgeDueMs + limits.departDueMs + limits.arriveDueMs

/**
 * The steps in order of time, counted from when it was judged; the first answer by the resident, or by somebody who has seen or spoken with them, ends
 * it. Late but active is only asked: what follows is said at the second deadline, when the task is another one.
 */
export function askPlan(input: AskInput): AskStep[] {
  const rules = input.rules ?? effectiveRules({ tier: input.tier })
  const sentAfterMs = makeUp(stewardAfterMs(input, rules), input.judgedLateMs ?? 0)
  const asked = [...tries(input, rules, sentAfterMs), nearby(input, rules)]
  const sent: AskStep[] =
    input.task === 'late' ? [] : [{ afterMs: sentAfterMs, whom: 'steward', way: 'door' }]
  // Stable: at the same moment the resident is asked first, and somebody is sent last.
  return [...asked.filter(({ afterMs }) => afterMs < sentAfterMs), ...sent].toSorted(
    (a, b) => a.afterMs - b.afterMs,
  )
}

/** What our own outage cost is taken from the time to ask, of which the first call and its answer remain. */
const makeUp = (sentAfterMs: number, lateMs: number): number =>
  Math.max(Math.min(sentAfterMs, firstAnswerMs), sentAfterMs - lateMs)

/** As often as the rules say; where there is more time before somebody is sent, again and again until then. */
function tries(input: AskInput, { ladder }: Rules, sentAfterMs: number): AskStep[] {
  const apartMs = ladder.triesApartMin * minuteMs
  const isByPhone = !input.deaf || input.task === 'departure'
  const firstMs = before(input, isByPhone ? ladder.firstTryMin : ladder.firstTryOfDeafMin)
  // A light may ask from its own beginning until somebody is sent: nobody has to answer it.
  const count = isByPhone
    ? ladder.tries
    : Math.max(ladder.tries, Math.ceil((sentAfterMs - firstMs) / apartMs))
  const usual = Array.from({ length: count }, (_, nth) => firstMs + nth * apartMs)
  const lastMs = usual.at(-1) ?? 0
  const more = Math.max(0, Math.ceil((sentAfterMs - lastMs) / (2 * apartMs)) - 1)
  const again =
    input.task === 'blind' ? [] : Array.from({ length: more }, (_, nth) => lastMs + (nth + 1) * 2 * apartMs)
  const way = isByPhone ? 'phone' : 'ownMode'
  return [...usual, ...again].map((afterMs) => ({ afterMs, whom: 'resident', way }))
}

/** A silence of which the hour was known may be announced before it; the other tasks begin when they are found. */
const before = ({ task }: AskInput, firstTryMin: number): number =>
  task === 'missed' || task === 'longSilence' ? firstTryMin * minuteMs : Math.max(0, firstTryMin * minuteMs)

function nearby(input: AskInput, { ladder }: Rules): AskStep {
  const ofSilenceMin = input.deaf ? ladder.nearbyOfDeafAfterMin : ladder.nearbyAfterMin
  // Who said that they would be away is first asked under the number that they left.
  const afterMin = input.task === 'departure' ? ladder.newcomerStewardAfterMin / 3 : ofSilenceMin
  return { afterMs: afterMin * minuteMs, whom: 'nearby', way: 'phone' }
}

/** The steps that are due now and were not yet taken; `taken` counts from the start of the plan. */
export function stepsDue(
  plan: readonly AskStep[],
  asked: { sinceMs: number; taken: number },
): { due: AskStep[]; nextAfterMs: number | null } {
  const due = plan.slice(asked.taken).filter(({ afterMs }) => afterMs <= asked.sinceMs)
  return { due, nextAfterMs: plan[asked.taken + due.length]?.afterMs ?? null }
}

/**
 * When a resident of whom nothing was heard is asked next before the deadline (epoch ms); null: not before it. Nothing is
 * wrong yet: it is for themselves alone. Never sooner than half the time between two tries, so that a reminder which
 * came late is not said again a moment later by the same button.
 */
export function nextAskBefore(
  asked: AskInput,
  { dueAt, now }: { dueAt: number; now: number },
): number | null {
  const { ladder } = asked.rules ?? effectiveRules({ tier: asked.tier })
  const notBefore = now + (ladder.triesApartMin * minuteMs) / 2
  const next = askPlan(asked).find(
    ({ whom, afterMs }) => whom === 'resident' && afterMs < 0 && dueAt + afterMs >= notBefore,
  )
  return next ? dueAt + next.afterMs : null
}

/** When somebody is sent at the latest (ms after the deadline). High risk: T0+5 after the hour that was agreed. */
function stewardAfterMs(input: AskInput, { ladder, silence }: Rules): number {
  switch (input.task) {
    case 'late':
      return silence.secondDeadlineMin * minuteMs
    case 'blind':
      return Math.min(
        silence.blindStewardAfterMin * minuteMs,
        Math.max(limits.acknowledgeDueMs, silence.blindContactMin * minuteMs - walkMs),
      )
    // They said that they would be away: calls and the family, before a door is opened in vain.
    case 'departure':
    case 'neverPressed':
      return ladder.newcomerStewardAfterMin * minuteMs
    // Earlier than agreed: there is time to ask, as long as what was agreed is kept.
    case 'longSilence':
      return Math.min(
        defaultRules.ladder.stewardAfterMin * minuteMs,
        (input.agreedInMs ?? 0) + ladder.stewardAfterMin * minuteMs,
      )
    case 'missed': {
      // Safety 18: phoning longer tells nothing of somebody who does not hear it.
      const isPhoneFirst = input.firstFortnight && input.tier !== 'high' && !input.deaf
      return (isPhoneFirst ? ladder.fortnightStewardAfterMin : ladder.stewardAfterMin) * minuteMs
    }
  }
}
