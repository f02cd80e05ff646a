// Many at once: one card for one cause, and one card for a home. Folding moves cards together; it closes nothing, takes
// nobody off their way, and touches no danger.
import { isHazard, isWorse, type Stage } from '#contract/primitives.ts'
import type { Evidence, GroupCause } from '#contract/incident.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { writeTimeline, type TimelineLine } from '#db/timeline.ts'
import { groupByCause, isFoldable, type Candidate, type Grouping } from '#domain/group.ts'
import { isAtLeast } from '#domain/worst.ts'
import { limits } from '../limits.ts'
import type { Found } from './decide.ts'
import { endEmptyGroups } from './end-groups.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import { lockSilencesInDanger, type SharedHome } from './danger-store.ts'
import * as store from './fold-store.ts'
import * as groupStore from './group-store.ts'
import type { CandidateRow, Ground, OpenGroupRow } from './fold-store.ts'
import type { IncidentRow } from './store.ts'

type By = { now: number; dispatch: IncidentDispatch }
type Standing = Found & { incident: IncidentRow }

/** What folding leaves to be told: nobody is told twice of the same cause, and nobody of none. */
export type Folding = {
  /** Groups that were opened, and groups that newcomers have joined. */
  opened: number[]
  joined: number[]
  /** Silences on the card of a danger: told through it. */
  quiet: ReadonlySet<number>
  shared: SharedHome[]
  /** Dangers on whose card a silence is new, or worse than it was. */
  news: number[]
}

/**
 * In the transaction of the verdicts, after their incidents are held and before anybody is told. `silences` are those
 * beside the dangers among them, where they were asked for already.
 */
export async function fold(
  tx: Tx,
  { found, silences }: { found: readonly Found[]; silences: readonly SharedHome[] | undefined },
  by: By,
): Promise<Folding> {
  const standing = found.filter((one): one is Standing => one.incident !== undefined)
  await leaveGroups(tx, standing, by)
  const shared = await shareCards(tx, { standing, silences }, by)
  const resting = standing.filter(
    ({ incident }) => incident.kind === 'missed' && incident.foldedInto !== null,
  )
  const seen = new Set(standing.map(({ incident }) => incident.id))
  const folding: Folding = {
    opened: [],
    joined: [],
    quiet: new Set([
      ...shared.map(({ incidentId }) => incidentId),
      ...resting.map(({ incident }) => incident.id),
    ]),
    shared,
    news: [
      ...shared.filter(({ incidentId }) => seen.has(incidentId)).map(({ airId }) => airId),
      ...resting.flatMap(({ incident, verdict }) =>
        isRaised(incident, verdict.stage) ? (incident.foldedInto ?? []) : [],
      ),
    ],
  }
  for (const ground of groundsOf(standing, folding.quiet)) await foldOn(tx, ground, { ...by, folding })
  return folding
}

const isRaised = ({ stage }: Pick<IncidentRow, 'stage'>, seen: Stage | null) =>
  seen !== null && isWorse(seen, stage)

/** Truly missed after all, or removed in mid-alarm: no longer one of many. It rings by itself. */
async function leaveGroups(tx: Tx, standing: readonly Standing[], by: By): Promise<void> {
  const risen = standing.filter(({ incident, verdict }) => isLeaving(incident, verdict.stage))
  if (risen.length === 0) return
  const rows = await groupStore.rowsOfGroups(
    tx,
    risen.map(({ incident }) => incident.id),
  )
  await groupStore.foldInto(
    tx,
    rows.map(({ incidentId }) => ({ incidentId, into: null })),
    by.now,
  )
  const left = risen.filter(({ incident }) => rows.some(({ incidentId }) => incidentId === incident.id))
  for (const { incident } of left) incident.foldedInto = null
  await writeTimeline(
    tx,
    left.map(({ incident }) => lineOf(incident, 'unfolded', by.now)),
  )
  await endEmptyGroups(tx, [...new Set(rows.map(({ groupId }) => groupId))], by)
}

