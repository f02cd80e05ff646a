import { computed, readonly, type Ref } from 'vue'
import type { Ask, AskReply } from '#contract/ask.ts'
import { call } from '../api/client.ts'
import { useTelling } from '../api/useTelling.ts'
import { useWords } from '../i18n/words.ts'
import { nearbyWords } from './words.ts'

export type Replying = {
  busy: Readonly<Ref<boolean>>
  /** What did not go through, in words; stays until the next try. */
  failed: Readonly<Ref<string | undefined>>
  reply: (reply: AskReply, text?: string) => Promise<boolean>
  answer: (seenOrSpoken: 'seen' | 'spoken', place: string) => Promise<boolean>
}

/** What neighbour or family tell the server. The page changes only when the server has said yes. */
export function useReply(ask: () => Ask, refresh: () => Promise<void>): Replying {
  const w = useWords(nearbyWords)
  const { busy, failed, tell } = useTelling({ refresh, notSent: () => w.value.notSent })
  const params = () => ({ id: ask().incidentId })
  return {
    busy: computed(() => busy.value !== undefined),
    failed: readonly(failed),
    reply: (reply, text = '') =>
      tell('reply', () => {
        const said = text.trim()
        return call('replyToAsk', { params: params(), body: { reply, ...(said ? { text: said } : {}) } })
      }),
    answer: (seenOrSpoken, place) =>
      tell('answer', () => call('answerIncident', { params: params(), body: { seenOrSpoken, place } })),
  }
}
