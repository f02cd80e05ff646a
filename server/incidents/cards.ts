// Incidents as the board and the pages of stewards show them.
import type { Air, Assignment, IncidentCard } from '#contract/incident.ts'
import { isHazard, stages, type IncidentKind, type Origin } from '#contract/primitives.ts'
import type { Db } from '#db/database.ts'
import { silentAfterMs } from '#domain/liveness.ts'
import * as store from './cards-store.ts'
import type { CardFilter, DetectorRow, FlatCard } from './cards-store.ts'

/** Worst first. @param now epoch ms: how old the air is */
export async function cards(db: Db, filter: CardFilter, now: number): Promise<IncidentCard[]> {
  const flat = await store.flatCards(db, filter)
  if (flat.length === 0) return []
  const incidentIds = flat.map(({ id }) => id)
  const homeIds = [...new Set(flat.map(({ homeId }) => homeId))]
  // one after the other: `db` may be a transaction, which has one connection
  const residents = byKey(await store.residentsOf(db, homeIds), ({ homeId }) => homeId)
  const detectors = byKey(await store.detectorsOf(db, homeIds), ({ homeId }) => homeId)
  const assignments = byKey(await store.assignmentsOfIncidents(db, incidentIds), (row) => row.incidentId)
  const calls = byKey(await store.callsOf(db, incidentIds), ({ incidentId }) => incidentId)
  return flat
    .map((card) => {
      const own = assignments.get(card.id) ?? []
      return {
        ...card,
        ...nextDue(card, own),
        residents: (residents.get(card.homeId) ?? []).map(
          ({ homeId: _home, file: _file, ...brief }) => brief,
        ),
        // a simulated value is not the air of a real case, nor the reverse (safety 17)
        air: airOf(
          (detectors.get(card.homeId) ?? []).filter(({ origin }) => origin === card.origin),
          now,
        ),
        assignments: own,
        calls: (calls.get(card.id) ?? []).map(({ incidentId: _incident, ...call }) => call),
      }
    })
    .sort(worstFirst)
}

/** Live danger before silence, silence before equipment (safety 12). */
const kindsWorstFirst: readonly IncidentKind[] = ['co', 'gas', 'smoke', 'sos', 'missed', 'device']

/** However loud a demo or a drill is, it stands behind the real thing (safety 17). */
const realFirst: readonly Origin[] = ['live', 'drill', 'demo', 'replay']

/** Open before handled, real before shown; danger by stage, then what nobody has taken yet, then the oldest. */
export function worstFirst(a: IncidentCard, b: IncidentCard): number {
  return (
    rankOfState(a) - rankOfState(b) ||
    realFirst.indexOf(a.origin) - realFirst.indexOf(b.origin) ||
    Number(isHazard(b.kind)) - Number(isHazard(a.kind)) ||
    stages.indexOf(b.stage) - stages.indexOf(a.stage) ||
    kindsWorstFirst.indexOf(a.kind) - kindsWorstFirst.indexOf(b.kind) ||
    Number(a.acknowledgedAt !== null) - Number(b.acknowledgedAt !== null) ||
    a.openedAt - b.openedAt ||
    a.id - b.id
  )
}

const rankOfState = ({ state }: IncidentCard) => ['open', 'handled', 'closed'].indexOf(state)

/** The next deadline of the incident or of whoever is on it, whichever comes first. */
function nextDue(card: FlatCard, assignments: readonly Assignment[]): Pick<FlatCard, 'dueAt' | 'dueKind'> {
  return [card, ...assignments].reduce<Pick<FlatCard, 'dueAt' | 'dueKind'>>(
    (next, { dueAt, dueKind }) =>
      dueAt !== null && (next.dueAt === null || dueAt < next.dueAt) ? { dueAt, dueKind } : next,
    { dueAt: null, dueKind: null },
  )
}

/** The worst of what is still believed; without that, the latest that was ever heard, marked stale (safety 13). */
function airOf(detectors: readonly DetectorRow[], now: number): Air {
  const samples = (value: 'lastCo' | 'lastGas', at: 'lastCoAt' | 'lastGasAt') =>
    detectors.flatMap((device) => {
      const [sample, sampledAt] = [device[value], device[at]]
      if (sample === null || sampledAt === null) return []
      return [
        { value: sample, at: sampledAt, stale: now - sampledAt > silentAfterMs(device.kind, device.power) },
      ]
    })
  return { co: mostTelling(samples('lastCo', 'lastCoAt')), gas: mostTelling(samples('lastGas', 'lastGasAt')) }
}

function mostTelling(samples: readonly NonNullable<Air['co']>[]): Air['co'] {
  const fresh = samples.filter(({ stale }) => !stale)
  const order =
    fresh.length > 0 ? fresh.toSorted((a, b) => b.value - a.value) : samples.toSorted((a, b) => b.at - a.at)
  return order[0] ?? null
}

export function byKey<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const group = groups.get(keyOf(row))
    if (group) group.push(row)
    else groups.set(keyOf(row), [row])
  }
  return groups
}
