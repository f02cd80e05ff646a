// The morning's count: rows become the ledger through domain/ledger.ts; the desk signs it.
import type { Ledger } from '#contract/community.ts'
import type { Database, Db, Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { composeLedger, type LedgerRow } from '#domain/ledger.ts'
import { localInstant } from '#domain/occurrence.ts'
import { writeAudit } from './audit-store.ts'
import { isDate } from './calendar-day.ts'
import { dayOf } from './day.ts'
import { findCommunity } from './day-store.ts'
import type { Asked, Handlers } from './handler.ts'
import { insertSignature, signatureOf } from './ledger-store.ts'
import { readMornings, type Morning } from './morning-store.ts'
import { refused, type Refused } from './refusals.ts'
import { homesOf } from './tile-store.ts'

export function ledgerHandlers({ db }: { db: Database }): Pick<Handlers, 'ledger' | 'signLedger'> {
  return {
    async ledger({ params, query, now }) {
      if (query.on !== undefined && !isDate(query.on)) return refused('bad_request', noSuchDay)
      return (await readLedger(db, { communityId: params.id, on: query.on, now })) ?? refused('not_found')
    },
    async signLedger(asked) {
      if (!isDate(asked.body.on)) return refused('bad_request', noSuchDay)
      return db.transaction((tx) => sign(tx, asked))
    },
  }
}

/** `on` undefined: the day the desk works on. Undefined where there is no such community. */
export async function readLedger(
  db: Db,
  { communityId, on, now }: { communityId: number; on: string | undefined; now: number },
): Promise<Ledger | undefined> {
  const community = await findCommunity(db, communityId)
  if (!community) return undefined
  const { zone } = community
  const current = await dayOf(db, { communityId, zone, now })
  const day = on ?? current
  const homes = await homesOf(db, { communityId, now })
  const blind = new Set(homes.filter((home) => home.blind).map(({ id }) => id))
  const mornings = await readMornings(db, { communityId, day })
  const rows = mornings.flatMap((morning) => rowOf(morning, { day, zone, blind, isCurrent: day === current }))
  return composeLedger({ on: day, now, rows, signature: (await signatureOf(db, communityId, day)) ?? null })
}

type Day = { day: string; zone: string; blind: ReadonlySet<number>; isCurrent: boolean }

/** None for who made no pact. */
function rowOf(morning: Morning, { day, zone, blind, isCurrent }: Day): LedgerRow[] {
  const { deadline, dueOn, dueAt } = morning
  if (deadline === null || dueOn === null || dueAt === null) return []
  const hasRolledOn = dueOn > day
  const isKnown = morning.checkInAt !== null || morning.incidentId !== null || morning.absent
  // A pact made, or moved, after this morning's hour has its first occurrence ahead: nobody waited for it today.
  const isStillAhead = dueOn === day || (isCurrent && hasRolledOn && !isKnown)
  const { residentId, homeId, name, label } = morning
  return [
    {
      residentId,
      homeId,
      name,
      label,
      dueAt: isStillAhead ? dueAt : (morning.incidentDueAt ?? localInstant(day, deadline, zone)),
      judged: hasRolledOn && !isStillAhead,
      checkIn: checkInOf(morning),
      absent: morning.absent || morning.paused,
      blind: blind.has(homeId),
      incident: incidentOf(morning),
    },
  ]
}

function checkInOf({ checkInAt, checkInVia, checkInLate }: Morning): LedgerRow['checkIn'] {
  if (checkInAt === null || checkInVia === null) return null
  return { at: checkInAt, via: checkInVia, late: checkInLate }
}

function incidentOf(morning: Morning): LedgerRow['incident'] {
  const { incidentState, outcome, owner, silence, anyoneSent } = morning
  if (incidentState === null) return null
  const byHuman = incidentState !== 'open' && outcome !== null
  return {
    open: incidentState === 'open',
    outcome,
    owner,
    closedVia: byHuman ? (morning.arrived ? 'visited' : 'phoned') : null,
    silence,
    anyoneSent,
  }
}

async function sign(tx: Tx, { params, body, personId, now }: Asked<'signLedger'>): Promise<Ledger | Refused> {
  const communityId = params.id
  const ledger = await readLedger(tx, { communityId, on: body.on, now })
  if (!ledger) return refused('not_found')
  if (ledger.signedBy !== null) return refused('somebody_was_first', { by: ledger.signedBy })
  if (!ledger.signable) return refused('not_allowed_now', needsOwners)
  if (ledger.counts.notYetDue === ledger.total) return refused('not_allowed_now', nothingToSign)
  const first = await insertSignature(tx, { communityId, on: body.on, personId, now, counts: ledger.counts })
  if (!first) return refused('somebody_was_first')
  await writeAudit(tx, { now, personId, what: 'ledgerSigned', communityId, detail: { on: body.on } })
  announce(tx, { communityId, kind: 'ledger', id: communityId })
  return (await readLedger(tx, { communityId, on: body.on, now })) ?? refused('not_found')
}

const noSuchDay = { zh: '没有这一天。', en: 'There is no such day.' }
const needsOwners = {
  zh: '还有未落实到人的名字，请先安排人跟进。',
  en: 'Some names have nobody in charge of them yet. Please give each an owner first.',
}
const nothingToSign = {
  zh: '这一天还没有到时间的约定，不能签字。',
  en: 'Nothing of this day has fallen due yet.',
}
