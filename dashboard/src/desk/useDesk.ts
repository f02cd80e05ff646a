import {
  computed,
  inject,
  getCurrentScope,
  provide,
  shallowRef,
  type ComputedRef,
  type InjectionKey,
  type ShallowRef,
} from 'vue'
import type { Community, DeskView, HomeTile, Ledger } from '#contract/community.ts'
import type { GroupCard } from '#contract/group.ts'
import type { IncidentCard } from '#contract/incident.ts'
import type { LogEvent } from '#contract/live.ts'
import { call } from '../api/client.ts'
import { useExplain } from '../api/useAct.ts'
import { isRefused } from '../api/refused.ts'
import { useLive, type Following, type Live } from '../live/useLive.ts'
import { nowAt, setServerTime } from '../time/clock.ts'
import { clockText, whenText } from '../time/format.ts'
import { createRefresh } from './refresh.ts'

/** The desk of one community: what is shown, kept up to date by the line. */
export type Desk = {
  community: Community
  live: Live
  /** Undefined until the first answer. */
  view: ShallowRef<DeskView | undefined>
  tiles: ShallowRef<ReadonlyMap<number, HomeTile>>
  incidents: ShallowRef<ReadonlyMap<number, IncidentCard>>
  /** Many at once: one card for one cause; its rows are among the incidents too. */
  groups: ShallowRef<ReadonlyMap<number, GroupCard>>
  ledger: ShallowRef<Ledger | undefined>
  /** The last events heard, for those who watch one thing (an open sheet). */
  events: ShallowRef<readonly LogEvent[]>
  /** An act was answered with the card as it is now: shown at once, before the line tells. */
  put: (card: IncidentCard) => void
  putGroup: (card: GroupCard) => void
  putLedger: (ledger: Ledger) => void
  failed: ShallowRef<boolean>
  reload: () => Promise<void>
  /** Short time of an instant in the community's zone; older days with their date. */
  at: ComputedRef<(instant: number) => string>
  clock: (instant: number) => string
}

const key: InjectionKey<Desk> = Symbol('desk')

export function useDesk(): Desk {
  const desk = inject(key)
  if (!desk) throw new Error('useDesk is for parts of the desk page')
  return desk
}

/** Opens the desk of a community for the page that calls it. */
export function provideDesk(community: Community): Desk {
  const desk = openDesk(community)
  provide(key, desk)
  return desk
}

function openDesk(community: Community): Desk {
  const live = useLive()
  const explain = useExplain()
  const shown = emptyView()
  const { tiles, incidents, groups, ledger, events, failed } = shown
  const id = community.id
  const scope = getCurrentScope()

  async function load(): Promise<DeskView> {
    const fresh = await call('desk', { params: { id } })
    if (scope?.active) showWhole(shown, fresh)
    return fresh
  }

  /** A refused refresh is no reason to lose what is shown: the heartbeat and the next event ask again. */
  const refresh = createRefresh({
    homes: async (ids) => {
      const reply = await call('tiles', { params: { id }, query: { ids: ids.join() } })
      tiles.value = new Map([...tiles.value, ...reply.homes.map((tile) => [tile.id, tile] as const)])
    },
    incident: async (incidentId) => {
      if (groups.value.has(incidentId)) return loadGroup(incidentId)
      try {
        const card = await call('incident', { params: { id: incidentId } })
        put(card)
        // Its group changes with it; a group that is new is known by its rows first. A danger is no group.
        if (card.foldedInto !== null && !incidents.value.has(card.foldedInto))
          await loadGroup(card.foldedInto)
      } catch (error) {
        // The demo that is told again takes its old incidents away: a card of nothing must not stay on the board.
        if (!isRefused(error, 'not_found')) throw error
        take(incidentId)
      }
    },
    ledger: async () => {
      ledger.value = await call('ledger', { params: { id }, query: {} })
    },
    whole: async () => void (await load()),
  })

  async function loadGroup(groupId: number): Promise<void> {
    try {
      putGroup(await call('group', { params: { id: groupId } }))
    } catch (error) {
      if (!isRefused(error, 'not_found')) throw error
    }
  }

  function putGroup(card: GroupCard): void {
    const known = groups.value.get(card.id)
    const next = new Map(groups.value)
    if (known && known.version > card.version) return
    if (card.state === 'closed') next.delete(card.id)
    else next.set(card.id, card)
    groups.value = next
  }

  function put(card: IncidentCard): void {
    const known = incidents.value.get(card.id)
    if (known && known.version > card.version) return
    const next = new Map(incidents.value)
    if (card.state === 'closed') next.delete(card.id)
    else next.set(card.id, card)
    incidents.value = next
  }

  function take(incidentId: number): void {
    const next = new Map(incidents.value)
    next.delete(incidentId)
    incidents.value = next
  }

  async function reload(): Promise<void> {
    failed.value = false
    try {
      const { cursor } = await load()
      const following: Following = {
        communityId: id,
        cursor,
        onEvents: (heard) => {
          events.value = heard
          void refresh(heard).catch(explainUnlessAway)
        },
        onSnapshot: async () => (await load()).cursor,
      }
      if (scope?.active) scope.run(() => live.follow(following))
    } catch (error) {
      failed.value = true
      await explain(error)
    }
  }

  const explainUnlessAway = (error: unknown): void => {
    if (!isRefused(error, 'away')) void explain(error)
  }

  return {
    community,
    live,
    ...shown,
    put,
    putGroup,
    putLedger: (next) => (ledger.value = next),
    reload,
    at: computed(() => (instant) => whenText(instant, community.zone, nowAt.value)),
    clock: (instant) => clockText(instant, community.zone),
  }
}

type Shown = Pick<Desk, 'view' | 'tiles' | 'incidents' | 'groups' | 'ledger' | 'events' | 'failed'>

const emptyView = (): Shown => ({
  view: shallowRef(),
  tiles: shallowRef(new Map()),
  incidents: shallowRef(new Map()),
  groups: shallowRef(new Map()),
  ledger: shallowRef(),
  events: shallowRef([]),
  failed: shallowRef(false),
})

function showWhole({ view, tiles, incidents, groups, ledger }: Shown, fresh: DeskView): void {
  setServerTime(fresh.asOf)
  tiles.value = new Map(fresh.homes.map((tile) => [tile.id, tile]))
  incidents.value = new Map(fresh.incidents.map((card) => [card.id, card]))
  groups.value = new Map(fresh.groups.map((card) => [card.id, card]))
  ledger.value = fresh.ledger
  view.value = fresh
}
