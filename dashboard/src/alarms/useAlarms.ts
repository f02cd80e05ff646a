import { onMounted, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { AlarmHealth, SetAsideView } from '#contract/alarms.ts'
import { call } from '../api/client.ts'
import { useAct } from '../api/useAct.ts'
import { useDesk } from '../desk/useDesk.ts'
import { followAlarms } from './useAlarmLoad.ts'

/** How the alarms of this community are, read again when something about them changes. */
export function useAlarmHealth(): {
  health: ShallowRef<AlarmHealth | undefined>
  busy: Ref<'no' | 'yes'>
  reload: () => Promise<void>
  /** Resolves to true when it was put back. */
  putBack: (one: SetAsideView) => Promise<boolean>
} {
  const desk = useDesk()
  const { busy, run } = useAct()
  const reading = useAct()
  const health = shallowRef<AlarmHealth>()

  async function reload(): Promise<void> {
    const fresh = await reading.run(() => call('alarms', { params: { id: desk.community.id } }))
    if (fresh) health.value = fresh
  }

  async function putBack({ conditionId }: SetAsideView): Promise<boolean> {
    const done = await run(() => call('putBack', { params: { id: conditionId } }))
    await reload()
    return done !== undefined
  }

  followAlarms(desk, reload)
  onMounted(reload)
  return { health, busy, reload, putBack }
}
