import { computed, getCurrentScope, onScopeDispose, ref, shallowRef, type ComputedRef, type Ref } from 'vue'
import type { DeskView, HomeTile, RefusedMessage, SeenMessage } from '#contract/community.ts'
import type { TesterAct } from '#contract/demo.ts'
import type { LogEvent } from '#contract/live.ts'
import type { RouteReply } from '#contract/routes.ts'
import { call } from '../api/client.ts'
import { isRefused } from '../api/refused.ts'
import { useAct } from '../api/useAct.ts'
import { useLive, type Live } from '../live/useLive.ts'

/** Sixty homes may speak in one second; the page asks once for all of them. */
const gatherMs = 400
/** One request asks for at most this many windows (the route's own bound). */
const idsMax = 500

export type Testers = {
  state: Readonly<Ref<'loading' | 'ready' | 'notDemo' | 'forbidden'>>
  demo: Readonly<Ref<RouteReply<'demo'> | undefined>>
  view: Readonly<Ref<DeskView | undefined>>
  homes: ComputedRef<readonly HomeTile[]>
  messages: Readonly<Ref<readonly SeenMessage[]>>
  refused: Readonly<Ref<readonly RefusedMessage[]>>
  live: Live
  act: (homeId: number, act: TesterAct, residentId?: number) => Promise<boolean>
  run: (name: string, speed: number) => Promise<boolean>
}

/** The demo's homes, what its devices say, and the tester's hand on them. */
export function useTesters(): Testers {
  const live = useLive()
  const told = useAct()
  const state = ref<'loading' | 'ready' | 'notDemo' | 'forbidden'>('loading')
  const demo = shallowRef<RouteReply<'demo'>>()
  const view = shallowRef<DeskView>()
  const messages = shallowRef<readonly SeenMessage[]>([])
  const refused = shallowRef<readonly RefusedMessage[]>([])

  async function readDesk(): Promise<DeskView> {
    const id = demo.value?.communityId ?? 0
    const read = await call('desk', { params: { id } })
    view.value = read
    await readMessages(id)
    return read
  }

  async function readMessages(id: number): Promise<void> {
    const asked = [
      call('messages', { params: { id }, query: {} }),
      call('refused', { params: { id } }),
    ] as const
    const [seen, turnedAway] = await Promise.all(asked)
    messages.value = seen
    refused.value = turnedAway
  }

  async function readTiles(id: number, ids: readonly number[]): Promise<void> {
    if (!view.value || ids.length === 0) return
    const { homes } = await call('tiles', { params: { id }, query: { ids: ids.slice(0, idsMax).join(',') } })
    const fresh = new Map(homes.map((home) => [home.id, home]))
    view.value = { ...view.value, homes: view.value.homes.map((home) => fresh.get(home.id) ?? home) }
  }

  const gather = gatherer((homeIds) => {
    const id = demo.value?.communityId ?? 0
    // A reading that was refused is asked again with the next event.
    void Promise.all([readTiles(id, homeIds), readMessages(id)]).catch(ignoreRefused)
  })

  async function open(): Promise<void> {
    demo.value = await call('demo')
    const id = demo.value.communityId
    if (!demo.value.demo || id === undefined) return void (state.value = 'notDemo')
    const { cursor } = await readDesk()
    state.value = 'ready'
    const onSnapshot = async () => (await readDesk()).cursor
    const follow = () => live.follow({ communityId: id, cursor, onEvents: gather.hear, onSnapshot })
    // After a wait there is no current scope any more, and `follow` ends with the scope it was called in.
    if (scope?.active) scope.run(follow)
  }

  const scope = getCurrentScope()
  open().catch((error: unknown) => {
    if (!isRefused(error)) throw error
    state.value = 'forbidden'
  })
  onScopeDispose(gather.stop)

  return {
    state,
    demo,
    view,
    homes: computed(() => view.value?.homes ?? []),
    messages,
    refused,
    live,
    act: async (homeId, act, residentId) => {
      const body = { homeId, act, ...(residentId === undefined ? {} : { residentId }) }
      return (await told.run(() => call('testerAct', { body }))) !== undefined
    },
    run: async (name, speed) =>
      (await told.run(() => call('testerScenario', { body: { name, speed } }))) !== undefined,
  }
}

function ignoreRefused(error: unknown): void {
  if (!isRefused(error)) throw error
}

function gatherer(ask: (homeIds: readonly number[]) => void) {
  const homeIds = new Set<number>()
  let timer: ReturnType<typeof setTimeout> | undefined
  const flush = (): void => {
    timer = undefined
    ask([...homeIds])
    homeIds.clear()
  }
  return {
    hear: (events: readonly LogEvent[]): void => {
      for (const { kind, id } of events) if (kind === 'home') homeIds.add(id)
      timer ??= setTimeout(flush, gatherMs)
    },
    stop: () => clearTimeout(timer),
  }
}
