// 代报平安: somebody has seen the resident, or spoken with her, and says where (safety 7).
import { announce } from '#db/event-log.ts'
import type { Database, Tx } from '#db/database.ts'
import { localDate } from '#domain/occurrence.ts'
import { writeAudit } from './audit-store.ts'
import type { Asked, Handlers } from './handler.ts'

import type { IncidentActs } from './ports.ts'
import { refused } from './refusals.ts'
import {
  coverOccurrence,
  findSubject,
  insertGivenCheckIn,
  lockOccurrences,
  openMissed,
  type GivenCheckIn,
  type Subject,
} from './resident-store.ts'

export type ProxySettings = { db: Database; incidents: Pick<IncidentActs, 'noteProxy'> }

export function proxyHandlers({ db, incidents }: ProxySettings): Pick<Handlers, 'proxyCheckIn'> {
  return {
    async proxyCheckIn(asked) {
      if (asked.body.place.trim() === '') return refused('bad_request', noPlace)
      const subject = await findSubject(db, asked.params.id)
      if (!subject) return refused('not_found')
      await db.transaction((tx) => give(tx, { incidents, subject, asked }))
      return { ok: true }
    },
  }
}

const noPlace = {
  zh: '请写明在哪里见到或联系到本人。',
  en: 'Please say where the resident was seen or spoken with.',
}

type Giving = { incidents: ProxySettings['incidents']; subject: Subject; asked: Asked<'proxyCheckIn'> }

/** One resident only: whoever lives with her is not answered for. */
async function give(tx: Tx, { incidents, subject, asked }: Giving): Promise<void> {
  const { body, personId: byId, now } = asked
  const covers = await occurrenceToCover(tx, subject, now)
  const checkInId = await insertGivenCheckIn(tx, { subject, covers, byId, now, ...body })
  if (covers && !covers.late && covers.pactId !== null)
    await coverOccurrence(tx, { pactId: covers.pactId, checkInId, now })
  await incidents.noteProxy(tx, { residentId: subject.id, byId, checkInId, now, ...body })
  await writeAudit(tx, {
    now,
    personId: byId,
    what: 'proxyCheckIn',
    communityId: subject.communityId,
    homeId: subject.homeId,
    residentId: subject.id,
    detail: { checkInId, via: body.via, seenOrSpoken: body.seenOrSpoken },
  })
  announce(tx, { communityId: subject.communityId, kind: 'home', id: subject.homeId })
  announce(tx, { communityId: subject.communityId, kind: 'ledger', id: subject.communityId })
}

/**
 * The morning that has been judged and is still dealt with comes first; then the occurrence whose time has begun.
 * Before that it covers none, as a press of the button would not.
 */
async function occurrenceToCover(tx: Tx, subject: Subject, now: number): Promise<GivenCheckIn['covers']> {
  const occurrences = await lockOccurrences(tx, subject.id)
  const missed = await openMissed(tx, subject.id)
  if (missed) {
    const edge = occurrences.find(({ pactId }) => pactId === missed.pactId)?.edge ?? 'morning'
    return { pactId: missed.pactId, on: missed.on ?? localDate(now, subject.zone), late: true, edge }
  }
  const begun = occurrences.find(({ opensAt }) => opensAt <= now)
  // not late even at a minute past: the deadline has not been judged yet, and will now find her answered for
  return begun && { pactId: begun.pactId, on: begun.on, late: false, edge: begun.edge }
}
