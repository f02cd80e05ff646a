import { readonly, ref, type Ref } from 'vue'

/** The server's clock as this page knows it: countdowns must agree with those who decide. */
let aheadMs = 0
const now = ref(Date.now())

if (typeof document !== 'undefined') {
  setInterval(() => (now.value = Date.now() + aheadMs), 1000)
  document.addEventListener('visibilitychange', () => (now.value = Date.now() + aheadMs))
}

/** The present by the server's clock, epoch ms, moving once a second. */
export const nowAt: Readonly<Ref<number>> = readonly(now)

/** To be called with each time the server tells. */
export function setServerTime(at: number): void {
  aheadMs = at - Date.now()
  now.value = at
}
