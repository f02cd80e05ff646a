import { computed, onScopeDispose, readonly, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { Ask } from '#contract/ask.ts'
import type { Job, Warning } from '#contract/incident.ts'
import { call } from '../api/client.ts'
import { useExplain } from '../api/useAct.ts'
import { isRefused } from '../api/refused.ts'
import { useLive, type Live } from '../live/useLive.ts'
import { setServerTime } from '../time/clock.ts'
import { jobInFront, jobsBehind } from './job-order.ts'

/** The socket says when to ask; this finds what a lost word did not say. */
const refreshEveryMs = 30_000

export type Jobs = {
  jobs: Readonly<Ref<readonly Job[]>>
  front: ComputedRef<Job | undefined>
  behind: ComputedRef<Job[]>
  /** Dangers whose air my other homes share. */
  warnings: Readonly<Ref<readonly Warning[]>>
  /** Whom I am asked about, as neighbour or family. */
  asks: Readonly<Ref<readonly Ask[]>>
  /** When the server said so, epoch ms of its clock; undefined before the first reply. */
  asOf: Readonly<Ref<number | undefined>>
  /** False from the first failed reading until one succeeds. */
  reachable: Readonly<Ref<boolean>>
  live: Live
  choose: (incidentId: number) => void
  refresh: () => Promise<void>
}

/** My open jobs as the server knows them, and which one is in front. Nothing is shown before the server has said it. */
export function useJobs(): Jobs {
  const live = useLive()
  const explain = useExplain()
  const jobs = shallowRef<readonly Job[]>([])
  const warnings = shallowRef<readonly Warning[]>([])
  const asks = shallowRef<readonly Ask[]>([])
  const asOf = ref<number>()
  const reachable = ref(true)
  const chosenId = ref<number>()
  const front = computed(() => jobInFront(jobs.value, chosenId.value))
  let asked = 0

  async function refresh(): Promise<void> {
    const turn = ++asked
    try {
      const reply = await call('jobs')
      if (turn !== asked) return
      jobs.value = reply.jobs
      warnings.value = reply.warnings
      asks.value = reply.asks
      asOf.value = reply.asOf
      reachable.value = true
      setServerTime(reply.asOf)
    } catch (error) {
      if (turn !== asked) return
      reachable.value = false
      if (!isRefused(error, 'away')) await explain(error)
    }
  }

  watch(front, (job) => (chosenId.value = job?.incident.id))
  keepFresh(live, refresh)
  return {
    jobs: readonly(jobs) as Readonly<Ref<readonly Job[]>>,
    front,
    warnings: readonly(warnings) as Readonly<Ref<readonly Warning[]>>,
    asks: readonly(asks) as Readonly<Ref<readonly Ask[]>>,
    behind: computed(() => jobsBehind(jobs.value, front.value)),
    asOf: readonly(asOf),
    reachable: readonly(reachable),
    live,
    choose: (incidentId) => (chosenId.value = incidentId),
    refresh,
  }
}

function keepFresh(live: Live, refresh: () => Promise<void>): void {
  const again = (): void => {
    if (document.visibilityState === 'visible') void refresh()
  }
  const timer = setInterval(() => void refresh(), refreshEveryMs)
  live.onJobs(() => void refresh())
  watch(live.state, (state) => state === 'live' && again())
  document.addEventListener('visibilitychange', again)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', again)
  })
  void refresh()
}