const isLeaving = ({ foldedInto, stage }: IncidentRow, seen: Stage | null): boolean =>
  foldedInto !== null && isRaised({ stage }, seen) && isAtLeast(seen ?? 'notice', 'alarm')

/** Safety 12: a missed check-in and a bad reading in one home are one card, air first, whichever came first. */
async function shareCards(
  tx: Tx,
  { standing, silences }: { standing: readonly Standing[]; silences: readonly SharedHome[] | undefined },
  by: By,
): Promise<SharedHome[]> {
  // What is only seen again asks nothing: a danger of every few seconds must not cost a question each.
  const homes = standing
    .filter(
      ({ incident, isNew, verdict }) =>
        verdict.stage !== null && (isNew || isRaised(incident, verdict.stage)),
    )
    .filter(({ verdict: { kind } }) => kind === 'missed' || isAir(kind))
    .map(({ incident: { homeId, origin } }) => ({ homeId, origin }))
  if (homes.length === 0) return []
  const isOneOf = (one: SharedHome) =>
    homes.some(({ homeId, origin }) => homeId === one.homeId && origin === one.origin)
  const shared = silences?.filter(isOneOf) ?? (await lockSilencesInDanger(tx, homes))
  if (shared.length === 0) return []
  await groupStore.foldInto(
    tx,
    shared.map(({ incidentId, airId }) => ({ incidentId, into: airId })),
    by.now,
  )
  await endEmptyGroups(tx, [...new Set(shared.flatMap(({ groupId }) => groupId ?? []))], by)
  return shared
}

const isAir = (kind: IncidentRow['kind']) => isHazard(kind) && kind !== 'sos'

/** Where something new stands that may be a row. A batch without any, which is every batch of dangers, asks nothing. */
function groundsOf(standing: readonly Standing[], quiet: ReadonlySet<number>): Ground[] {
  const grounds = new Map<string, Ground>()
  for (const { incident, isNew, verdict } of standing) {
    const { communityId, kind, origin } = incident
    const isRow = isNew && verdict.stage !== null && isFoldable(incident) && !quiet.has(incident.id)
    if (isRow) grounds.set(`${communityId} ${kind} ${origin}`, { communityId, kind, origin })
  }
  return [...grounds.values()].sort((a, b) => a.communityId - b.communityId)
}

type OnGround = By & { folding: Folding }

async function foldOn(tx: Tx, ground: Ground, { now, dispatch, folding }: OnGround): Promise<void> {
  await store.lockGround(tx, ground.communityId)
  const groups = await store.lockGroups(tx, ground)
  const oldest = Math.min(now, ...groups.map(({ openedAt }) => openedAt)) - limits.groupWindowMs
  const rows = (await store.lockCandidates(tx, ground, oldest)).filter((row) =>
    isFoldable({ ...row, kind: ground.kind }),
  )
  if (new Set(rows.map(({ homeId }) => homeId)).size < limits.groupHomesMin && groups.length === 0) return
  const homes = new Map((await store.homesByCause(tx, ground)).map((size) => [size.cause, size.homes]))
  const byId = new Map(rows.map((row) => [row.incidentId, row]))
  for (const grouping of groupByCause({ candidates: rows.map(candidateOf), groups, homes })) {
    const joining = grouping.incidentIds.flatMap((id) => byId.get(id) ?? [])
    const group = groups.find(({ id }) => id === grouping.groupId)
    const asked = { ground, grouping, joining, now }
    if (group) folding.joined.push(await join(tx, group, asked))
    else folding.opened.push(await open(tx, asked))
    await endEmptyGroups(tx, [...new Set(joining.flatMap(({ groupId }) => groupId ?? []))], { now, dispatch })
  }
}

const candidateOf = (row: CandidateRow): Candidate => ({
  ...row,
  causes: [
    ...(row.blindFrom === null ? [] : ['ownOutage']),
    ...row.gateways.map((id) => `gateway:${id}`),
    `building:${row.buildingId}`,
    ...row.carriers.map((carrier) => `carrier:${carrier}`),
  ],
})

