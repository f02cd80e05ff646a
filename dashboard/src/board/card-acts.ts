// What the desk can do about an incident, the right thing first: the first one is the filled button.
import { allowsAct } from '#contract/acts.ts'
import type { IncidentCard } from '#contract/incident.ts'

/** Acts with a form of their own; `setAside` leads to the list of what is kept quiet. */
export type FormAct = 'dial' | 'acknowledgeFor' | 'assign' | 'call' | 'proxy' | 'note' | 'close' | 'checkBack'
export type DeskAct = FormAct | 'setAside'

/** On the card itself; all others stay within reach behind 更多. */
const shownMax = 3

export const shownActs = (card: IncidentCard): DeskAct[] => actsOf(card).slice(0, shownMax)
export const moreActs = (card: IncidentCard): DeskAct[] => actsOf(card).slice(shownMax)

/** Every act that the state allows, most needed first. */
export function actsOf(card: IncidentCard): DeskAct[] {
  const wanted = [...new Set<DeskAct>([...mostNeeded(card), ...everyAct])]
  return wanted.filter((act) => isPossible(act, card))
}

const everyAct: readonly DeskAct[] = [
  'call',
  'assign',
  'acknowledgeFor',
  'proxy',
  'note',
  'close',
  'checkBack',
  'setAside',
]

function mostNeeded(card: IncidentCard): DeskAct[] {
  if (card.state === 'handled') return ['checkBack', 'call', 'note']
  if (card.calls.some(({ doneAt }) => doneAt === null)) return ['dial', 'call', 'assign']
  if (card.assignments.some(({ state }) => state === 'onScene')) return ['close', 'call', 'note']
  // Late but active: somebody must still speak with her (safety 6), and the desk can do that now.
  if (card.kind === 'missed' && card.evidence.silence === 'late') return ['call', 'proxy', 'assign']
  if (card.kind === 'device')
    return card.acknowledgedAt === null ? ['assign', 'call', 'close'] : ['close', 'call', 'note']
  if (card.acknowledgedAt === null) return ['acknowledgeFor', 'call', 'assign']
  return ['call', 'assign', 'note']
}

function isPossible(act: DeskAct, card: IncidentCard): boolean {
  switch (act) {
    case 'dial':
      return allowsAct(card.state, 'dialled') && card.calls.some(({ doneAt }) => doneAt === null)
    case 'acknowledgeFor':
      return card.state === 'open' && tellable(card).length > 0
    case 'proxy':
      return card.state === 'open' && card.kind === 'missed' && card.residentId !== null
    case 'setAside':
      return card.state === 'open' && card.kind === 'device'
    case 'assign':
    case 'call':
    case 'note':
    case 'close':
    case 'checkBack':
      return allowsAct(card.state, act)
  }
}

/** Those who were told and have not answered: the desk may say 收到 for one of them. */
export const tellable = (card: IncidentCard): IncidentCard['assignments'] =>
  card.assignments.filter(({ state }) => state === 'told')
