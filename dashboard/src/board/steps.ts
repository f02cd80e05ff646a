// The five steps of every incident: told, acknowledged, on the way, at the door, closed.
import type { Assignment, IncidentCard } from '#contract/incident.ts'

export const stepKeys = ['told', 'acknowledged', 'enRoute', 'onScene', 'closed'] as const
export type StepKey = (typeof stepKeys)[number]

export type Step = {
  key: StepKey
  status: 'done' | 'now' | 'overdue' | 'ahead'
  /** Who did it; for `told` how many know. */
  who?: string
  count?: number
  /** When the current step is due: it counts down, then up. */
  dueAt?: number
}

const order = ['told', 'acknowledged', 'enRoute', 'onScene', 'done'] as const
const reached = ({ state }: Assignment): number => order.indexOf(state as (typeof order)[number])

/** Where an incident stands at `now` (epoch ms of the server). Exactly one step is current until it is closed. */
export function stepsOf(card: IncidentCard, now: number): Step[] {
  const done = doneSteps(card)
  const current = done.indexOf(false)
  return stepKeys.map((key, index) => {
    const about = aboutStep(card, key)
    if (done[index]) return { key, status: 'done', ...about }
    if (index !== current) return { key, status: 'ahead' }
    const dueAt = dueOf(card)
    const overdue = dueAt !== undefined && dueAt <= now
    return { key, status: overdue ? 'overdue' : 'now', ...about, ...(dueAt === undefined ? {} : { dueAt }) }
  })
}

/** States decide, not times: a worse reading takes an acknowledgement back (safety 3), its time stays on record. */
function doneSteps(card: IncidentCard): boolean[] {
  const active = activeOf(card)
  const furthest = Math.max(-1, ...active.map(reached))
  const acknowledged = card.acknowledgedAt !== null || furthest >= 1
  if (card.state !== 'open') return [true, true, true, true, card.state === 'closed']
  return [active.length > 0 || acknowledged, acknowledged, furthest >= 2, furthest >= 3, false]
}

function aboutStep(card: IncidentCard, key: StepKey): Pick<Step, 'who' | 'count'> {
  const active = activeOf(card)
  const first = (at: number) => active.filter((one) => reached(one) >= at)[0]?.personName
  switch (key) {
    case 'told':
      return active.length > 0 ? { count: active.length } : {}
    case 'acknowledged':
      return named(first(1) ?? card.acknowledgedBy ?? undefined)
    case 'enRoute':
      return named(first(2))
    case 'onScene':
      return named(first(3))
    case 'closed':
      return named(card.handledBy ?? undefined)
  }
}

const named = (who: string | undefined): Pick<Step, 'who'> => (who === undefined ? {} : { who })

const activeOf = ({ assignments }: IncidentCard): Assignment[] =>
  assignments.filter((one) => reached(one) >= 0)

function dueOf(card: IncidentCard): number | undefined {
  if (card.dueAt !== null) return card.dueAt
  const dues = activeOf(card).flatMap(({ dueAt }) => (dueAt === null ? [] : [dueAt]))
  return dues.length > 0 ? Math.min(...dues) : undefined
}
