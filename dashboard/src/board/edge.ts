import type { IncidentCard } from '#contract/incident.ts'

export type Edge = 'critical' | 'alarm' | 'late' | 'blind' | 'waiting'

/** The colour that repeats what a card is about; its sign and its words say it first. */
export function edgeOf({ kind, state, evidence }: Pick<IncidentCard, 'kind' | 'state' | 'evidence'>): Edge {
  if (state === 'handled') return 'waiting'
  switch (kind) {
    case 'co':
    case 'gas':
    case 'smoke':
    case 'sos':
      return 'critical'
    case 'device':
      return 'blind'
    case 'missed':
      return evidence.silence === 'late' ? 'late' : evidence.silence === 'blind' ? 'blind' : 'alarm'
  }
}
