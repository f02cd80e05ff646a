// The pact of a resident: what is agreed, the next five deadlines it means, and a proposal from their own mornings.
import type {
  NextDeadline,
  PactHours,
  PactProposal,
  PactReview,
  PactTerms,
  PactView,
} from '#contract/pact.ts'
import type { Edge } from '#contract/primitives.ts'
import { rulesFor } from '#contract/rule-layers.ts'
import type { RuleSet } from '#contract/rule-set.ts'
import type { Database, Db, Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { addDays } from '#domain/calendar-day.ts'
import { localDate, localInstant } from '#domain/occurrence.ts'
import { hasShifted, missesAt, proposeDeadline } from '#domain/proposed-deadline.ts'
import { nextDeadlines, nextOfHalf, presets, type Deadline } from '#domain/schedule.ts'
import { writeAudit } from './audit-store.ts'
import { findCommunity } from './day-store.ts'
import type { Asked, Handlers } from './handler.ts'
import {
  decideReview,
  halvesOf,
  leaveOut,
  lockHalves,
  ownMornings,
  unfitPacts,
  writeHours,
  type Half,
} from './pact-store.ts'
import type { RuleBookPort } from './ports.ts'
import { refused, type Refused } from './refusals.ts'
import { findSubject, type Subject } from './resident-store.ts'

/** Enough to see a weekend and the wrong half of the day (issue: the next five deadlines in words). */
const deadlinesShown = 5

export type PactSettings = { db: Database; ruleBook: Pick<RuleBookPort, 'read'> }

export function pactHandlers({
  db,
  ruleBook,
}: PactSettings): Pick<Handlers, 'pact' | 'previewPact' | 'savePact' | 'leavePact' | 'pactReviews'> {
  return {
    async pact({ params }) {
      const subject = await findSubject(db, params.id)
      return subject ? viewOf(db, subject, await rulesOf(db, ruleBook, subject)) : refused('not_found')
    },
    async previewPact({ params, body, now }) {
      const subject = await findSubject(db, params.id)
      if (!subject) return refused('not_found')
      if (!isAgreed(body.morning)) return refused('bad_request', noDay)
      const halves = await halvesOf(db, subject.id)
      const remindBeforeMs = remindBeforeMsOf(await rulesOf(db, ruleBook, subject))
      const changed = planned(subject, { halves, terms: body, now, remindBeforeMs })
      return { next: nextOf(changed, subject, remindBeforeMs) }
    },
    savePact: (asked) => db.transaction((tx) => save(tx, asked, ruleBook)),
    leavePact: (asked) => db.transaction((tx) => leave(tx, asked, ruleBook)),
    pactReviews: async ({ params, now }) => ({
      asOf: now,
      pacts: await reviewsOf(db, ruleBook, { ...params, now }),
    }),
  }
}

/** The rules in force for this resident in this home. */
async function rulesOf(db: Db, ruleBook: PactSettings['ruleBook'], subject: Subject): Promise<RuleSet> {
  const { layers } = await ruleBook.read(db, subject.communityId)
  return rulesFor(layers, subject)
}

const remindBeforeMsOf = ({ silence }: RuleSet): number => silence.remindBeforeMin * 60_000

type Moment = { now: number; remindBeforeMs: number }

async function viewOf(db: Db, subject: Subject, rules: RuleSet): Promise<PactView> {
  const remindBeforeMs = remindBeforeMsOf(rules)
  const halves = await halvesOf(db, subject.id)
  const hoursOf = (edge: Edge) => halves.find((half) => half.edge === edge)?.hours ?? null
  const morning = hoursOf('morning') ?? {}
  return {
    morning,
    evening: hoursOf('evening'),
    next: nextOf(
      halves.map((half) => ({ ...half, first: half })),
      subject,
      remindBeforeMs,
    ),
    proposal: withoutMisses(await proposalOf(db, subject, { morning, rules: rules.proposal })),
    presets: Object.entries(presets).map(([name, terms]) => ({ name, ...terms })),
  }
}

async function save(
  tx: Tx,
  { params, body, personId, now }: Asked<'savePact'>,
  ruleBook: PactSettings['ruleBook'],
): Promise<PactView | Refused> {
  const subject = await findSubject(tx, params.id)
  if (!subject) return refused('not_found')
  if (!isAgreed(body.morning)) return refused('bad_request', noDay)
  const halves = await lockHalves(tx, subject.id)
  const rules = await rulesOf(tx, ruleBook, subject)
  const remindBeforeMs = remindBeforeMsOf(rules)
  for (const { edge, hours, next } of planned(subject, { halves, terms: body, now, remindBeforeMs }))
    await writeHours(tx, { subject, edge, hours, next })
  if (!isAgreed(body.evening)) await leaveOut(tx, subject.id, 'evening')
  await decideReview(tx, subject.id, nextReview(rules, now))
  const { communityId, homeId, id: residentId } = subject
  const before = Object.fromEntries(halves.map(({ edge, hours }) => [edge, hours]))
  const detail = { before, after: { morning: body.morning, evening: body.evening } }
  await writeAudit(tx, { now, personId, what: 'pactChanged', communityId, homeId, residentId, detail })
  announce(tx, { communityId, kind: 'home', id: homeId })
  announce(tx, { communityId, kind: 'ledger', id: communityId })
  return viewOf(tx, subject, rules)
}

const dayMs = 24 * 3_600_000
const nextReview = ({ proposal }: RuleSet, now: number): number => now + proposal.reviewEveryDays * dayMs

/** Staff leave it as it is: the habit is asked about again after the days that the rules say. */
async function leave(
  tx: Tx,
  { params, personId, now }: Asked<'leavePact'>,
  ruleBook: PactSettings['ruleBook'],
): Promise<{ ok: true } | Refused> {
  const subject = await findSubject(tx, params.id)
  if (!subject) return refused('not_found')
  await decideReview(tx, subject.id, nextReview(await rulesOf(tx, ruleBook, subject), now))
  const { communityId, homeId, id: residentId } = subject
  await writeAudit(tx, { now, personId, what: 'pactLeft', communityId, homeId, residentId, detail: {} })
  return { ok: true }
}

/**
 * With what is agreed and proposed as it is now: who has come back to the old hour meanwhile is left out. Who is asked in
 * vain most often comes first.
 */
async function reviewsOf(
  db: Db,
  ruleBook: PactSettings['ruleBook'],
  { id: communityId, now }: { id: number; now: number },
): Promise<PactReview[]> {
  const community = await findCommunity(db, communityId)
  if (!community) return []
  const found: PactReview[] = []
  for (const unfit of await unfitPacts(db, communityId, localDate(now, community.zone))) {
    const subject = await findSubject(db, unfit.residentId)
    if (!subject) continue
    const rules = await rulesOf(db, ruleBook, subject)
    const morning = (await halvesOf(db, subject.id)).find(({ edge }) => edge === 'morning')?.hours ?? {}
    const proposal = await proposalOf(db, subject, { morning, rules: rules.proposal })
    if (!proposal?.isShift) continue
    const { agreedMissesPerYear, ...proposed } = proposal
    found.push({ ...unfit, homeId: subject.homeId, morning, proposal: proposed, agreedMissesPerYear })
  }
  return found.toSorted((a, b) => b.agreedMissesPerYear - a.agreedMissesPerYear)
}

/** A half as it will be: the occurrence at hand, and `next` where that one is new. */
type Planned = Pick<Half, 'edge' | 'hours'> & { first: NextDeadline; next?: Deadline }

/**
 * An occurrence that has begun is judged as it was agreed when it began: an hour that is moved at 7:55 neither hides
 * this morning nor asks for it twice. The new hours count from the next day that is not yet judged.
 */
function planned(
  subject: Subject,
  { halves, terms, now, remindBeforeMs }: Moment & { halves: readonly Half[]; terms: PactTerms },
): Planned[] {
  return (['morning', 'evening'] as const).flatMap<Planned>((edge) => {
    const hours = terms[edge] ?? {}
    const half = halves.find((one) => one.edge === edge)
    if (half && half.opensAt <= now) return isAgreed(hours) ? [{ edge, hours, first: half }] : []
    const after = half ? Math.max(now, beginOf(half.on, subject.zone) - 1) : now
    const next = nextOfHalf({ edge, hours, zone: subject.zone, after, remindBeforeMs })
    return next ? [{ edge, hours, first: next, next }] : []
  })
}

/** The occurrence at hand of each half, and those after its day. */
function nextOf(halves: readonly Planned[], { zone }: Subject, remindBeforeMs: number): NextDeadline[] {
  return halves
    .flatMap(({ edge, hours, first }) => {
      const schedule = { zone, morning: {}, [edge]: hours }
      const after = beginOf(addDays(first.on, 1), zone) - 1
      return [first, ...nextDeadlines(schedule, { after, count: deadlinesShown, remindBeforeMs })]
    })
    .toSorted((a, b) => a.dueAt - b.dueAt)
    .slice(0, deadlinesShown)
    .map(({ on, edge, deadline, dueAt }) => ({ on, edge, deadline, dueAt }))
}

const beginOf = (on: string, zone: string): number => localInstant(on, '00:00', zone)

async function proposalOf(
  db: Db,
  subject: Subject,
  { morning, rules }: { morning: PactHours; rules: RuleSet['proposal'] },
): Promise<(PactProposal & { agreedMissesPerYear: number }) | null> {
  const proposal = proposeDeadline(await ownMornings(db, subject, rules.historyDays), rules)
  if (!proposal) return null
  const { deadline, expectedMissesPerYear, expectedDelayMin, mornings } = proposal
  const hours = Object.values(morning)
  const isShift = hours.some((hour) => hasShifted(hour, proposal, rules))
  const misses = hours.reduce((sum, hour) => sum + missesAt(hour, proposal), 0) / Math.max(hours.length, 1)
  const agreedMissesPerYear = Math.round(misses * 10) / 10
  return { deadline, expectedMissesPerYear, expectedDelayMin, mornings, isShift, agreedMissesPerYear }
}

const withoutMisses = (found: Awaited<ReturnType<typeof proposalOf>>): PactProposal | null => {
  if (!found) return null
  const { agreedMissesPerYear: _misses, ...proposal } = found
  return proposal
}

const isAgreed = (hours: PactHours | null): boolean => hours !== null && Object.keys(hours).length > 0

const noDay = {
  zh: '至少要约定一天的早上；整段时间不在家，请用外出报备。',
  en: 'At least one morning must be agreed; for days away, please declare an absence.',
}
