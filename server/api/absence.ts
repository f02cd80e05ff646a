// 外出报备: where to, with whom, on which number, until when (safety 10).
import type { AbsenceView } from '#contract/community.ts'
import type { Database, Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { addDays } from '#domain/calendar-day.ts'
import { localDate } from '#domain/occurrence.ts'
import { absencesTouching, endAbsence, insertAbsence, lockResident } from './absence-store.ts'
import { writeAudit } from './audit-store.ts'
import type { Asked, Handlers } from './handler.ts'
import { isDate } from './calendar-day.ts'
import { refused, type Refused } from './refusals.ts'
import { findSubject, type Subject } from './resident-store.ts'

/** Safety 10: longer than this, somebody calls again. Also the table's own check. */
const absenceDaysMax = 14

export function absenceHandlers({ db }: { db: Database }): Pick<Handlers, 'declareAbsence' | 'endAbsence'> {
  return {
    async declareAbsence(asked) {
      const subject = await findSubject(db, asked.params.id)
      if (!subject) return refused('not_found')
      const problem = problemOf(asked.body, localDate(asked.now, subject.zone))
      return problem ?? db.transaction((tx) => declare(tx, subject, asked))
    },
    async endAbsence({ params, personId, now }) {
      const ended = await db.transaction(async (tx) => {
        const found = await endAbsence(tx, params.id, now)
        if (found) await record(tx, { ...found, what: 'absenceEnded', absenceId: params.id, personId, now })
        return found
      })
      return ended ? { ok: true } : refused('not_allowed_now', alreadyOver)
    },
  }
}

function problemOf(body: Asked<'declareAbsence'>['body'], today: string): Refused | undefined {
  const { fromOn, untilOn } = body
  if (!isDate(fromOn) || !isDate(untilOn)) return refused('bad_request', noSuchDay)
  if (fromOn < today) return refused('bad_request', inThePast)
  if (untilOn < fromOn) return refused('bad_request', backwards)
  if (untilOn > addDays(fromOn, absenceDaysMax)) return refused('bad_request', tooLong)
  const said = [body.place, body.companion, body.phone].every((text) => text.trim() !== '')
  return said ? undefined : refused('bad_request', notSaid)
}

async function declare(
  tx: Tx,
  subject: Subject,
  { body, personId, now }: Asked<'declareAbsence'>,
): Promise<AbsenceView | Refused> {
  await lockResident(tx, subject.id)
  const others = await absencesTouching(tx, { residentId: subject.id, ...body })
  const overlapping = others.some(({ fromOn, untilOn }) => fromOn < body.untilOn && untilOn > body.fromOn)
  if (overlapping || others.some(({ fromOn }) => fromOn === body.fromOn))
    return refused('not_allowed_now', already)
  // One absence straight after another has no first morning home between them: together they are one, and that
  // reaches at most 14 days beyond the call that is being made now.
  const reach = addDays(localDate(now, subject.zone), absenceDaysMax)
  if (others.length > 0 && body.untilOn > reach) return refused('not_allowed_now', callAgain)
  const absence = await insertAbsence(tx, { subject, byId: personId, now, ...body })
  const { id: residentId, homeId, communityId } = subject
  const absenceId = absence.id
  await record(tx, { residentId, homeId, communityId, what: 'absenceDeclared', absenceId, personId, now })
  return absence
}

type Change = {
  residentId: number
  homeId: number
  communityId: number
  what: 'absenceDeclared' | 'absenceEnded'
  absenceId: number
  personId: number
  now: number
}

async function record(tx: Tx, { absenceId, ...change }: Change): Promise<void> {
  await writeAudit(tx, { ...change, detail: { absenceId } })
  announce(tx, { communityId: change.communityId, kind: 'home', id: change.homeId })
  announce(tx, { communityId: change.communityId, kind: 'ledger', id: change.communityId })
}

const noSuchDay = { zh: '没有这一天，请检查日期。', en: 'There is no such day. Please check the dates.' }
const inThePast = { zh: '外出须从今天或以后开始。', en: 'An absence begins today or later.' }
const backwards = {
  zh: '返回日期不能早于外出日期。',
  en: 'The day of return cannot be before the first day.',
}
const tooLong = {
  zh: '一次最多报备14天，到期前打电话确认后再报。',
  en: 'An absence lasts at most 14 days; call and declare it again before it ends.',
}
const notSaid = {
  zh: '请写明去哪里、和谁一起、联系电话。',
  en: 'Please say where to, with whom, and on which number.',
}
const already = {
  zh: '这段时间已有外出报备，请先结束它。',
  en: 'There is an absence in these days already. Please end it first.',
}
const callAgain = {
  zh: '连续外出不能超过今天起14天，届时打电话确认后再报。',
  en: 'One absence after another reaches at most 14 days from today; call again then.',
}
const alreadyOver = { zh: '这次外出已经结束。', en: 'This absence is over already.' }
