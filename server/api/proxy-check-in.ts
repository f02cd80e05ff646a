// 代报平安: somebody has seen the resident, or spoken with her, and says where (safety 7).
import { announce } from '#db/event-log.ts'
import type { Database, Tx } from '#db/database.ts'
import { localDate } from '#domain/occurrence.ts'
import { writeAudit } from './audit-store.ts'
import type { Asked, Handlers } from './handler.ts'
import { limits } from '../limits.ts'
import type { IncidentActs } from './ports.ts'
import { refused, type Refused } from './refusals.ts'
import {
  answersGivenSince,
  coverOccurrence,
  findSubject,
  insertGivenCheckIn,
  lockOccurrences,
  openMissed,
  residentLookedFor,
  type GivenCheckIn,
  type Subject,
} from './resident-store.ts'

export type ProxySettings = { db: Database; incidents: Pick<IncidentActs, 'noteProxy'> }

export function proxyHandlers({
  db,
  incidents,
}: ProxySettings): Pick<Handlers, 'proxyCheckIn' | 'answerIncident'> {
  const answer = async (residentId: number, asked: Giving['asked']) => {
    if (asked.body.place.trim() === '') return refused('bad_request', noPlace)
    const subject = await findSubject(db, residentId)
    if (!subject) return refused('not_found')
    return db.transaction((tx) => give(tx, { incidents, subject, asked }))
  }
  return {
    proxyCheckIn: (asked) => answer(asked.params.id, asked),
    /** Only while she is looked for: whoever was asked once has no say about other mornings. */
    async answerIncident({ params, body, personId, now }) {
      const residentId = await residentLookedFor(db, params.id)
      if (residentId === undefined) return refused('not_allowed_now')
      return answer(residentId, { body: { ...body, via: 'proxy' }, personId, now })
    },
  }
}

const noPlace = {
  zh: '请写明在哪里见到或联系到本人。',
  en: 'Please say where the resident was seen or spoken with.',
}

const oneByOne = {
  zh: '请逐位见面或通话后再代报；一分钟内代报太多，像是成批勾选。',
  en: 'Please answer for each resident after seeing or speaking with them; so many in one minute is a list.',
}

type Giving = {
  incidents: ProxySettings['incidents']
  subject: Subject
  asked: Pick<Asked<'proxyCheckIn'>, 'body' | 'personId' | 'now'>
}

/** One resident only: whoever lives with her is not answered for. */
async function give(tx: Tx, { incidents, subject, asked }: Giving): Promise<{ ok: true } | Refused> {
  const { body, personId: byId, now } = asked
  if (await isBulk(tx, { subject, byId, now })) return refused('not_allowed_now', oneByOne)
  const covers = await occurrenceToCover(tx, subject, now)
  const checkInId = await insertGivenCheckIn(tx, { subject, covers, byId, now, ...body })
  if (covers?.isOpen) await coverOccurrence(tx, { pactId: covers.pactId, checkInId, now })
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
  return { ok: true }
}

/** Safety 7: no bulk answers. */
async function isBulk(
  tx: Tx,
  { subject, byId, now }: { subject: Subject; byId: number; now: number },
): Promise<boolean> {
  const on = localDate(now, subject.zone)
  const given = { byId, communityId: subject.communityId, on, since: now - 60_000 }
  return (await answersGivenSince(tx, given)) >= limits.answersForOthersAMinuteMax
}

/**
 * As a press of hers would: the occurrence whose time has begun, else a morning that she was missed on, else the one
 * of today that is over. Before its time, and on a day without a pact, it covers none.
 */
async function occurrenceToCover(tx: Tx, subject: Subject, now: number): Promise<GivenCheckIn['covers']> {
  const today = localDate(now, subject.zone)
  const occurrences = await lockOccurrences(tx, subject.id, today)
  const begun = occurrences.find(({ opensAt }) => opensAt <= now)
  if (begun) return { ...begun, late: now > begun.dueAt, isOpen: true }
  const missed = await openMissed(tx, subject.id)
  const late = { late: true, isOpen: false }
  const search = missed && occurrences.find(({ pactId }) => pactId === missed.pactId)
  if (search && missed.on !== null)
    return { pactId: search.pactId, edge: search.edge, on: missed.on, ...late }
  const over = occurrences.find(
    ({ on, asksToday, answeredToday }) => on > today && asksToday && !answeredToday,
  )
  return over && { pactId: over.pactId, edge: over.edge, on: today, ...late }
}
