import { ref, type Ref } from 'vue'
import { useRouter } from 'vue-router'
import { forget } from '../account/useMe.ts'
import { language } from '../i18n/language.ts'
import { say } from '../ui/toasts.ts'
import { isRefused } from './refused.ts'

/**
 * Tells the server something and says what it answered. `run` gives undefined where it was refused: the sentence is
 * shown, and a session that is over leads to the sign-in.
 */
export function useAct(): {
  busy: Ref<'no' | 'yes'>
  run: <T>(act: () => Promise<T>) => Promise<T | undefined>
} {
  const busy = ref<'no' | 'yes'>('no')
  const explain = useExplain()

  async function run<T>(act: () => Promise<T>): Promise<T | undefined> {
    busy.value = 'yes'
    try {
      return await act()
    } catch (error) {
      await explain(error)
      return undefined
    } finally {
      busy.value = 'no'
    }
  }

  return { busy, run }
}

/** What to do with an error of `call`; anything else is a fault of ours and is thrown on. */
export function useExplain(): (error: unknown) => Promise<void> {
  const router = useRouter()
  return async (error) => {
    if (!isRefused(error)) throw error
    say(error.said(language.value), 'alarm')
    if (error.refusal.code !== 'not_signed_in') return
    forget()
    await router.push({ name: 'sign-in', query: { to: router.currentRoute.value.fullPath } })
  }
}
