import type { Evidence } from '#contract/incident.ts'
import type { IncidentKind, Origin, Stage } from '#contract/primitives.ts'
import type { Verdict } from '#domain/verdict.ts'

/** A verdict about a device and the home that it stands in. */
export function verdictOf(
  device: { id: number | null; communityId: number; homeId: number; origin: Origin },
  found: { kind: IncidentKind; stage: Stage | null; evidence: Evidence; ringsAgain?: boolean },
): Verdict {
  return {
    communityId: device.communityId,
    homeId: device.homeId,
    residentId: null,
    deviceId: device.id,
    kind: found.kind,
    stage: found.stage,
    evidence: found.evidence,
    origin: device.origin,
    ringsAgain: found.ringsAgain ?? false,
  }
}
