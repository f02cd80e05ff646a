// Many at once: which open incidents share one cause, who comes first on the list, and who is told of it. Pure.
// A group is a view over incidents that stay what they are: it takes nobody away, and no hazard is ever asked.
import type { IncidentState } from '#contract/acts.ts'
import type { Evidence } from '#contract/incident.ts'
import type { IncidentKind, RiskTier, Stage } from '#contract/primitives.ts'
import { limits } from '../limits.ts'
import type { Ladder } from './ladder.ts'
import { isAtLeast } from './worst.ts'

/** `building:3`, `gateway:17`, `carrier:移动`, or `ownOutage`: we ourselves could not see (safety 8). */
export type Cause = string

/** An open incident that could be a row of a group, of one community, kind and origin. Instants in epoch ms. */
export type Candidate = {
  incidentId: number
  homeId: number
  causes: readonly Cause[]
  openedAt: number
  /** The group of which it is a row already. */
  groupId: number | null
}

export type OpenGroup = { id: number; cause: Cause; openedAt: number }

/** New rows of a group; `groupId` null is a group that is opened by them. */
export type Grouping = { cause: Cause; groupId: number | null; incidentIds: number[] }

/**
 * Whether an incident may stand as a row in a group: silent equipment and homes that cannot be seen. Never a danger
 * (safety 1), never a person who is truly missed, and never equipment that went silent in the middle of an alarm.
 */
export function isFoldable({ kind, stage, evidence }: Folded): boolean {
  if (isAtLeast(stage, 'alarm')) return false
  if (kind === 'device') return evidence.trouble === 'silent'
  return kind === 'missed' && evidence.silence === 'blind'
}

type Folded = { kind: IncidentKind; stage: Stage; evidence: Evidence }

/**
 * Shares the candidates out among causes, the one that explains most homes first; of equals one that is open already,
 * then the narrowest. Each candidate goes to one group at most; who fits none stays a card of their own. No order of
 * the candidates changes the result.
 * @param homes how many homes there are at each cause: a group is opened only by a good part of them
 */
export function groupByCause(input: {
  candidates: readonly Candidate[]
  groups: readonly OpenGroup[]
  homes: ReadonlyMap<Cause, number>
}): Grouping[] {
  const { candidates, groups, homes } = input
  const causes = [...new Set(candidates.flatMap((one) => one.causes))].sort()
  const possible = causes
    .map((cause) => possibleGroup({ cause, candidates, groups, homes: homes.get(cause) ?? 0 }))
    .filter((group) => group !== undefined)
    .sort(widestFirst)
  const taken = new Set<number>()
  return possible.flatMap(({ cause, open, rows }) => {
    const free = rows.filter(({ incidentId }) => !taken.has(incidentId))
    if (!open && countHomes(free) < limits.groupHomesMin) return []
    for (const { incidentId } of free) taken.add(incidentId)
    const incidentIds = free
      .filter(({ groupId }) => groupId === null || groupId !== open?.id)
      .map(({ incidentId }) => incidentId)
      .sort((a, b) => a - b)
    return incidentIds.length > 0 ? [{ cause, groupId: open?.id ?? null, incidentIds }] : []
  })
}

type Possible = { cause: Cause; open: OpenGroup | undefined; rows: Candidate[] }

function possibleGroup(asked: {
  cause: Cause
  candidates: readonly Candidate[]
  groups: readonly OpenGroup[]
  homes: number
}): Possible | undefined {
  const { cause, candidates, groups, homes } = asked
  const own = candidates.filter(({ causes }) => causes.includes(cause))
  const open = groups.find((group) => group.cause === cause)
  const newest = Math.max(...own.map(({ openedAt }) => openedAt))
  const since = (open?.openedAt ?? newest) - limits.groupWindowMs
  const rows = own.filter(({ groupId, openedAt }) => openedAt >= since || (open && groupId === open.id))
  const enough = Math.max(limits.groupHomesMin, homes * limits.groupShareMin)
  return open || countHomes(rows) >= enough ? { cause, open, rows } : undefined
}

const widestFirst = (a: Possible, b: Possible): number =>
  countHomes(b.rows) - countHomes(a.rows) ||
  Number(b.open !== undefined) - Number(a.open !== undefined) ||
  narrowness(a) - narrowness(b) ||
  (a.cause < b.cause ? -1 : 1)

const narrowFirst = ['ownOutage', 'gateway', 'building', 'carrier']
const narrowness = ({ cause }: Possible) => narrowFirst.indexOf(cause.split(':')[0] ?? '')

const countHomes = (rows: readonly Candidate[]) => new Set(rows.map(({ homeId }) => homeId)).size

/** What decides who is asked after first. Instants in epoch ms; null is never. */
export type Ranked = {
  incidentId: number
  state: IncidentState
  tier: RiskTier
  /** Nothing of the home can be seen, so that no later sign could come. */
  blind: boolean
  alone: boolean
  deaf: boolean
  lastSignAt: number | null
}

/**
 * The order in which to ask: who is still open, then risk, then homes that cannot be seen, then the longest without a
 * sign of life, then who lives alone or hears badly. A queue for those who telephone, never a score of a person.
 */
export const byNeed = <R extends Ranked>(rows: readonly R[]): R[] =>
  rows.toSorted(
    (a, b) =>
      Number(a.state !== 'open') - Number(b.state !== 'open') ||
      tiers.indexOf(a.tier) - tiers.indexOf(b.tier) ||
      Number(b.blind) - Number(a.blind) ||
      (a.lastSignAt ?? 0) - (b.lastSignAt ?? 0) ||
      Number(b.alone) - Number(a.alone) ||
      Number(b.deaf) - Number(a.deaf) ||
      a.incidentId - b.incidentId,
  )

const tiers: readonly RiskTier[] = ['high', 'key', 'general']

/**
 * The desk has the list: it rings there, and again until somebody takes it. Going to the doors is each row's own
 * ladder, so that a list that nobody works sends somebody to every home on it (safety 8).
 */
export function groupLadder(kind: IncidentKind): Ladder {
  const isList = kind === 'missed'
  return {
    steps: [{ roles: ['desk'], waitMs: isList ? limits.acknowledgeDueMs : dayMs }],
    together: false,
    purpose: isList ? 'alarm' : 'inform',
    repeatMs: isList ? limits.deskRepeatMs : dayMs,
  }
}

const dayMs = 24 * 3_600_000
