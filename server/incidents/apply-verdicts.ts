// From what the rules found to what humans deal with. Runs inside the transaction that stored the messages.
import { isHazard, isWorse, type IncidentKind, type Stage } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { json, sql } from '#db/sql.ts'
import { writeTimeline, type TimelineWhat } from '#db/timeline.ts'
import { isLatched } from '#domain/condition.ts'
import type { Verdict } from '#domain/verdict.ts'
import { closeByItself } from './close-by-itself.ts'
import { clearCondition, isStillSeen, raiseCondition } from './conditions.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import { looksDifferent, mergedEvidence } from './evidence.ts'
import * as store from './store.ts'
import type { IncidentRow } from './store.ts'

type Present = Verdict & { stage: Stage }
const isPresent = (verdict: Verdict): verdict is Present => verdict.stage !== null

/** Opens, raises, notes or (device trouble and late risers only) closes, one verdict after the other. */
export async function applyVerdicts(
  tx: Tx,
  verdicts: readonly Verdict[],
  { now, dispatch }: { now: number; dispatch: IncidentDispatch },
): Promise<void> {
  for (const verdict of inOrder(verdicts)) {
    if (isPresent(verdict)) await present(tx, verdict, { now, dispatch })
    else await returned(tx, verdict, { now, dispatch })
  }
}

const airFirst: readonly IncidentKind[] = ['co', 'gas', 'smoke', 'sos', 'missed', 'device']

/** By home, so that two transactions lock in one order; air first (safety 12); else as they were judged. */
function inOrder(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.toSorted(
    (a, b) => a.homeId - b.homeId || airFirst.indexOf(a.kind) - airFirst.indexOf(b.kind),
  )
}

type By = { now: number; dispatch: IncidentDispatch }

async function present(tx: Tx, verdict: Present, by: By): Promise<void> {
  const found = await openOrFind(tx, verdict, by.now)
  if (!found) return
  const { incident, isNew } = found
  await raiseCondition(tx, verdict, { incidentId: incident.id, now: by.now })
  if (isNew) {
    await say(tx, incident, { at: by.now, what: 'opened', detail: { stage: incident.stage } })
    await by.dispatch.onOpened(tx, incident.id, by.now)
  } else if (isWorse(verdict.stage, incident.stage) || verdict.ringsAgain) {
    await raise(tx, { incident, verdict, ...by })
  } else {
    await noteEvidence(tx, incident, verdict)
  }
}

/**
 * Undefined where a human has answered. Another transaction may open or close it while we look: then we look again;
 * three times settle any such race.
 */
async function openOrFind(
  tx: Tx,
  verdict: Present,
  now: number,
): Promise<{ incident: IncidentRow; isNew: boolean } | undefined> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const open = await store.lockOpenIncident(tx, verdict)
    if (open) return { incident: open, isNew: false }
    if (await store.occurrenceIsAnswered(tx, verdict)) return undefined
    const opened = await store.insertIncident(tx, verdict, now)
    if (opened) return { incident: opened, isNew: true }
  }
  throw new Error('an incident was neither there nor could be opened')
}

/** Worse than it was, or pressed again: whoever had acknowledged has acknowledged something else (safety 3). */
async function raise(
  tx: Tx,
  { incident, verdict, now, dispatch }: By & { incident: IncidentRow; verdict: Present },
): Promise<void> {
  const worse = isWorse(verdict.stage, incident.stage)
  const stage = worse ? verdict.stage : incident.stage
  const evidence = mergedEvidence(incident.evidence, verdict)
  await store.changeIncident(
    tx,
    incident.id,
    sql`stage = ${stage}, evidence = ${json(evidence)}, acknowledged_at = null, acknowledged_by = null`,
  )
  await say(tx, incident, {
    at: now,
    what: worse ? 'raised' : 'pressedAgain',
    detail: worse ? { from: incident.stage, to: stage } : { presses: evidence.presses ?? 2 },
  })
  await dispatch.onRaised(tx, incident.id, now)
}

async function noteEvidence(tx: Tx, incident: IncidentRow, verdict: Verdict): Promise<boolean> {
  const evidence = mergedEvidence(incident.evidence, verdict)
  if (!looksDifferent(incident.evidence, evidence)) return false
  await store.changeIncident(tx, incident.id, sql`evidence = ${json(evidence)}`)
  announceIncident(tx, incident)
  return true
}

async function returned(tx: Tx, verdict: Verdict, { now, dispatch }: By): Promise<void> {
  const incident = await store.lockOpenIncident(tx, verdict)
  await clearCondition(tx, verdict, now)
  if (!incident) return
  const isNews = await noteEvidence(tx, incident, verdict)
  if (!needsHuman(incident)) {
    if (await isStillSeen(tx, incident.id)) return
    const what = incident.kind === 'missed' ? 'closedByCheckIn' : 'closedByItself'
    await closeByItself(tx, incident, { now, what, dispatch })
  } else if (isNews && incident.kind === 'missed') {
    await say(tx, incident, { at: now, what: 'lateCheckIn' })
    await dispatch.onNews(tx, incident.id, now)
  } else if (isNews && isHazard(incident.kind) && incident.evidence.cleanSince === undefined) {
    await say(tx, incident, { at: now, what: 'airClean' })
  }
}

/**
 * Gas, CO, SOS and missed check-in are closed by a human only (safety 11). A late riser before anybody had to be
 * sent, and trouble with a device, end by themselves, on record.
 */
const needsHuman = ({ kind, stage }: IncidentRow) =>
  isLatched(kind) && !(kind === 'missed' && stage === 'notice')

async function say(
  tx: Tx,
  incident: IncidentRow,
  line: { at: number; what: TimelineWhat; detail?: Record<string, unknown> },
): Promise<void> {
  await writeTimeline(tx, [{ communityId: incident.communityId, incidentId: incident.id, ...line }])
  announceIncident(tx, incident)
}

function announceIncident(tx: Tx, { communityId, id, homeId, kind }: IncidentRow): void {
  announce(tx, { communityId, kind: 'incident', id })
  announce(tx, { communityId, kind: 'home', id: homeId })
  if (kind === 'missed') announce(tx, { communityId, kind: 'ledger', id: communityId })
}
