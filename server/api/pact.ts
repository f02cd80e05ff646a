// The pact of a resident: what is agreed, the next five deadlines it means, and a proposal from their own mornings.
import type { NextDeadline, PactHours, PactProposal, PactTerms, PactView } from '#contract/pact.ts'
import type { Edge } from '#contract/primitives.ts'
import type { Database, Db, Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { localInstant } from '#domain/occurrence.ts'
import { hasShifted, proposeDeadline } from '#domain/proposed-deadline.ts'
import { nextOfHalf, presets } from '#domain/schedule.ts'
import { defaultRules } from '#contract/rule-set.ts'
import { writeAudit } from './audit-store.ts'
import { addDays } from './calendar-day.ts'
import type { Asked, Handlers } from './handler.ts'
import { halvesOf, leaveOut, lockHalves, ownMornings, writeHours, type Half } from './pact-store.ts'
import { refused, type Refused } from './refusals.ts'
import { findSubject, type Subject } from './resident-store.ts'

/** Enough to see a weekend and the wrong half of the day (issue: the next five deadlines in words). */
const deadlinesShown = 5

export type PactSettings = { db: Database; limits: { remindBeforeMs: number } }

export function pactHandlers({
  db,
  limits,
}: PactSettings): Pick<Handlers, 'pact' | 'previewPact' | 'savePact'> {
  const { remindBeforeMs } = limits
  return {
    async pact({ params, now }) {
      const subject = await findSubject(db, params.id)
      return subject ? viewOf(db, subject, { now, remindBeforeMs }) : refused('not_found')
    },
    async previewPact({ params, body, now }) {
      const subject = await findSubject(db, params.id)
      if (!subject) return refused('not_found')
      if (!hasHours(body)) return refused('bad_request', noDay)
      const halves = await halvesOf(db, subject.id)
      return { next: nextOf(planned({ subject, halves, terms: body, now, remindBeforeMs }), subject.zone) }
    },
    savePact: (asked) => db.transaction((tx) => save(tx, asked, remindBeforeMs)),
  }
}

type Moment = { now: number; remindBeforeMs: number }

async function viewOf(db: Db, subject: Subject, moment: Moment): Promise<PactView> {
  const halves = await halvesOf(db, subject.id)
  const hoursOf = (edge: Edge) => halves.find((half) => half.edge === edge)?.hours ?? null
  const morning = hoursOf('morning') ?? {}
  return {
    morning,
    evening: hoursOf('evening'),
    next: nextOf(
      halves.map((half) => ({ ...half, remindBeforeMs: moment.remindBeforeMs })),
      subject.zone,
    ),
    proposal: await proposalOf(db, subject, morning),
    presets: Object.entries(presets).map(([name, terms]) => ({ name, ...terms })),
  }
}

async function save(
  tx: Tx,
  { params, body, personId, now }: Asked<'savePact'>,
  remindBeforeMs: number,
): Promise<PactView | Refused> {
  const subject = await findSubject(tx, params.id)
  if (!subject) return refused('not_found')
  if (!hasHours(body)) return refused('bad_request', noDay)
  const halves = await lockHalves(tx, subject.id)
  for (const half of planned({ subject, halves, terms: body, now, remindBeforeMs })) {
    const remindAt = Math.max(half.opensAt, half.dueAt - remindBeforeMs)
    await writeHours(tx, {
      subject,
      edge: half.edge,
      hours: half.hours,
      next: half.isKept ? undefined : { ...half, remindAt },
    })
  }
  if (!body.evening || Object.keys(body.evening).length === 0) await leaveOut(tx, subject.id, 'evening')
  const { communityId, homeId, id: residentId } = subject
  const before = Object.fromEntries(halves.map(({ edge, hours }) => [edge, hours]))
  const detail = { before, after: { morning: body.morning, evening: body.evening } }
  await writeAudit(tx, { now, personId, what: 'pactChanged', communityId, homeId, residentId, detail })
  announce(tx, { communityId, kind: 'home', id: homeId })
  announce(tx, { communityId, kind: 'ledger', id: communityId })
  return viewOf(tx, subject, { now, remindBeforeMs })
}

type PlannedHalf = Pick<Half, 'edge' | 'hours' | 'deadline' | 'on' | 'opensAt' | 'dueAt'> & {
  remindBeforeMs: number
}

/**
 * Each half as it will be. An occurrence that has begun is judged as it was agreed when it began: an hour that is moved
 * at 7:55 neither hides this morning nor asks for it twice. The new hours count from the next day on.
 */
function planned(change: {
  subject: Subject
  halves: readonly Half[]
  terms: PactTerms
  now: number
  remindBeforeMs: number
}): (PlannedHalf & { isKept: boolean })[] {
  const { subject, halves, terms, now, remindBeforeMs } = change
  const wanted: [Edge, PactHours | null][] = [
    ['morning', terms.morning],
    ['evening', terms.evening],
  ]
  return wanted.flatMap<PlannedHalf & { isKept: boolean }>(([edge, hours]) => {
    const half = halves.find((one) => one.edge === edge)
    if (half && half.opensAt <= now && hours && Object.keys(hours).length > 0)
      return [{ ...half, hours, remindBeforeMs, isKept: true }]
    const next = nextOfHalf({ edge, hours: hours ?? {}, zone: subject.zone, after: now, remindBeforeMs })
    return next && hours ? [{ ...next, hours, remindBeforeMs, isKept: false }] : []
  })
}

/** The occurrence at hand of each half, and those after its day. */
function nextOf(halves: readonly PlannedHalf[], zone: string): NextDeadline[] {
  const all = halves.flatMap(({ edge, hours, remindBeforeMs, ...first }) => {
    const found: NextDeadline[] = [{ on: first.on, edge, deadline: first.deadline, dueAt: first.dueAt }]
    let after = localInstant(addDays(first.on, 1), '00:00', zone) - 1
    while (found.length < deadlinesShown) {
      const next = nextOfHalf({ edge, hours, zone, after, remindBeforeMs })
      if (!next) break
      found.push({ on: next.on, edge, deadline: next.deadline, dueAt: next.dueAt })
      after = next.dueAt
    }
    return found
  })
  return all.toSorted((a, b) => a.dueAt - b.dueAt).slice(0, deadlinesShown)
}

async function proposalOf(db: Db, subject: Subject, morning: PactHours): Promise<PactProposal | null> {
  const proposal = proposeDeadline(await ownMornings(db, subject, defaultRules.proposal.historyDays))
  if (!proposal) return null
  const { deadline, expectedMissesPerYear, expectedDelayMin, mornings } = proposal
  const isShift = Object.values(morning).some((hour) => hasShifted(hour, proposal))
  return { deadline, expectedMissesPerYear, expectedDelayMin, mornings, isShift }
}

const hasHours = ({ morning }: PactTerms): boolean => Object.keys(morning).length > 0

const noDay = {
  zh: '至少要约定一天的早上；整段时间不在家，请用外出报备。',
  en: 'At least one morning must be agreed; for days away, please declare an absence.',
}
