import type { Tx } from '#db/database.ts'
import type { StoredCheckIn } from '#domain/stored.ts'
import type { Verdict } from '#domain/verdict.ts'
import { openMissed, type OpenMissed } from './store.ts'

/** Who was missed and has pressed after all: the silence is over, though only a human ends what was raised. */
export async function judgeReturns(tx: Tx, checkIns: readonly StoredCheckIn[]): Promise<Verdict[]> {
  const residentIds = checkIns.flatMap(({ residentId }) => residentId ?? [])
  if (residentIds.length === 0) return []
  const homeIds = [...new Set(checkIns.map(({ homeId }) => homeId))]
  const missed = await openMissed(tx, { homeIds, residentIds })
  return missed.flatMap((incident) => {
    const press = checkIns
      .filter((one) => answers(one, incident))
      .reduce<StoredCheckIn | null>((first, one) => (first && first.at <= one.at ? first : one), null)
    return press ? [returned(incident, press.at)] : []
  })
}

/** Her own press, for that very day or made after its deadline; a simulated one never ends a real search (safety 17). */
function answers(press: StoredCheckIn, incident: OpenMissed): boolean {
  if (press.residentId !== incident.residentId || press.origin !== incident.origin) return false
  // What an absence asks is no silence: a press answers nothing of it (safety 10).
  if (incident.evidence.silence === undefined && incident.evidence.task !== undefined) return false
  if (press.pactId === incident.pactId && press.on === incident.on && press.on !== null) return true
  return press.at >= (incident.evidence.dueAt ?? incident.openedAt)
}

export function returned(incident: OpenMissed, lateCheckInAt: number): Verdict {
  const { communityId, homeId, residentId, origin, pactId, on, evidence } = incident
  const first = Math.min(lateCheckInAt, evidence.lateCheckInAt ?? lateCheckInAt)
  return {
    communityId,
    homeId,
    residentId,
    deviceId: null,
    kind: 'missed',
    stage: null,
    evidence: { lateCheckInAt: first },
    origin,
    ringsAgain: false,
    ...(pactId !== null && on !== null ? { pact: { id: pactId, on } } : {}),
  }
}
