// The resident's own page: has she said good morning, is help coming, is there danger in her air.
import type { ResidentPage } from '#contract/account.ts'
import type { Db } from '#db/database.ts'
import { localDate } from '#domain/occurrence.ts'
import type { Handlers } from './handler.ts'
import type { WebSigns } from './ports.ts'
import { refused, type Refused } from './refusals.ts'
import { checkedInOn, openAlarms, type Alarm } from './resident-page-store.ts'
import { findSubject, occurrencesOf, type Occurrence, type Subject } from './resident-store.ts'

export type ResidentPageSettings = { db: Db; ingestWeb: WebSigns }

export function residentPageHandlers({
  db,
  ingestWeb,
}: ResidentPageSettings): Pick<Handlers, 'residentPage' | 'residentCheckIn' | 'residentSos'> {
  return {
    residentPage: ({ residentId, now }) => pageOf(db, residentId, now),
    async residentCheckIn({ residentId, body, now }) {
      await ingestWeb.checkIn(residentId, pressOf(body, now))
      return pageOf(db, residentId, now)
    },
    async residentSos({ residentId, body, now }) {
      await ingestWeb.sos(residentId, pressOf(body, now))
      return pageOf(db, residentId, now)
    },
  }
}

/** A tablet's clock may be anything; how long ago it was, it knows. */
const pressOf = ({ id, agoMs = 0 }: { id: string; agoMs?: number }, now: number) => ({
  id,
  pressedAt: now - agoMs,
  now,
})

async function pageOf(db: Db, residentId: number, now: number): Promise<ResidentPage | Refused> {
  const subject = await findSubject(db, residentId)
  if (!subject) return refused('not_found')
  const occurrences = await occurrencesOf(db, residentId)
  const alarms = await openAlarms(db, subject.homeId, residentId)
  const begun = occurrences.find(({ opensAt }) => opensAt <= now)
  return {
    greeting: subject.greeting,
    zone: subject.zone,
    now,
    checkedInAt: await checkedInAt(db, { subject, begun, now }),
    dueAt: (begun ?? occurrences[0])?.dueAt ?? null,
    help: helpIn(alarms),
    notice: noticeIn(alarms),
    origin: subject.origin,
  }
}

/** Of the occurrence whose time has begun; outside of it, of today. */
async function checkedInAt(
  db: Db,
  { subject, begun, now }: { subject: Subject; begun: Occurrence | undefined; now: number },
): Promise<number | null> {
  if (begun?.coveredAt) return begun.coveredAt
  const on = begun?.on ?? localDate(now, subject.zone)
  return (await checkedInOn(db, subject.id, on)) ?? null
}

function helpIn(alarms: readonly Alarm[]): ResidentPage['help'] {
  const sos = alarms.find(({ kind }) => kind === 'sos')
  return sos ? { openedAt: sos.openedAt, acknowledgedBy: sos.acknowledgedBy, enRoute: sos.enRoute } : null
}

/** Gas before all else: it makes the tablet itself silent (safety 14). */
function noticeIn(alarms: readonly Alarm[]): ResidentPage['notice'] {
  for (const kind of ['gas', 'co', 'smoke'] as const) {
    if (alarms.some((alarm) => alarm.kind === kind)) return kind
  }
  return alarms.some(({ enRoute }) => enRoute) ? 'coming' : null
}
