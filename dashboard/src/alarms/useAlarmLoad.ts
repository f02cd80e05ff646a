import {
  inject,
  onMounted,
  onScopeDispose,
  provide,
  shallowRef,
  watch,
  type InjectionKey,
  type Ref,
} from 'vue'
import type { AlarmLoad } from '#contract/alarms.ts'
import { call } from '../api/client.ts'
import type { Desk } from '../desk/useDesk.ts'

/** A flood ends by time alone, and no event says so. */
const askEveryMs = 30_000
/** Events come in showers, and a flood is counted in minutes. */
const gatherMs = 5000

const key: InjectionKey<Readonly<Ref<AlarmLoad | undefined>>> = Symbol('alarm load')

/** Floods that are on and how much is set aside, for every part of the desk. */
export function provideAlarmLoad(desk: Desk): Readonly<Ref<AlarmLoad | undefined>> {
  const load = shallowRef<AlarmLoad>()

  async function ask(): Promise<void> {
    if (document.visibilityState !== 'visible') return
    // Where it cannot be asked, what was told last stays: the page says itself that it is not live.
    load.value = await call('alarmLoad', { params: { id: desk.community.id } }).catch(() => load.value)
  }

  followAlarms(desk, ask)
  const timer = setInterval(() => void ask(), askEveryMs)
  onMounted(ask)
  onScopeDispose(() => clearInterval(timer))
  provide(key, load)
  return load
}

export function useAlarmLoad(): Readonly<Ref<AlarmLoad | undefined>> {
  return inject(key, shallowRef())
}

/** Asks again after events about incidents and devices, once for many. */
export function followAlarms(desk: Desk, ask: () => Promise<void>): void {
  let timer: ReturnType<typeof setTimeout> | undefined
  watch(desk.events, (events) => {
    if (timer || !events.some(({ kind }) => kind === 'incident' || kind === 'device')) return
    timer = setTimeout(() => {
      timer = undefined
      void ask()
    }, gatherMs)
  })
  onScopeDispose(() => clearTimeout(timer))
}
