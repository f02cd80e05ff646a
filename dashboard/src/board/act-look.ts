import type { Component } from 'vue'
import {
  IconCheck,
  IconClockPause,
  IconHeartHandshake,
  IconMessageCheck,
  IconNote,
  IconPhone,
  IconPhoneCalling,
  IconRotateClockwise,
  IconUserPlus,
} from '@tabler/icons-vue'
import type { IncidentCard } from '#contract/incident.ts'
import type { DeskAct } from './card-acts.ts'
import type { boardWords } from './words.ts'

type BoardWords = (typeof boardWords)['zh']

const icons: Record<DeskAct, Component> = {
  dial: IconPhoneCalling,
  acknowledgeFor: IconMessageCheck,
  assign: IconUserPlus,
  call: IconPhone,
  proxy: IconHeartHandshake,
  note: IconNote,
  close: IconCheck,
  checkBack: IconRotateClockwise,
  setAside: IconClockPause,
}

/** Word and icon of an act on this incident; the icon never stands alone. */
export const actLook = (
  act: DeskAct,
  card: IncidentCard,
  w: BoardWords,
): { word: string; icon: Component } => ({
  word: wordOf(act, card, w),
  icon: icons[act],
})

function wordOf(act: DeskAct, card: IncidentCard, { acts }: BoardWords): string {
  switch (act) {
    case 'dial':
      return acts.dial(nextCall(card)?.number ?? '119')
    case 'call':
      return card.kind === 'missed' && card.evidence.silence === 'late' ? acts.greet : acts.call
    case 'acknowledgeFor':
    case 'assign':
    case 'proxy':
    case 'note':
    case 'close':
    case 'checkBack':
    case 'setAside':
      return acts[act]
  }
}

/** The emergency number that is due first and has not been dialled. */
export const nextCall = ({ calls }: IncidentCard): IncidentCard['calls'][number] | undefined =>
  calls.filter(({ doneAt }) => doneAt === null).sort((a, b) => a.dueAt - b.dueAt)[0]
