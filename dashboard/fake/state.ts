// What the fake remembers: incidents that acts change, and a log of events with a cursor.
import type { HomeTile, Ledger } from '#contract/community.ts'
import type { IncidentCard, TimelineEntry } from '#contract/incident.ts'
import type { EventKind, LogEvent } from '#contract/live.ts'
import type { CheckInVia } from '#contract/primitives.ts'
import { composeLedger, type LedgerRow } from '../../server/domain/ledger.ts'
import { manyAtOnce } from './groups.ts'
import { morningIncidents } from './incidents.ts'
import { clock, homes, nowAt, residents, stateOf, type FakeResident } from './world.ts'

export type FakeState = ReturnType<typeof createState>

/** @param quiet leaves the board empty, to look at its words; `many` adds many at once */
export function createState({ quiet = false, many = false }: { quiet?: boolean; many?: boolean } = {}) {
  const { groups, members } = many ? manyAtOnce() : { groups: [], members: [] }
  const morning = quiet ? [] : morningIncidents()
  const incidents = new Map([...morning, ...members].map((card) => [card.id, card]))
  const notes = new Map<number, TimelineEntry[]>()
  const covered = new Map<number, { at: number; via: CheckInVia }>()
  const log: LogEvent[] = []
  const listeners = new Set<(event: LogEvent) => void>()
  let signed: { signedBy: string; signedAt: number } | null = null

  const changed = (kind: EventKind, id: number): void => {
    const event = { seq: log.length + 1, kind, id }
    log.push(event)
    for (const hear of listeners) hear(event)
  }

  function change(id: number, what: Partial<IncidentCard>): IncidentCard {
    const before = incidents.get(id)
    if (!before) throw new Error('not_found')
    const card = { ...before, ...what, version: before.version + 1 }
    incidents.set(id, card)
    for (const kind of ['incident', 'home'] as const) changed(kind, kind === 'home' ? card.homeId : id)
    changed('ledger', 0)
    return card
  }

  const openOf = (homeId: number): IncidentCard[] =>
    [...incidents.values()].filter((card) => card.homeId === homeId && card.state !== 'closed')

  function tile(homeId: number): HomeTile {
    const home = homes[homeId - 1] as HomeTile
    const open = openOf(homeId)
    const settled =
      quiet ||
      (home.state === 'missed' || home.state === 'hazard' || home.state === 'late'
        ? open.length === 0
        : false)
    return {
      ...home,
      state: settled || home.residents.every(({ id }) => covered.has(id)) ? 'well' : home.state,
      incidentIds: open.map(({ id }) => id),
      acknowledged: open.every(({ acknowledgedAt }) => acknowledgedAt !== null),
    }
  }

  const ledger = (): Ledger =>
    composeLedger({
      on: '2026-11-22',
      now: nowAt(),
      rows: residents.map((one) => ledgerRow(one, openOf(one.homeId), covered.get(one.id), quiet)),
      signature: signed,
    })

  return {
    incidents,
    groups,
    covered,
    log,
    listeners,
    changed,
    change,
    tile,
    ledger,
    notes,
    sign(by: string): Ledger {
      signed = { signedBy: by, signedAt: nowAt() }
      changed('ledger', 0)
      return ledger()
    },
  }
}

function ledgerRow(
  one: FakeResident,
  open: readonly IncidentCard[],
  covered: { at: number; via: CheckInVia } | undefined,
  quiet: boolean,
): LedgerRow {
  const state = quiet ? 'well' : stateOf(one)
  const isWell = state === 'well' || state === 'unprotected' || state === 'hazard'
  const via = viaOf(one)
  const checkIn = covered ?? (isWell ? { at: clock(6, 10) + one.id * 100_000, via } : null)
  const about = open.find(({ kind }) => kind === 'missed')
  const [lead] = open
  return {
    residentId: one.id,
    homeId: one.homeId,
    name: one.name,
    label: one.label,
    dueAt: one.deadline === '08:30' ? clock(8, 30) : clock(8, 0),
    judged: false,
    checkIn: checkIn ? { ...checkIn, late: one.id % 17 === 0 } : null,
    absent: state === 'away',
    blind: state === 'blind',
    incident: lead
      ? {
          open: about?.state === 'open',
          outcome: about?.outcome ?? null,
          owner: lead.acknowledgedBy,
          closedVia: null,
          silence: about?.evidence.silence ?? null,
          anyoneSent: true,
        }
      : null,
  }
}

const viaOf = (one: FakeResident): CheckInVia =>
  one.id % 23 === 0 ? 'phone' : one.id % 29 === 0 ? 'proxy' : one.id % 4 === 3 ? 'curtain' : 'button'
