import { computed, effectScope, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { Cursor } from '#contract/community.ts'
import type { EventBatch, LogEvent, Ring } from '#contract/live.ts'
import { forget } from '../account/useMe.ts'
import { ownSlot } from '../api/slot.ts'
import { nowAt, setServerTime } from '../time/clock.ts'
import { isBehind, take } from './follow.ts'
import { openLine, type Heard, type LiveLine } from './line.ts'
import { unlockOnFirstGesture, useSound } from './sound.ts'

/** Heartbeats come every 5 s (contract/live.ts): two lost ones and a bit mean that the line is not live. */
const staleAfterMs = 12_000
/** Safety 2: a proof is believed for 30 s, so it is sent three times as often. */
const presenceEveryMs = 10_000

export type Following = {
  communityId: number
  cursor: Cursor
  onEvents: (events: readonly LogEvent[]) => void
  /** The cursor is too old: load anew and say where the new view stands. */
  onSnapshot: () => Promise<Cursor>
}

export type Live = {
  /** `connecting` until the first word, then `live`, or `stale` with the time since when. */
  state: ComputedRef<'connecting' | 'live' | 'stale'>
  /** When the server was last heard, epoch ms of its clock; undefined before the first word. */
  heardAt: Readonly<Ref<number | undefined>>
  /** Follows a community until the calling scope ends, or `stop` is called. */
  follow: (following: Following) => () => void
  onJobs: (hear: (incidentId: number) => void) => void
  onRing: (hear: (ring: Ring) => void) => void
  onSignedOut: (hear: () => void) => void
  /** The page did sound, or show, this telling. */
  rang: (tellingId: number) => void
}

let opened: LiveLine | undefined
const connected = ref(false)
const heardAt = ref<number>()

/** The one line to the server of this page. */
export function useLive(): Live {
  const line = (opened ??= open())
  const state = computed(() => {
    if (heardAt.value === undefined) return 'connecting'
    return connected.value && nowAt.value - heardAt.value < staleAfterMs ? 'live' : 'stale'
  })
  return {
    state,
    heardAt,
    follow: (following) => follow(line, following),
    onJobs: (hear) => listen(line, 'jobs', ({ incidentId }) => hear(incidentId)),
    onRing: (hear) => listen(line, 'ring', hear),
    onSignedOut: (hear) => listen(line, 'signedOut', hear),
    rang: (tellingId) => line.emit('rang', tellingId),
  }
}

function open(): LiveLine {
  const line = openLine(ownSlot ? { slot: ownSlot } : {})
  line.on('connect', () => {
    connected.value = true
    // Being let in is the first word; the next is a heartbeat 5 s later.
    heardAt.value = nowAt.value
  })
  line.on('disconnect', () => (connected.value = false))
  line.on('head', ({ at }) => heard(at))
  // Also to pages that follow no community, such as a steward's.
  line.on('beat', heard)
  line.on('signedOut', () => {
    forget()
    line.end()
    opened = undefined
  })
  unlockOnFirstGesture()
  // Outlives the page that opened it: the line belongs to the browser tab.
  effectScope(true).run(() => provePresence(line))
  return line
}

function heard(at: number): void {
  setServerTime(at)
  heardAt.value = at
}

/** Safety 2: the server counts a page as told only while it proves that it is in front and may sound. */
function provePresence(line: LiveLine): void {
  const { unlocked, silent } = useSound()
  const prove = () =>
    line.connected &&
    line.emit('presence', {
      inFront: document.visibilityState === 'visible',
      sound: unlocked.value && !silent.value,
    })
  line.on('connect', prove)
  document.addEventListener('visibilitychange', prove)
  addEventListener('focus', prove)
  setInterval(prove, presenceEveryMs)
  watch([unlocked, silent], prove)
}

function follow(line: LiveLine, following: Following): () => void {
  const { communityId } = following
  let cursor = following.cursor
  let asking = false

  async function ask(): Promise<void> {
    if (asking || !line.connected) return
    asking = true
    try {
      const reply = await line.watch({ communityId, cursor })
      if (!reply.ok) return
      heard(nowAt.value)
      if (reply.how === 'snapshot') cursor = await following.onSnapshot()
    } finally {
      asking = false
    }
  }

  function hear(batch: EventBatch): void {
    if (batch.communityId !== communityId) return
    const taken = take(cursor, batch)
    if (taken.how === 'gap') return askAgain()
    if (taken.how === 'old') return
    cursor = taken.cursor
    following.onEvents(taken.events)
  }

  const askAgain = (): void => void ask().catch(() => undefined)
  const beat = (head: { communityId: number; cursor: Cursor }): void => {
    if (head.communityId === communityId && isBehind(cursor, head.cursor)) askAgain()
  }
  line.on('connect', askAgain)
  line.on('events', hear)
  line.on('head', beat)
  askAgain()
  const stop = (): void => {
    line.off('connect', askAgain)
    line.off('events', hear)
    line.off('head', beat)
    line.emit('unwatch', communityId)
  }
  onScopeDispose(stop)
  return stop
}

function listen<E extends keyof Heard>(line: LiveLine, event: E, hear: Heard[E]): void {
  line.on(event, hear)
  onScopeDispose(() => line.off(event, hear))
}
