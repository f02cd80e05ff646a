import { onMounted, onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { HomeSheet } from '#contract/community.ts'
import type { LogEvent } from '#contract/live.ts'
import { call } from '../api/client.ts'
import { useAct } from '../api/useAct.ts'
import { useDesk } from '../desk/useDesk.ts'

/** Each look is written down (audited): a home that changes every second is not looked at every second. */
const againAfterMs = 3000

/** The sheet of a home, read again after events about it, its incidents and its devices; not asked for by those who may not see it. */
export function useHomeSheet(
  homeId: number,
  mayAsk: Readonly<Ref<boolean>>,
): {
  sheet: ShallowRef<HomeSheet | undefined>
  reload: () => Promise<void>
} {
  const desk = useDesk()
  const { run } = useAct()
  const sheet = shallowRef<HomeSheet>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function reload(): Promise<void> {
    if (!mayAsk.value) return
    const turn = ++asked
    const fresh = await run(() => call('home', { params: { id: homeId } }))
    if (fresh && turn === asked) sheet.value = fresh
  }

  const isAboutIt = ({ kind, id }: LogEvent): boolean => {
    if (kind === 'home') return id === homeId
    if (kind === 'device') return sheet.value?.devices.some((device) => device.id === id) ?? false
    if (kind === 'incident') return sheet.value?.incidents.some((incident) => incident.id === id) ?? false
    return false
  }

  watch(desk.events, (events) => {
    if (timer || !events.some(isAboutIt)) return
    timer = setTimeout(() => {
      timer = undefined
      void reload()
    }, againAfterMs)
  })
  onMounted(reload)
  onScopeDispose(() => clearTimeout(timer))
  return { sheet, reload }
}
