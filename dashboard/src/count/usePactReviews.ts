import { onScopeDispose, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { PactReview } from '#contract/pact.ts'
import { call } from '../api/client.ts'
import { isRefused } from '../api/refused.ts'

/** Habits move in weeks: once an hour is often enough. */
const againAfterMs = 3_600_000

/** Whose pact no longer fits their mornings; not asked by those who may not know (`mayAsk`). Nothing waits for it: a list that cannot be read stays what it was. */
export function usePactReviews(
  communityId: number,
  mayAsk: Readonly<Ref<boolean>>,
): {
  pacts: ShallowRef<readonly PactReview[]>
  reload: () => Promise<void>
} {
  const pacts = shallowRef<readonly PactReview[]>([])

  async function reload(): Promise<void> {
    if (!mayAsk.value) return
    try {
      pacts.value = (await call('pactReviews', { params: { id: communityId } })).pacts
    } catch (error) {
      if (!isRefused(error)) throw error
    }
  }

  void reload()
  const timer = setInterval(() => void reload(), againAfterMs)
  onScopeDispose(() => clearInterval(timer))
  return { pacts, reload }
}
