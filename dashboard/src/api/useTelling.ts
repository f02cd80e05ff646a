import { ref } from 'vue'
import { language } from '../i18n/language.ts'
import { isRefused } from './refused.ts'
import { useExplain } from './useAct.ts'

type Telling = {
  refresh: () => Promise<void>
  /** What is said where the server could not be reached. */
  notSent: (what: string) => string
}

/** What a person on the way tells the server, one thing at a time. The page changes only when the server has said yes. */
export function useTelling({ refresh, notSent }: Telling) {
  const explain = useExplain()
  /** What is being told. */
  const busy = ref<string>()
  /** What did not go through, in words; stays until the next try. */
  const failed = ref<string>()

  /** Whether the server has said yes; also false while something else is being told. */
  async function tell(what: string, act: () => Promise<unknown>): Promise<boolean> {
    if (busy.value !== undefined) return false
    busy.value = what
    failed.value = undefined
    try {
      await act()
      return true
    } catch (error) {
      if (!isRefused(error)) throw error
      const { code } = error.refusal
      if (code === 'not_signed_in') await explain(error)
      else failed.value = code === 'away' ? notSent(what) : error.said(language.value)
      return false
    } finally {
      // Also after a refusal: somebody else may have been first, and the page must show it.
      await refresh()
      busy.value = undefined
    }
  }

  return { busy, failed, tell }
}
