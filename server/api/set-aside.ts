// 搁置 and 停用: the desk keeps equipment from ringing anybody, with a reason and for a while. Never a danger (safety 11).
import type { Db } from '#db/database.ts'
import { addDays } from '#domain/calendar-day.ts'
import { localDate, localInstant } from '#domain/occurrence.ts'
import type { Limits } from '../limits.ts'
import { isDate } from './calendar-day.ts'
import { findCommunity } from './day-store.ts'
import type { Asked, Handlers } from './handler.ts'
import type { ActResult, IncidentActs } from './ports.ts'
import { refused, type Refused } from './refusals.ts'
import { communityOfDevice } from './scope-store.ts'

export type SetAsideSettings = {
  db: Db
  limits: Pick<Limits, 'shelveMsMax' | 'outOfServiceMsMax'>
  incidents: Pick<IncidentActs, 'shelve' | 'takeOut' | 'putBack'>
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** The day of review begins for people, not at midnight. */
const reviewTime = '09:00'

export function setAsideHandlers({
  db,
  limits,
  incidents,
}: SetAsideSettings): Pick<Handlers, 'shelve' | 'takeOut' | 'putBack'> {
  return {
    async shelve({ params, body, personId: byId, now }) {
      const reason = body.reason.trim()
      if (reason === '') return refused('bad_request', noReason)
      const untilAt = now + body.minutes * minuteMs
      const result = await incidents.shelve({ conditionId: params.id, reason, untilAt, byId, now })
      return answer(result, tooLong(limits.shelveMsMax))
    },
    async takeOut(asked) {
      const reason = asked.body.reason.trim()
      if (reason === '') return refused('bad_request', noReason)
      const untilAt = await reviewAt(db, asked, limits.outOfServiceMsMax)
      const { params, personId: byId, now } = asked
      if (untilAt === undefined) return refused('bad_request', noSuchReview(limits.outOfServiceMsMax))
      const result = await incidents.takeOut({ deviceId: params.id, reason, untilAt, byId, now })
      return answer(result, noSuchReview(limits.outOfServiceMsMax))
    },
    async putBack({ params, personId: byId, now }) {
      return answer(await incidents.putBack({ conditionId: params.id, byId, now }))
    },
  }
}

type Sentence = { zh: string; en: string }

const answer = (result: ActResult, tooFar?: Sentence): { ok: true } | Refused => {
  if (result.ok) return result
  return refused(result.code, result.code === 'bad_request' ? (tooFar ?? {}) : {})
}

/** When the review is due (epoch ms): from tomorrow on, at most so many days ahead. */
async function reviewAt(
  db: Db,
  { params, body, now }: Asked<'takeOut'>,
  maxMs: number,
): Promise<number | undefined> {
  const communityId = await communityOfDevice(db, params.id)
  const community = communityId === undefined ? undefined : await findCommunity(db, communityId)
  if (!community || !isDate(body.reviewOn)) return undefined
  const today = localDate(now, community.zone)
  if (body.reviewOn <= today || body.reviewOn > addDays(today, Math.round(maxMs / dayMs))) return undefined
  return Math.min(localInstant(body.reviewOn, reviewTime, community.zone), now + maxMs)
}

const noReason: Sentence = { zh: '请写明原因。', en: 'Please say why.' }

const tooLong = (maxMs: number): Sentence => ({
  zh: `搁置最长 ${maxMs / minuteMs} 分钟，到时自动恢复。`,
  en: `At most ${maxMs / minuteMs} minutes; then it is shown again by itself.`,
})

const noSuchReview = (maxMs: number): Sentence => ({
  zh: `复核日期从明天起，最迟 ${Math.round(maxMs / dayMs)} 天后。`,
  en: `The day of review is tomorrow at the earliest, and at most ${Math.round(maxMs / dayMs)} days ahead.`,
})
