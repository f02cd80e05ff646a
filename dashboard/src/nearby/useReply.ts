import { readonly, ref, type Ref } from 'vue'
import type { Ask, AskReply } from '#contract/ask.ts'
import { call } from '../api/client.ts'
import { isRefused } from '../api/refused.ts'
import { useExplain } from '../api/useAct.ts'
import { language } from '../i18n/language.ts'
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
  const explain = useExplain()
  const busy = ref(false)
  const failed = ref<string>()

  async function tell(act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    failed.value = undefined
    try {
      await act()
      return true
    } catch (error) {
      if (!isRefused(error)) throw error
      const { code } = error.refusal
      if (code === 'not_signed_in') await explain(error)
      else failed.value = code === 'away' ? w.value.notSent : error.said(language.value)
      return false
    } finally {
      await refresh()
      busy.value = false
    }
  }

  const params = () => ({ id: ask().incidentId })
  return {
    busy: readonly(busy),
    failed: readonly(failed),
    reply: (reply, text = '') =>
      tell(() => {
        const said = text.trim()
        return call('replyToAsk', { params: params(), body: { reply, ...(said ? { text: said } : {}) } })
      }),
    answer: (seenOrSpoken, place) =>
      tell(() => call('answerIncident', { params: params(), body: { seenOrSpoken, place } })),
  }
}
