// The silences of a resident, judged again: the same questions as rules/judge-deadlines.ts, answered from what is stored.
import type { RuleSet } from '#contract/rule-set.ts'
import { judgeAbsence } from '#domain/absence.ts'
import { addDays } from '#domain/calendar-day.ts'
import type { Occurrence } from '#domain/occurrence.ts'
import { heardSince, judgeSilence, withLongestSilence, type SilenceVerdict } from '#domain/silence.ts'
import { limits } from '../limits.ts'
import { raise, stageOf, unseenForMs, type Found } from './found.ts'
import type {
  BlindThen,
  CheckInThen,
  HomeThen,
  IncidentThen,
  PactThen,
  ResidentThen,
  Span,
} from './history.ts'
import type { Occurrences } from './occurrences.ts'
import type { RulesAt } from './rules-then.ts'
import { isBlind, judgedAt } from './sight.ts'

export type Silences = {
  home: HomeThen
  resident: ResidentThen
  rulesAt: RulesAt
  /** Those that held then: what was known of connections beyond the words of devices stands in what they found. */
  inForceAt: RulesAt
  blinds: readonly BlindThen[]
  span: Span
  occurrences: Occurrences
}

/** The occurrence of a pact that waits to be judged. */
type Due = Occurrence & { pact: PactThen; agreedAt: number | null }

/** The job that looks for deadlines runs each second: what came in before it did was no silence. */
const tickMs = 1000

/** Gives way after each judgement, as airOf does. */
export function* silencesOf(silences: Silences): Generator<undefined, Found[]> {
  const { home, resident, span, blinds, occurrences } = silences
  const found: Found[] = []
  let standing = standingBefore(silences)
  const first = resident.pacts.flatMap((pact): Due[] => {
    const next = occurrences.after(pact, home.zone, span.fromAt)
    return next ? [{ ...next, pact, agreedAt: null }] : []
  })
  let waiting = first
  for (;;) {
    const due = waiting.toSorted((a, b) => a.dueAt - b.dueAt)[0]
    const now = due ? judgedAt(due.dueAt, blinds) : Infinity
    if (!due || now >= span.untilAt) break
    standing = settle(silences, standing, now)
    const { next, verdict } = judgeDue(silences, due, now)
    waiting = waiting.flatMap((one) => (one === due ? (next ?? []) : [one]))
    yield undefined
    if (!verdict) continue
    const seen = { due, verdict, now }
    if (standing) raise(standing, { at: now, stage: verdict.stage }, verdict.evidence)
    else standing = openedBy(silences, seen)
    if (standing && !found.includes(standing) && standing.pact) found.push(standing)
  }
  settle(silences, standing, span.untilAt)
  return found
}

/** What a human had before them already when we begin. */
function standingBefore({ home, resident, span }: Silences): Found | undefined {
  const open = home.incidents.find(
    (one) =>
      one.kind === 'missed' &&
      one.residentId === resident.id &&
      one.openedAt < span.fromAt &&
      (one.endedAt ?? Infinity) > span.fromAt,
  )
  if (!open) return undefined
  const { stage, evidence, endedAt: endsAt } = open
  const steps = [{ at: open.openedAt, stage }]
  return { kind: 'missed', residentId: resident.id, deviceId: null, pact: null, steps, evidence, endsAt }
}

type Judged = { next: Due | null; verdict: SilenceVerdict | null }

/** `next`: the same one where it is not time yet, else that of the next day. */
function judgeDue(silences: Silences, due: Due, now: number): Judged {
  const { home, resident, rulesAt } = silences
  const { communityId, id: homeId, zone } = home
  const rules = rulesAt({ communityId, homeId, tier: resident.tier }, now)
  const following = silences.occurrences.onLaterDay(due.pact, zone, due)
  const known = resident.checkIns.filter(({ receivedAt }) => receivedAt <= cutOf(silences, due, now))
  const pressed = known.find((one) => isFor(one, due, now))
  const heardAt = latestOf(known, now)
  const roll = (coveredAt: number | null): Due | null =>
    following && { ...early(silences, { due, following, coveredAt, heardAt, rules }), pact: due.pact }
  const isPast = following !== null && following.dueAt <= now
  if (due.on < resident.enrolledOn || isPast) return { next: roll(null), verdict: null }
  if (pressed) return { next: roll(pressed.at), verdict: null }
  const later = heardSince({ agreedAt: due.agreedAt, now }, heardAt, rules.silence)
  if (later) {
    const { dueAt, isAgreed } = later
    return { next: { ...due, dueAt, agreedAt: isAgreed ? null : due.agreedAt }, verdict: null }
  }
  return { next: roll(null), verdict: verdictOn(silences, { due, now, rules, known, heardAt }) }
}

