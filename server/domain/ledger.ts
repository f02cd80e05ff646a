// The morning's count: every name once, and the places add up to all enrolled.
import type { Ledger, LedgerName, LedgerPlace } from '#contract/community.ts'
import type { CheckInVia, Silence } from '#contract/primitives.ts'

export type LedgerRow = {
  residentId: number
  homeId: number
  name: string
  label: string
  dueAt: number
  /** Whether a rule has judged this occurrence. */
  judged: boolean
  checkIn: { at: number; via: CheckInVia; late: boolean } | null
  absent: boolean
  /** Whether her home cannot be seen. */
  blind: boolean
  /** The incident about this silence, if there was one. */
  incident: {
    open: boolean
    outcome: string | null
    owner: string | null
    closedVia: 'phoned' | 'visited' | null
    silence: Silence | null
    anyoneSent: boolean
  } | null
}

const placesByVia: Record<CheckInVia, LedgerPlace> = {
  button: 'pressed',
  curtain: 'pressed',
  web: 'pressed',
  proxy: 'proxy',
  phone: 'phoned',
  visit: 'visited',
}

/** Names that still need a human come first. */
const worstFirst: readonly LedgerPlace[] = [
  'open',
  'blind',
  'notYetDue',
  'visited',
  'phoned',
  'proxy',
  'pressed',
  'excused',
]
const accounted: readonly LedgerPlace[] = ['pressed', 'proxy', 'phoned', 'visited', 'excused']
const needsOwner = (name: LedgerName) => name.place === 'open' || name.place === 'blind'

/** Counted at `now` for the day `on`. A resident in several rows (morning and evening) stands once, in the worst. */
export function composeLedger(day: {
  on: string
  now: number
  rows: readonly LedgerRow[]
  signature: { signedBy: string; signedAt: number } | null
}): Ledger {
  const placed = onceEach(day.rows.map((row) => ({ row, name: nameOf(row, day.now) })))
  const names = placed.map(({ name }) => name)
  const counts = countByPlace(names)
  return {
    on: day.on,
    total: names.length,
    accountedFor: accounted.reduce((sum, place) => sum + counts[place], 0),
    counts,
    names,
    lateRisersNobodySent: placed.filter(({ row, name }) => roseLateAlone(row, name)).length,
    signedBy: day.signature?.signedBy ?? null,
    signedAt: day.signature?.signedAt ?? null,
    signable: names.every((name) => !needsOwner(name) || name.owner !== null),
  }
}

type Placed = { row: LedgerRow; name: LedgerName }

function onceEach(placed: Placed[]): Placed[] {
  const byResident = new Map<number, Placed>()
  for (const one of placed.toSorted(byWorst)) {
    if (!byResident.has(one.name.residentId)) byResident.set(one.name.residentId, one)
  }
  return [...byResident.values()]
}

const byWorst = (a: Placed, b: Placed): number =>
  worstFirst.indexOf(a.name.place) - worstFirst.indexOf(b.name.place) ||
  a.name.label.localeCompare(b.name.label, 'zh', { numeric: true }) ||
  a.name.residentId - b.name.residentId ||
  a.row.dueAt - b.row.dueAt

function nameOf(row: LedgerRow, now: number): LedgerName {
  const place = placeOf(row, now)
  return {
    residentId: row.residentId,
    homeId: row.homeId,
    name: row.name,
    label: row.label,
    place,
    at: row.checkIn?.at ?? (place === 'excused' ? null : row.dueAt),
    late: row.checkIn?.late ?? false,
    owner: row.incident?.owner ?? null,
    outcome: row.incident?.outcome ?? null,
  }
}

/**
 * A sign of her own counts first. An open incident outlives an absence that was declared afterwards. Blind is never
 * excused by being blind (safety 8), and what is due without any of this is open, whether or not a rule has run.
 */
function placeOf({ checkIn, incident, absent, blind, judged, dueAt }: LedgerRow, now: number): LedgerPlace {
  if (checkIn) return placesByVia[checkIn.via]
  if (incident?.open) return incident.silence === 'blind' ? 'blind' : 'open'
  if (incident?.closedVia) return incident.closedVia
  // Somebody said what was found, but not how: the lesser claim.
  if (incident?.outcome) return 'phoned'
  if (absent) return 'excused'
  if (!judged && now < dueAt) return 'notYetDue'
  return blind ? 'blind' : 'open'
}

function countByPlace(names: readonly LedgerName[]): Ledger['counts'] {
  const counts = Object.fromEntries(worstFirst.map((place) => [place, 0])) as Ledger['counts']
  for (const { place } of names) counts[place]++
  return counts
}

const roseLateAlone = ({ checkIn, incident }: LedgerRow, name: LedgerName) =>
  name.place === 'pressed' && checkIn?.late === true && !incident?.anyoneSent
