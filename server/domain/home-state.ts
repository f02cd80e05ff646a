// The window a home is drawn as: what is worst about it and its residents, and never less than that.
import { isHazard, isWorse, type HomeState, type IncidentKind } from '#contract/primitives.ts'
import type { Silence, Stage } from '#contract/primitives.ts'

export type HomeResident = {
  id: number
  name: string
  /** Whether the deadline of the day has passed. */
  due: boolean
  /** When today's sign came, for the whole day (also after the pact has rolled on to tomorrow). */
  coveredAt: number | null
  dueAt: number | null
  absent: boolean
  /** Of the open incident about her silence, if there is one. */
  silence: Silence | null
}

export type OpenDanger = { kind: IncidentKind; stage: Stage; acknowledged: boolean }

export type HomeInput = {
  residents: readonly HomeResident[]
  hazards: readonly OpenDanger[]
  /** Monitoring of the home is lost (监测中断). */
  blind: boolean
  /** Some danger has no working detector (未监护). */
  unprotected: boolean
  now: number
}

export type HomeView = {
  state: HomeState
  hazard: IncidentKind | null
  stage: Stage | null
  residents: { id: number; name: string; state: HomeState; at: number | null }[]
}

/**
 * Worst first. Missing cover stands below what is known of a person: it hides neither a missed nor a well resident,
 * only the drawn curtain of somebody who is away (an absence suppresses missed check-in and nothing else, safety 10).
 */
const worstFirst: readonly HomeState[] = [
  'hazard',
  'missed',
  'blind',
  'late',
  'notDue',
  'well',
  'unprotected',
  'away',
]

/** Derived from rows each time it is asked for; nothing of it is stored. */
export function homeState(home: HomeInput): HomeView {
  const residents = home.residents.map((resident) => ({
    id: resident.id,
    name: resident.name,
    ...stateOf(resident, home),
  }))
  const danger = worstDanger(home.hazards)
  const states: HomeState[] = residents.map((resident) => resident.state)
  if (danger) states.push('hazard')
  if (home.blind) states.push('blind')
  if (home.unprotected) states.push('unprotected')
  const state = worstFirst.find((candidate) => states.includes(candidate)) ?? 'away'
  return { state, hazard: danger?.kind ?? null, stage: danger?.stage ?? null, residents }
}

/** An open incident about her outlives a late press and an absence declared afterwards: a human closes it. */
function stateOf(resident: HomeResident, home: HomeInput): { state: HomeState; at: number | null } {
  const { coveredAt, dueAt } = resident
  if (resident.silence) return { state: resident.silence, at: dueAt }
  if (coveredAt !== null) return { state: 'well', at: coveredAt }
  if (resident.absent) return { state: 'away', at: null }
  const due = resident.due || (dueAt !== null && dueAt <= home.now)
  if (!due) return { state: 'notDue', at: dueAt }
  return { state: home.blind ? 'blind' : 'late', at: dueAt }
}

/** Worst stage first, then what nobody has acknowledged, then air before the rest (safety 12). */
function worstDanger(dangers: readonly OpenDanger[]): OpenDanger | undefined {
  const order: IncidentKind[] = ['co', 'gas', 'smoke', 'sos']
  return dangers
    .filter(({ kind }) => isHazard(kind))
    .toSorted((a, b) => {
      if (a.stage !== b.stage) return isWorse(a.stage, b.stage) ? -1 : 1
      return Number(a.acknowledged) - Number(b.acknowledged) || order.indexOf(a.kind) - order.indexOf(b.kind)
    })[0]
}
