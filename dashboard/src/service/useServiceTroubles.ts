import { computed, onMounted, onScopeDispose, shallowRef, type ComputedRef } from 'vue'
import type { Health } from '#contract/account.ts'
import { call } from '../api/client.ts'
import { language } from '../i18n/language.ts'
import { troublesOf, type ServiceTrouble } from './troubles.ts'

/** Nothing of it comes within seconds; the live line says by itself that nobody is there at all. */
const askEveryMs = 30_000

/** Asked of the server that this page talks to, as long as the page is open and seen. */
export function useServiceTroubles(): ComputedRef<ServiceTrouble[]> {
  const health = shallowRef<Health>()

  async function ask(): Promise<void> {
    if (document.visibilityState !== 'visible') return
    // Where it cannot be asked, what was told last stays: the page says itself that it is not live.
    health.value = await call('health').catch(() => health.value)
  }

  onMounted(ask)
  const timer = setInterval(() => void ask(), askEveryMs)
  onScopeDispose(() => clearInterval(timer))
  return computed(() => (health.value ? troublesOf(health.value, language.value) : []))
}