type Joining = { ground: Ground; grouping: Grouping; joining: CandidateRow[]; now: number }

async function open(tx: Tx, { ground, grouping, joining, now }: Joining): Promise<number> {
  const stage: Stage = ground.kind === 'missed' ? 'warning' : 'notice'
  const worst = joining.some((row) => row.stage === 'warning') ? 'warning' : stage
  const place = await store.placeOf(tx, grouping.cause)
  const [from, until] = [knownMin(joining), knownMax(joining)]
  const group: Evidence['group'] = {
    cause: grouping.cause.split(':')[0] as GroupCause,
    homes: countHomes(joining),
    ...(place === undefined ? {} : { place }),
    ...(grouping.cause === 'ownOutage' && from !== undefined && until !== undefined
      ? { fromAt: from, untilAt: until }
      : {}),
  }
  const { communityId, kind, origin } = ground
  const evidence: Evidence = {
    group,
    ...(kind === 'missed' ? { silence: 'blind' } : { trouble: 'silent' }),
  }
  const groupId = await groupStore.insertGroup(
    tx,
    { communityId, kind, origin, cause: grouping.cause, stage: worst, evidence },
    now,
  )
  await writeRows(tx, { groupId, communityId, joining, now, opens: true })
  return groupId
}

/** Announced by name: the timeline says who, and so does what the desk is told. */
async function join(tx: Tx, group: OpenGroupRow, { joining, now, ground }: Joining): Promise<number> {
  const old = group.evidence.group
  if (!old) throw new Error('a group without its evidence')
  const newcomers = joining.map(({ homeLabel }) => homeLabel)
  const homes = old.homes + countHomes(joining)
  await groupStore.changeGroup(tx, group.id, { ...group.evidence, group: { ...old, homes, newcomers } })
  await writeRows(tx, { groupId: group.id, communityId: ground.communityId, joining, now, opens: false })
  return group.id
}

type Rows = { groupId: number; communityId: number; joining: CandidateRow[]; now: number; opens: boolean }

async function writeRows(tx: Tx, { groupId, communityId, joining, now, opens }: Rows): Promise<void> {
  await groupStore.foldInto(
    tx,
    joining.map(({ incidentId }) => ({ incidentId, into: groupId })),
    now,
  )
  const onGroup = (row: CandidateRow): TimelineLine => ({
    communityId,
    incidentId: groupId,
    at: now,
    what: 'joined',
    detail: { homeId: row.homeId, text: [row.homeLabel, ...row.greetings].join(' ') },
  })
  const onRow = ({ incidentId }: CandidateRow): TimelineLine => ({
    communityId,
    incidentId,
    at: now,
    what: 'folded',
    detail: { groupId, homes: joining.length },
  })
  const opened: TimelineLine[] = opens ? [{ communityId, incidentId: groupId, at: now, what: 'opened' }] : []
  await writeTimeline(tx, [...opened, ...joining.map(onGroup), ...joining.map(onRow)])
  announce(tx, { communityId, kind: 'incident', id: groupId })
  for (const { incidentId } of joining) announce(tx, { communityId, kind: 'incident', id: incidentId })
}

const countHomes = (rows: readonly CandidateRow[]) => new Set(rows.map(({ homeId }) => homeId)).size

const known = (instants: readonly (number | null)[]) => instants.filter((one) => one !== null)
const knownMin = (rows: readonly CandidateRow[]) => {
  const from = known(rows.map(({ blindFrom }) => blindFrom))
  return from.length > 0 ? Math.min(...from) : undefined
}
const knownMax = (rows: readonly CandidateRow[]) => {
  const until = known(rows.map(({ blindUntil }) => blindUntil))
  return until.length > 0 ? Math.max(...until) : undefined
}

const lineOf = ({ communityId, id }: IncidentRow, what: TimelineLine['what'], now: number): TimelineLine => ({
  communityId,
  incidentId: id,
  at: now,
  what,
})
