import { onScopeDispose, watch } from 'vue'
import { unlockSound, useSound } from '../live/sound.ts'

/**
 * 值班: one tap opens the sound, tries the vibration and keeps the screen awake where the browser can. A phone that
 * sleeps is not rung by an open page (safety 2), so the screen is asked for again whenever the page comes to the front.
 */
export function useDuty(): { start: () => Promise<void> } {
  const { unlocked } = useSound()
  let lock: WakeLockSentinel | undefined

  async function stayAwake(): Promise<void> {
    if (!unlocked.value || document.visibilityState !== 'visible' || !('wakeLock' in navigator)) return
    if (lock && !lock.released) return
    // Refused with a low battery: the card above says what to do by hand.
    lock = await navigator.wakeLock.request('screen').catch(() => undefined)
  }

  async function start(): Promise<void> {
    await unlockSound()
    navigator.vibrate?.(80)
    await stayAwake()
  }

  const awake = (): void => void stayAwake()
  document.addEventListener('visibilitychange', awake)
  watch(unlocked, awake, { immediate: true })
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', awake)
    void lock?.release().catch(() => undefined)
  })
  return { start }
}