/** What came in within the tick was there before the judgement, unless it was judged without it. */
const cutOf = ({ home }: Silences, due: Due, now: number): number =>
  home.incidents.some(({ pactId, on }) => pactId === due.pact.id && on === due.on) ? now - 1 : now + tickMs

/** Covers this occurrence, or is theirs and of no other pact since it opened. */
const isFor = (one: CheckInThen, { pact, opensAt }: Due, now: number): boolean =>
  (one.pactId === pact.id || one.pactId === null) && one.at >= opensAt && one.at <= now + tickMs

const latestOf = (known: readonly CheckInThen[], now: number): number | null =>
  known.reduce<number | null>((last, { at }) => (at <= now && at > (last ?? -Infinity) ? at : last), null)

type Rolling = {
  due: Due
  following: Occurrence
  coveredAt: number | null
  heardAt: number | null
  rules: RuleSet
}

/** As deadline-store.ts rolls: whoever greeted very early is asked for sooner, unless another half asks before. */
function early(
  { resident, home, occurrences }: Silences,
  { due, following, coveredAt, heardAt, rules }: Rolling,
): Occurrence & { agreedAt: number | null } {
  if (coveredAt === null) return { ...following, agreedAt: null }
  const moved = withLongestSilence(following, Math.max(coveredAt, heardAt ?? coveredAt), rules.silence)
  const asksBefore = resident.pacts.some((other) => {
    if (other.id === due.pact.id) return false
    const next = occurrences.after(other, home.zone, Math.max(coveredAt, heardAt ?? coveredAt))
    return next !== null && next.dueAt < moved.dueAt
  })
  if (moved.dueAt === following.dueAt || asksBefore) return { ...following, agreedAt: null }
  return { ...moved, agreedAt: following.dueAt }
}

type Moment = {
  due: Due
  now: number
  rules: RuleSet
  known: readonly CheckInThen[]
  heardAt: number | null
}

function verdictOn(silences: Silences, { due, now, rules, known, heardAt }: Moment): SilenceVerdict | null {
  const { home, resident } = silences
  const signs = home.signs.filter(({ at, receivedAt }) => receivedAt <= now && at <= now)
  const window = signs.filter(
    ({ at, what, residentId }) =>
      at <= due.dueAt &&
      at >= due.dueAt - limits.signOfLifeWindowMs &&
      what !== 'unbound press' &&
      (home.residents.length === 1 || residentId === resident.id),
  )
  const heard = known.filter(({ at }) => at <= now).map(({ at, via }) => ({ at, what: via }))
  const last = [...signs, ...heard].reduce<{ at: number; what: string } | null>(
    (latest, { at, what }) => (latest && latest.at >= at ? latest : { at, what }),
    null,
  )
  const hasPressed = resident.hadPressed || known.some(({ own }) => own)
  return judgeSilence({
    dueAt: due.dueAt,
    tier: resident.tier,
    deaf: resident.deaf,
    signs: window,
    devicesBlind: couldNotBeSeen(silences, { due, now, rules }),
    lastSign: last,
    onWhatDay: due.on,
    absence: isAway(resident, { due, now, rules }),
    now,
    agreedAt: due.agreedAt,
    neverPressed: !hasPressed && due.on < addDays(resident.enrolledOn, rules.silence.fortnightDays),
    lastOwnSignAt: heardAt,
    rules: rules.silence,
  })
}

type Seen = Pick<Moment, 'due' | 'now' | 'rules'>

