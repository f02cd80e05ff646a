// Which home needs somebody first. Incidents of one home stand on one card, air first (safety 12); nobody is hidden.
import type { GroupCard } from '#contract/group.ts'
import type { IncidentCard } from '#contract/incident.ts'
import { isHazard, stages, type IncidentKind, type Origin } from '#contract/primitives.ts'

export type BoardCard = {
  homeId: number
  /** What the card is about; its acts, steps and countdown are those of this incident. */
  lead: IncidentCard
  /** The other incidents of this home: each has its own row and its own acts. */
  others: readonly IncidentCard[]
}

const airFirst: readonly IncidentKind[] = ['co', 'gas', 'smoke', 'sos', 'missed', 'device']
/** Safety 17: a drill or a demo never stands before the real thing. */
const realFirst: readonly Origin[] = ['live', 'drill', 'demo', 'replay']

/** One card a home, worst first. A row of a group stands on the card of its group. */
export function boardCards(
  incidents: Iterable<IncidentCard>,
  groups: ReadonlyMap<number, GroupCard> = new Map(),
): BoardCard[] {
  const byHome = new Map<number, IncidentCard[]>()
  for (const card of incidents) {
    if (card.state === 'closed') continue
    if (card.foldedInto !== null && groups.has(card.foldedInto)) continue
    byHome.set(card.homeId, [...(byHome.get(card.homeId) ?? []), card])
  }
  return [...byHome.entries()].map(([homeId, own]) => cardOf(homeId, own)).sort((a, b) => compareCards(a, b))
}

/** Where the cards of many stand: below every danger and every person who is truly missed, above single equipment. */
export const isAboveGroups = ({ lead }: BoardCard): boolean =>
  isHazard(lead.kind) || (lead.kind === 'missed' && (lead.evidence.silence ?? 'missed') === 'missed')

/** Lists of people to verify before equipment; then the oldest. */
export const groupsInOrder = (groups: Iterable<GroupCard>): GroupCard[] =>
  [...groups].sort(
    (a, b) =>
      realFirst.indexOf(a.origin) - realFirst.indexOf(b.origin) ||
      airFirst.indexOf(a.kind) - airFirst.indexOf(b.kind) ||
      a.openedAt - b.openedAt,
  )

function cardOf(homeId: number, own: readonly IncidentCard[]): BoardCard {
  const [lead, ...others] = [...own].sort(withinHome)
  if (!lead) throw new Error('a group has at least one member')
  return { homeId, lead, others }
}

/** Open before handled, the real thing before a drill, then air before everything else. */
const withinHome = (a: IncidentCard, b: IncidentCard): number =>
  handledLast(a, b) || byOrigin(a, b) || byKind(a, b) || byStage(a, b) || a.openedAt - b.openedAt

/** Between homes the worst stage anywhere in the home decides, then air, then who has waited for an answer longest. */
function compareCards(one: BoardCard, other: BoardCard): number {
  const [a, b] = [one.lead, other.lead]
  return (
    handledLast(a, b) ||
    byOrigin(a, b) ||
    worstStage(other) - worstStage(one) ||
    byKind(a, b) ||
    answered(a) - answered(b) ||
    a.openedAt - b.openedAt
  )
}

const handledLast = (a: IncidentCard, b: IncidentCard) =>
  Number(a.state === 'handled') - Number(b.state === 'handled')
const byOrigin = (a: IncidentCard, b: IncidentCard) =>
  realFirst.indexOf(a.origin) - realFirst.indexOf(b.origin)
const byKind = (a: IncidentCard, b: IncidentCard) => airFirst.indexOf(a.kind) - airFirst.indexOf(b.kind)
const byStage = (a: IncidentCard, b: IncidentCard) => stages.indexOf(b.stage) - stages.indexOf(a.stage)
const answered = (card: IncidentCard) => Number(card.acknowledgedAt !== null)

const worstStage = ({ lead, others }: BoardCard): number =>
  Math.max(
    ...[lead, ...others]
      .filter(({ state }) => state === lead.state)
      .map(({ stage }) => stages.indexOf(stage)),
  )
