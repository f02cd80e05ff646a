// What a verdict changes about its incident. Pure.
import type { Evidence } from '#contract/incident.ts'
import { isHazard, isWorse, type IncidentKind, type Stage } from '#contract/primitives.ts'
import type { TimelineWhat } from '#db/timeline.ts'
import { isLatched } from '#domain/condition.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { Change } from './apply-verdicts-store.ts'
import { looksDifferent, mergedEvidence } from './evidence.ts'
import type { IncidentRow } from './store.ts'

/** A verdict and its incident; without one where what is over had never opened any. */
export type Found = { verdict: Verdict; incident: IncidentRow | undefined; isNew: boolean }

export type Decision = {
  incident: IncidentRow
  change?: Omit<Change, 'incidentId'> | undefined
  line?: { what: TimelineWhat; detail?: Record<string, unknown> }
  /** What follows: somebody is told, or it ends by itself if the rules see nothing more of it. */
  next?: 'opened' | 'raised' | 'endsUnseen' | 'news'
}

export function decide({ incident, verdict, isNew }: Found & { incident: IncidentRow }): Decision {
  const { stage } = verdict
  if (stage !== null && isSilentAgain(incident, verdict)) return silentAgain(incident, verdict, stage)
  if (stage === null) return returned(incident, verdict)
  if (isNew) return { incident, line: { what: 'opened', detail: { stage: incident.stage } }, next: 'opened' }
  if (isWorse(stage, incident.stage) || verdict.ringsAgain) return raised(incident, verdict, stage)
  return { incident, change: noted(incident, verdict) }
}

/** Worse than it was, or pressed again: whoever had acknowledged has acknowledged something else (safety 3). */
function raised(incident: IncidentRow, verdict: Verdict, seen: Stage): Decision {
  const worse = isWorse(seen, incident.stage)
  const stage = worse ? seen : incident.stage
  const evidence = mergedEvidence(incident.evidence, verdict)
  return {
    incident,
    change: { stage, evidence, unacknowledges: true, ...pactOf(verdict) },
    line: worse
      ? { what: 'raised', detail: { from: incident.stage, to: stage } }
      : again(verdict.kind, evidence.presses),
    next: 'raised',
  }
}

/**
 * She was heard after all, nobody has closed the card, and at a later deadline she is silent: that is another silence,
 * and whoever was done with the last one is asked anew.
 */
const isSilentAgain = ({ evidence: old }: IncidentRow, { kind, evidence }: Verdict): boolean =>
  kind === 'missed' &&
  evidence.silence !== undefined &&
  old.lateCheckInAt !== undefined &&
  (evidence.dueAt ?? -Infinity) > old.lateCheckInAt

/** Of the last one only its stage stays: it never falls, so that who is late but active is looked for as well. */
function silentAgain(incident: IncidentRow, verdict: Verdict, seen: Stage): Decision {
  const { lateCheckInAt: _heard, on: _on, dueAt: _due, agreedAt: _agreed, ...old } = incident.evidence
  const { secondDueAt: _second, contactDueAt: _contact, neverPressed: _never, ...kept } = old
  const { secondDueAt: _stirring, ...missed } = verdict.evidence
  const isLate = verdict.evidence.silence === 'late'
  const evidence: Evidence = isLate ? { ...missed, silence: 'missed' } : verdict.evidence
  const before = { ...incident, evidence: kept }
  const decision = raised(before, { ...verdict, evidence }, isLate ? 'alarm' : seen)
  return { ...decision, incident, line: { what: 'missedAgain' } }
}

/** A further press of SOS; or equipment that had been set aside and is shown again as it stands. */
const again = (kind: IncidentKind, presses = 2): NonNullable<Decision['line']> =>
  kind === 'device' ? { what: 'cameBack' } : { what: 'pressedAgain', detail: { presses } }

function noted({ stage, evidence: old }: IncidentRow, verdict: Verdict): Decision['change'] {
  const evidence = mergedEvidence(old, verdict)
  return looksDifferent(old, evidence)
    ? { stage, evidence, unacknowledges: false, ...pactOf(verdict) }
    : undefined
}

/** A card that an absence had opened becomes that of a missed check-in. */
const pactOf = ({ pact }: Verdict): Pick<Change, 'pact'> => (pact === undefined ? {} : { pact })

function returned(incident: IncidentRow, verdict: Verdict): Decision {
  const change = noted(incident, verdict)
  if (!needsHuman(incident)) return { incident, change, next: 'endsUnseen' }
  if (change && incident.kind === 'missed')
    return { incident, change, line: { what: 'lateCheckIn' }, next: 'news' }
  if (change && isHazard(incident.kind) && incident.evidence.cleanSince === undefined)
    return { incident, change, line: { what: 'airClean' } }
  return { incident, change }
}

/**
 * Gas, CO, SOS and missed check-in are closed by a human only (safety 11). A late riser before anybody had to be
 * sent, and trouble with a device, end by themselves, on record.
 */
const needsHuman = ({ kind, stage }: IncidentRow) =>
  isLatched(kind) && !(kind === 'missed' && stage === 'notice')
