// The one thing a rule says: what is the matter, where, how bad, and why.
import type { Evidence } from '#contract/incident.ts'
import type { IncidentKind, Origin, Stage } from '#contract/primitives.ts'

export type Verdict = {
  communityId: number
  homeId: number
  /** Whose silence it is; null for what concerns the whole home (air, SOS, devices). */
  residentId: number | null
  /** The device whose condition this is; null for silence. */
  deviceId: number | null
  kind: IncidentKind
  /** Null: the condition is no longer there (the incident may still wait for a human). */
  stage: Stage | null
  evidence: Evidence
  origin: Origin
  /** True for a new event that must ring again even at the same stage: every further SOS press (safety 3). */
  ringsAgain: boolean
  /** The occurrence of the pact that was missed. */
  pact?: { id: number; on: string }
}
