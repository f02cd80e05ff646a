import { ref, type Ref } from 'vue'
import type { Finding, ResponderAct } from '#contract/acts.ts'
import type { OutcomeCode } from '#contract/outcomes.ts'
import { outcomeWord } from '#contract/words.ts'
import { call } from '../api/client.ts'
import { useTelling } from '../api/useTelling.ts'
import { language } from '../i18n/language.ts'
import { useWords } from '../i18n/words.ts'
import { say } from '../ui/toasts.ts'
import { stewardWords } from './words.ts'
import type { Jobs } from './useJobs.ts'

export type JobActs = {
  /** What the server is being told now; every button waits for it. */
  busy: Readonly<Ref<string | undefined>>
  /** What did not go through, in words; stays until the next try. */
  failed: Readonly<Ref<string | undefined>>
  lastDone: Readonly<Ref<string | undefined>>
  respond: (act: ResponderAct, more?: { finding?: Finding; reason?: string }) => Promise<boolean>
  close: (outcome: OutcomeCode, note: string) => Promise<boolean>
  logCall: (made: { to: string; answered: boolean; said?: string }) => Promise<boolean>
  dialled: (callId: number, answer: string) => Promise<boolean>
}

/** What a steward tells the server about the job in front. The page changes only when the server has said yes. */
export function useJobActs({ front, refresh }: Jobs): JobActs {
  const w = useWords(stewardWords)
  const { busy, failed, tell } = useTelling({ refresh, notSent: (what) => w.value.notSent(what) })
  const lastDone = ref<string>()

  const here = () => ({ params: { id: front.value?.incident.id ?? 0 } })
  const wordOf = (act: ResponderAct): string =>
    act === 'find' ? w.value.findTitle : act === 'decline' ? w.value.decline : w.value.acts[act]

  return {
    busy,
    failed,
    lastDone,
    respond: (act, more = {}) =>
      tell(wordOf(act), () => call('respond', { ...here(), body: { act, ...more } })),
    close: (outcome, note) =>
      tell(w.value.acts.close, async () => {
        const { id, version, homeLabel } = front.value?.incident ?? { id: 0, version: 0, homeLabel: '' }
        const body = { outcome, version, ...(note.trim() ? { note: note.trim() } : {}) }
        const card = await call('close', { params: { id }, body })
        const end = card.state === 'handled' ? w.value.handled : w.value.closed
        lastDone.value = [homeLabel, outcomeWord(outcome, language.value), end].join(' · ')
        say(end, 'well')
      }),
    logCall: (made) => tell(w.value.call, () => call('logCall', { ...here(), body: made })),
    dialled: (callId, answer) =>
      tell(w.value.dialKept, () => call('dialled', { params: { id: callId }, body: { answer } })),
  }
}
