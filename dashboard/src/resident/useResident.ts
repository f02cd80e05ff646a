import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import type { ResidentPage } from '#contract/account.ts'
import { call } from '../api/client.ts'
import { isRefused } from '../api/refused.ts'
import { nowAt, setServerTime } from '../time/clock.ts'
import { dayOf } from '../time/format.ts'
import { keptPresses, storedUnder, type Press } from './kept-presses.ts'

/** While somebody is being asked for, or anything waits to be sent, she is not left guessing. */
const nearEveryMs = 5000
const calmEveryMs = 60_000
/** A line that does not answer in this time is taken as cut; the press is kept and sent again. */
const patienceMs = 8000

export type Resident = {
  page: Readonly<Ref<ResidentPage | undefined>>
  state: ComputedRef<'loading' | 'badLink' | 'ready'>
  reachable: Readonly<Ref<boolean>>
  /** When today was answered for, as the server said; undefined until then. */
  greetedAt: ComputedRef<number | undefined>
  /** What she pressed and the server has not taken yet. */
  waiting: ComputedRef<{ checkIn: boolean; sos: boolean }>
  busy: Readonly<Ref<boolean>>
  press: (what: Press['what']) => Promise<boolean>
}

/** A kept call for help may be older than what the server takes; then it is as old as that. */
const agoMsMax = 24 * 3_600_000
const agoOf = (at: number): number => Math.min(agoMsMax, Math.max(0, Math.round(nowAt.value - at)))

/** Her own page: what the server knows of her day, and her presses, which are never lost. */
export function useResident(token: string): Resident {
  const page = shallowRef<ResidentPage>()
  const isBadLink = ref(token === '')
  const reachable = ref(true)
  const busy = ref(false)
  // Two people may share a tablet: each link keeps its own.
  const kept = keptPresses(storedUnder(`presses ${token.slice(0, 8)}`))
  const left = shallowRef(kept.all())
  const sent = ref<{ on: string; at: number }>()
  const zone = (): string => page.value?.zone ?? 'Asia/Shanghai'
  const today = (): string => dayOf(nowAt.value, zone())
  const by = () => ({ token, signal: AbortSignal.timeout(patienceMs) })

  function take(reply: ResidentPage): void {
    page.value = reply
    reachable.value = true
    setServerTime(reply.now)
  }

  async function ask(act: () => Promise<ResidentPage>): Promise<boolean> {
    try {
      take(await act())
      return true
    } catch (error) {
      if (!isRefused(error)) throw error
      if (error.refusal.code === 'not_signed_in') isBadLink.value = true
      else reachable.value = false
      return false
    }
  }

  async function send({ id, what, at }: Press): Promise<boolean> {
    const name = what === 'sos' ? 'residentSos' : 'residentCheckIn'
    const took = await ask(() => call(name, { body: { id, agoMs: agoOf(at) } }, by()))
    if (!took) return false
    kept.done(id)
    if (what === 'checkIn') sent.value = { on: today(), at: nowAt.value }
    return true
  }

  /** One after the other: two at once would send the same press twice. */
  let sending: Promise<void> = Promise.resolve()
  const sendAll = (): Promise<void> => (sending = sendAfter(sending))

  async function sendAfter(before: Promise<void>): Promise<void> {
    await before
    for (const one of kept.due(nowAt.value, today())) if (!(await send(one))) break
    left.value = kept.all()
  }

  async function press(what: Press['what']): Promise<boolean> {
    const one = { id: `web-${crypto.randomUUID()}`, what, at: nowAt.value, on: today() }
    kept.add(one)
    left.value = kept.all()
    busy.value = true
    await sendAll()
    busy.value = false
    return !kept.all().some(({ id }) => id === one.id)
  }

  async function look(): Promise<void> {
    if (isBadLink.value) return
    if (kept.all().length > 0) await sendAll()
    else await ask(() => call('residentPage', {}, by()))
  }

  keepLooking(look, () => {
    const isNear = page.value?.help != null || page.value?.notice != null || left.value.length > 0
    return isNear || !reachable.value ? nearEveryMs : calmEveryMs
  })

  return {
    page,
    state: computed(() => (isBadLink.value ? 'badLink' : page.value ? 'ready' : 'loading')),
    reachable,
    greetedAt: computed(
      () => page.value?.checkedInAt ?? (sent.value?.on === today() ? sent.value.at : undefined),
    ),
    waiting: computed(() => ({
      checkIn: left.value.some(({ what }) => what === 'checkIn'),
      sos: left.value.some(({ what }) => what === 'sos'),
    })),
    busy,
    press,
  }
}

function keepLooking(look: () => Promise<void>, pauseMs: () => number): void {
  const lookedAt = ref(0)
  let looking = false
  async function again(): Promise<void> {
    if (looking) return
    looking = true
    await look().finally(() => (looking = false))
    lookedAt.value = Date.now()
  }
  // By the second hand of the page: what is near may begin in the middle of a calm pause.
  watch(nowAt, () => {
    if (Date.now() - lookedAt.value >= pauseMs()) void again()
  })
  const soon = (): void => void again()
  addEventListener('online', soon)
  document.addEventListener('visibilitychange', soon)
  onScopeDispose(() => {
    removeEventListener('online', soon)
    document.removeEventListener('visibilitychange', soon)
  })
  void again()
}