/** Safety 10: what was declared by then, held the day, and was confirmed not too long before. */
function isAway({ absences }: ResidentThen, { due, now, rules }: Seen): boolean {
  const [absence] = absences
    .filter(
      ({ fromOn, untilOn, declaredAt, endedAt }) =>
        fromOn <= due.on && untilOn > due.on && declaredAt <= now && (endedAt ?? Infinity) > now,
    )
    .toSorted((a, b) => b.declaredAt - a.declaredAt)
  return absence !== undefined && judgeAbsence({ ...absence, endedOn: null }, due.on, rules.absence).excuses
}

/** A connection that ended leaves no message: where it made a home blind, that stands in what was found then. */
function couldNotBeSeen({ home, resident, inForceAt, blinds }: Silences, { due, now, rules }: Seen): boolean {
  const { communityId, id: homeId } = home
  const asked = { residentId: resident.id, dueAt: due.dueAt, now, blinds }
  if (isBlind(home, { ...asked, rules: rules.device })) return true
  const then = onBoardOf(home, resident, { due, now })
  if (then?.evidence.silence !== 'blind') return false
  const inForce = inForceAt({ communityId, homeId, tier: resident.tier }, now)
  return !isBlind(home, { ...asked, rules: inForce.device })
}

/** Undefined where a human had dealt with this very occurrence before. */
function openedBy(
  { home, resident }: Silences,
  { due, verdict, now }: { due: Due; verdict: SilenceVerdict; now: number },
): Found | undefined {
  const then = onBoardOf(home, resident, { due, now })
  if (isDealtWith(then, due, now)) return undefined
  return {
    kind: 'missed',
    residentId: resident.id,
    deviceId: null,
    pact: { id: due.pact.id, on: due.on },
    steps: [{ at: now, stage: verdict.stage }],
    evidence: verdict.evidence,
    endsAt: then ? then.endedAt : unseenEnd(resident, now),
  }
}

/** What was on the board then of this very occurrence; else what still stood there of an earlier one. */
function onBoardOf(
  { incidents }: HomeThen,
  { id }: ResidentThen,
  { due, now }: { due: Due; now: number },
): IncidentThen | undefined {
  const own = incidents.filter(({ kind, residentId }) => kind === 'missed' && residentId === id)
  return (
    own.find(({ pactId, on }) => pactId === due.pact.id && on === due.on) ??
    own.find(({ openedAt, endedAt }) => openedAt <= now && (endedAt ?? Infinity) > now)
  )
}

const isDealtWith = (then: IncidentThen | undefined, due: Due, now: number): boolean =>
  then?.endedAt != null && then.endedAt >= due.dueAt && then.endedAt <= now

const unseenEnd = ({ checkIns }: ResidentThen, now: number): number =>
  Math.min(now + unseenForMs, checkIns.find(({ receivedAt }) => receivedAt > now)?.receivedAt ?? Infinity)

/**
 * What became of it by `until`; undefined where it has ended. Late but active is over with their own press, and missed
 * at the second deadline (rules/judge-second.ts); everything else waits for a human.
 */
function settle(
  { resident, blinds }: Silences,
  standing: Found | undefined,
  until: number,
): Found | undefined {
  if (!standing) return undefined
  const { evidence, steps } = standing
  if (stageOf(standing) === 'notice' && evidence.secondDueAt !== undefined) {
    const openedAt = steps[0]?.at ?? 0
    const answers = resident.checkIns.filter(
      (one) =>
        one.receivedAt > openedAt &&
        ((one.pactId === standing.pact?.id && one.on === standing.pact.on) ||
          one.at >= (evidence.dueAt ?? openedAt)),
    )
    const secondAt = judgedAt(evidence.secondDueAt, blinds)
    const pressedAt = answers.find(({ own }) => own)?.receivedAt ?? Infinity
    const spokenAt = answers.some(({ receivedAt }) => receivedAt <= secondAt) ? secondAt : Infinity
    const overAt = Math.min(standing.endsAt ?? Infinity, pressedAt, spokenAt)
    if (overAt <= secondAt) standing.endsAt = overAt
    else if (secondAt <= until) raise(standing, { at: secondAt, stage: 'alarm' }, { silence: 'missed' })
  }
  return (standing.endsAt ?? Infinity) <= until ? undefined : standing
}
