import { ref, type Ref } from 'vue'
import type { IncidentCard } from '#contract/incident.ts'
import { useAct } from '../../api/useAct.ts'
import { useDesk } from '../../desk/useDesk.ts'
import { say } from '../../ui/toasts.ts'

/** Tells the server an act on a card; shows the card as answered, says so, and is done. */
export function useCardAct(done: () => void): {
  busy: Ref<'no' | 'yes'>
  /** True after the first try: from then on the form says what is missing. */
  tried: Ref<boolean>
  tell: (act: () => Promise<IncidentCard>, said?: (card: IncidentCard) => string) => Promise<void>
} {
  const desk = useDesk()
  const { busy, run } = useAct()
  const tried = ref(false)

  async function tell(
    act: () => Promise<IncidentCard>,
    said?: (card: IncidentCard) => string,
  ): Promise<void> {
    const card = await run(act)
    if (!card) return
    desk.put(card)
    if (said) say(said(card), 'well')
    done()
  }

  return { busy, tried, tell }
}
