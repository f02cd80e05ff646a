// The plan by which a silence is asked about, from the rules in force and what is known of the one who is silent. Pure.
import type { Silence } from '#contract/primitives.ts'
import type { RulesOf } from '#contract/rule-layers.ts'
import { askPlan, type AskStep } from '#domain/ask-plan.ts'
import type { QuietHours } from '#domain/quiet-hours.ts'
import type { SilenceTask } from '#domain/silence.ts'
import type { IncidentRow } from './situation.ts'

export type Asks = {
  /** In times after the incident was opened; empty where it is about no silence. */
  asks: readonly AskStep[]
  /** Somebody phones before anybody goes (safety 18): the first days, except high risk and who does not hear it. */
  phoneFirst: boolean
}

/** What our own outage cost before it was opened is taken from the time to ask. */
export function asksOf(incident: IncidentRow & { silence: Silence | null }, rulesOf: RulesOf): Asks {
  const { silence, communityId, homeId, evidence, openedAt, tier, daysEnrolled, notByPhone } = incident
  if (silence === null || homeId === null) return { asks: [], phoneFirst: false }
  const rules = rulesOf({ communityId, homeId, tier })
  const firstFortnight = daysEnrolled !== null && daysEnrolled < rules.silence.fortnightDays
  const asks = askPlan({
    task: taskOf(silence, incident),
    tier,
    deaf: notByPhone,
    firstFortnight,
    agreedInMs: Math.max(0, (evidence.agreedAt ?? openedAt) - openedAt),
    judgedLateMs: Math.max(0, openedAt - (evidence.dueAt ?? openedAt)),
    rules,
  })
  return { asks, phoneFirst: firstFortnight && tier !== 'high' && !notByPhone }
}

/**
 * What an absence asks is no silence and no danger: whether they are back early, or that it ends, may wait for the
 * morning. Null for everything else, which is repeated day and night.
 */
export function quietOf(
  incident: IncidentRow & { silence: Silence | null },
  rulesOf: RulesOf,
): QuietHours | null {
  const { kind, silence, homeId, communityId, tier, zone } = incident
  if (kind !== 'missed' || silence !== null || homeId === null) return null
  const { quietFrom, quietUntil } = rulesOf({ communityId, homeId, tier }).absence
  return { from: quietFrom, until: quietUntil, zone }
}

/** Which task of the silence it is, where it is more than late, blind or missed: that of an absence too. */
function taskOf(silence: Silence, { evidence: { task } }: IncidentRow): SilenceTask {
  const isOwn = task === 'neverPressed' || task === 'longSilence' || task === 'departure'
  return silence === 'missed' && isOwn ? task : silence
}
