import type { Tx } from '#db/database.ts'
import type { Verdict } from '#domain/verdict.ts'
import { lockSecondDue, type SecondDue } from './due-store.ts'
import { returned } from './judge-returns.ts'

/** Safety 6: a sign of life softens silence for an hour at most; then somebody must speak with her. */
export async function judgeSecond(tx: Tx, now: number, max: number): Promise<Verdict[]> {
  const due = await lockSecondDue(tx, now, max)
  return due.map((incident) =>
    incident.answeredAt === null ? missed(incident) : returned(incident, incident.answeredAt),
  )
}

function missed({ communityId, homeId, residentId, origin, evidence, pactId, on }: SecondDue): Verdict {
  return {
    communityId,
    homeId,
    residentId,
    deviceId: null,
    kind: 'missed',
    stage: 'alarm',
    evidence: { ...evidence, silence: 'missed' },
    origin,
    ringsAgain: false,
    ...(pactId !== null && on !== null ? { pact: { id: pactId, on } } : {}),
  }
}
