import { onScopeDispose, watch } from 'vue'
import type { Ask } from '#contract/ask.ts'
import type { Ring } from '#contract/live.ts'
import { fallSilent, ringingIncidents, ringOnce, speakAgain, startAlarm, stopAlarm } from '../live/sound.ts'
import { isUnanswered, mustBeSilent } from './job-order.ts'
import type { Jobs } from './useJobs.ts'

/**
 * Every job that waits for 收到 rings until it is said; a ring of the server sounds before the job is even read. A
 * question to neighbour or family rings where the server rang for it, until they have said something.
 */
export function useRinging({ jobs, asks, asOf, live, refresh }: Jobs): void {
  watch([jobs, asks, asOf], () => {
    if (mustBeSilent(jobs.value)) fallSilent()
    else speakAgain()
    const waiting = new Map(
      jobs.value.filter(isUnanswered).map(({ incident }) => [incident.id, incident] as const),
    )
    const asked = new Set(asks.value.filter(isUnsaid).map(({ incidentId }) => incidentId))
    for (const id of ringingIncidents()) if (!waiting.has(id) && !asked.has(id)) stopAlarm(id)
    const known = new Set(ringingIncidents())
    for (const [id, { kind, stage }] of waiting) {
      if (!known.has(id)) startAlarm(id, { kind, stage, purpose: 'alarm' })
    }
  })

  live.onRing((ring) => {
    // Proof that it did sound: where it could not, the server goes on to the next channel (safety 2).
    if (sound(ring)) live.rang(ring.tellingId)
    void refresh()
  })

  onScopeDispose(() => {
    for (const id of ringingIncidents()) stopAlarm(id)
    speakAgain()
  })
}

const isUnsaid = ({ state, answeredAt }: Ask): boolean => state === 'told' && answeredAt === null

const sound = (ring: Ring): boolean =>
  ring.purpose === 'alarm' ? startAlarm(ring.incidentId, ring) : ringOnce(ring)
