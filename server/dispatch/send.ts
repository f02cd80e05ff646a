// The outbox is emptied here. At least once: what a crash interrupts is sent again when its lease has run out.
import { incidentTitle } from '#contract/words.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import type { Delivery, Message } from './channels/channel.ts'
import { isAsking } from './ask.ts'
import { climb, hasFurther } from './climb.ts'
import { writeDraft } from './draft-store.ts'
import { chooseWay, contactsOf, keyOf, triedAs, type ContactPoint, type Left } from './next-contact.ts'
import * as outbox from './outbox-store.ts'
import type { DueTelling } from './outbox-store.ts'
import type { DispatchParts } from './parts.ts'
import { situationOf } from './situation.ts'
import { goOnForRows } from './unread-list.ts'
import { newDraft } from './tell.ts'

/** In one round: as many as a bad minute of one community has, sent at once. */
const roundMax = 100
/** Requests that are open at a time: ten bad minutes, which no pager service can keep waiting longer than its timeout. */
const unansweredMax = 1000

type Sending = {
  telling: DueTelling
  contact: ContactPoint
  attempts: number
  /** After a failure of this one there is nothing to do but wait. */
  isLast: boolean
}

export type Outbox = ReturnType<typeof createOutbox>

/**
 * Nobody's alarm waits for another's: a pager service may take eight seconds to fail, and what a page that was rung
 * still has to have written down takes its time too. What was asked is kept from everybody else by the lease of its
 * row.
 */
export function createOutbox(parts: DispatchParts) {
  const { db, log, wake } = parts
  const unanswered = new Set<Promise<void>>()

  /** `work` says whether something may have become due by it. */
  function aside(work: Promise<boolean>, told: object): void {
    const answered = work
      .then((isDue) => isDue && wake?.())
      // it is sent again when the lease has run out
      .catch((error: unknown) => log.error({ error, ...told }, 'a telling got lost'))
      .then(() => void unanswered.delete(answered))
    unanswered.add(answered)
  }

  const climbOn = async (incidentId: number, now: number): Promise<boolean> => {
    await db.transaction((tx) => goOn(tx, { incidentId, now, wake }))
    return false
  }

  return {
    /** Sends what is due; what becomes due by it (the next channel) wakes it again. @param now epoch ms */
    async send(now: number): Promise<void> {
      for (let isMore = true; isMore;) {
        const { sendings, unreached, count } = await db.transaction((tx) => take(tx, parts, now))
        for (const sending of sendings) aside(attempt(parts, sending, now), { tellingId: sending.telling.id })
        for (const incidentId of unreached) aside(climbOn(incidentId, now), { incidentId })
        while (unanswered.size >= unansweredMax) await Promise.race(unanswered)
        isMore = count === roundMax
      }
    },
    /** Resolves when everybody who was asked has answered; false if there was nobody. */
    async settled(): Promise<boolean> {
      const isWaiting = unanswered.size > 0
      while (unanswered.size > 0) await Promise.all(unanswered)
      return isWaiting
    },
  }
}

/** Chooses the way to each person and writes the attempts down before they are made. */
async function take(tx: Tx, { limits, serverId }: DispatchParts, now: number) {
  const due = await outbox.lockDue(tx, now, roundMax)
  const sendings: Sending[] = []
  const unreached = new Set<number>()
  if (due.length === 0) return { sendings, unreached, count: 0 }
  const personIds = [...new Set(due.map(({ personId }) => personId))]
  const [points, proved] = await Promise.all([
    outbox.contactPoints(tx, personIds),
    outbox.provedPages(tx, personIds, limits.presenceProofMsMax),
  ])
  const written: Promise<void>[] = []
  for (const telling of due) {
    const way = chooseWay(telling, {
      contacts: contactsOf(telling.personId, points),
      isProved: proved.has(telling.personId),
      attemptsMax: limits.tellingAttemptsMax,
    })
    const { contact, tried, isLast } = way
    if (way.skipsPage) written.push(say(tx, telling, { now, what: 'skipped', channel: 'page' }))
    if (contact) {
      const attempts = telling.attempts + 1
      const attempt = { id: telling.id, channel: keyOf(contact), tried, attempts }
      written.push(outbox.startAttempt(tx, attempt, { ms: limits.tellingLeaseMs, by: serverId }))
      sendings.push({ telling, contact, attempts, isLast })
    } else {
      written.push(outbox.giveUp(tx, { id: telling.id, tried }))
      written.push(say(tx, telling, { now, what: 'unreached' }))
      if (telling.purpose === 'alarm') unreached.add(telling.incidentId)
    }
  }
  await Promise.all(written)
  return { sendings, unreached, count: due.length }
}

/**
 * One person's broken channel never holds up another's: each attempt stands for itself. Gives whether another way is
 * due now.
 */
async function attempt(parts: DispatchParts, sending: Sending, now: number): Promise<boolean> {
  const { telling, contact } = sending
  const delivery = await parts.channels[contact.channel]
    .tell(messageOf(telling, now), contact)
    .catch((error: unknown): Delivery => {
      const problem = error instanceof Error ? error.message : String(error)
      parts.log.error({ tellingId: telling.id, channel: contact.channel, problem }, 'a channel failed')
      return 'retry'
    })
  await parts.db.transaction((tx) => writeDelivery(tx, { ...sending, delivery, now, limits: parts.limits }))
  return delivery !== 'sent'
}

function messageOf(telling: DueTelling, sentAt: number): Message {
  const { id, incidentId, communityId, personId, kind, stage, purpose, origin, homeLabel, language } = telling
  const text = incidentTitle({ kind, stage, evidence: telling.evidence, origin, homeLabel }, language)
  const ids = { tellingId: id, incidentId, communityId, personId }
  return { ...ids, kind, stage, purpose, origin, homeLabel, text, language, sentAt }
}

type Result = Sending & { delivery: Delivery; now: number; limits: DispatchParts['limits'] }

async function writeDelivery(tx: Tx, result: Result): Promise<void> {
  const { telling, contact, attempts, delivery, now, limits } = result
  const attempt = { id: telling.id, attempts }
  announce(tx, { communityId: telling.communityId, kind: 'incident', id: telling.incidentId })
  switch (delivery) {
    case 'sent':
      if (contact.channel === 'page')
        return outbox.awaitConfirmation(tx, attempt, { now, untilAt: now + limits.ringConfirmMs })
      return outbox.delivered(tx, attempt, now)
    case 'retry':
      return leave(tx, result, {
        left: 'retry',
        dueAt: now + (result.isLast ? backOffMs(attempts, limits) : 0),
      })
    case 'gone':
      return leave(tx, result, { left: 'gone', dueAt: now })
    case 'notInFront':
      await say(tx, telling, { now, what: 'skipped', channel: 'page' })
      return leave(tx, result, { left: 'notInFront', dueAt: now })
  }
}

function leave(tx: Tx, result: Result, { left, dueAt }: { left: Left; dueAt: number }): Promise<void> {
  const key = keyOf(result.contact)
  const attempt = { id: result.telling.id, attempts: result.attempts }
  return outbox.failed(tx, attempt, { tried: triedAs(key, left), dueAt, problem: `${key}: ${left}` })
}

const backOffMs = (attempts: number, limits: DispatchParts['limits']) =>
  Math.min(limits.tellingRetryMs * 2 ** (attempts - 1), limits.tellingRetryMsMax)

function say(
  tx: Tx,
  { communityId, incidentId, personId }: DueTelling,
  { now, ...line }: { now: number; what: 'skipped' | 'unreached'; channel?: string },
): Promise<void> {
  return outbox.sayOnce(tx, { communityId, incidentId, personId, at: now, ...line })
}

/**
 * The ladder does not wait for people who could not be told (GoAlert #4548 does): where nobody is left who was reached
 * and still has time to answer, the next are asked at once.
 */
async function goOn(
  tx: Tx,
  { incidentId, now, wake }: { incidentId: number; now: number; wake: (() => void) | undefined },
): Promise<void> {
  const situation = await situationOf(tx, incidentId, now)
  if (!situation || situation.state !== 'open' || situation.acknowledgedAt !== null) return
  if (situation.homeId === null) return goOnForRows(tx, { situation, now, wake })
  if (situation.ladder.together || isAsking(situation) || !hasFurther(situation)) return
  if (await outbox.somebodyMayAnswer(tx, incidentId, now)) return
  const draft = newDraft(now)
  climb(draft, situation, situation.step + 1)
  await writeDraft(tx, draft, wake)
}
