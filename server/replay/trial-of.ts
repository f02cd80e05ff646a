// The differences of many homes, gathered: whole as numbers, each list as far as anybody reads it.
import type { NotReplayed, Trial, TrialIncident } from '#contract/rule-trial.ts'
import { limits } from '../limits.ts'
import { differs, openedAt, paired, raisedOf, tellsLess, type Pair } from './compare.ts'
import type { Found } from './found.ts'
import type { HomeThen, Span } from './history.ts'
import { wasReal, type FoundThen } from './then-of.ts'

/** What was found in a home; without `proposed` the rules in force are compared with what was opened then. */
export type HomeFound = { home: HomeThen; live: FoundThen[]; inForce: Found[]; proposed: Found[] | null }

export type TrialSoFar = { trial: Trial; add: (found: HomeFound) => void }

/** Live the jobs look each second, silent devices every five: what was found then is off by as much. */
const liveSlackMs = 10_000

export function beginTrial(span: Span, notReplayed: NotReplayed[]): TrialSoFar {
  const trial: Trial = {
    ...span,
    homes: 0,
    homesJudged: 0,
    before: 0,
    after: 0,
    unexplained: 0,
    counts: { added: 0, dropped: 0, changed: 0, missed: 0 },
    added: [],
    dropped: [],
    changed: [],
    missed: [],
    notReplayed,
  }
  return { trial, add: (found) => addHome(trial, withinSpan(found, span)) }
}

/** What began before was only judged again because of what it left standing. */
function withinSpan({ home, live, inForce, proposed }: HomeFound, span: Span): HomeFound {
  const within = <F extends Found>(all: readonly F[]): F[] =>
    all.filter((one) => openedAt(one) >= span.fromAt && openedAt(one) < span.untilAt)
  return { home, live: within(live), inForce: within(inForce), proposed: proposed && within(proposed) }
}

function addHome(trial: Trial, { home, live, inForce, proposed }: HomeFound): void {
  const [before, after, slackMs] = proposed ? [inForce, proposed, 0] : [live, inForce, liveSlackMs]
  trial.homesJudged += 1
  trial.before += before.length
  trial.after += after.length
  const recorded = new Map(paired(live, inForce).map((pair) => [pair.after, pair.before]))
  for (const pair of paired(before, after)) {
    const known = proposed ? recorded.get(pair.before) : pair.before
    const outcome = outcomeOf(known)
    if (differs(pair, slackMs)) list(trial, listOf(pair), shown(home, pair, outcome))
  }
  for (const one of missedOf({ live, inForce, proposed })) {
    const pair = { before: one, after: one.pair.after }
    list(trial, 'missed', shown(home, pair, outcomeOf(one)))
  }
  if (proposed) trial.unexplained += paired(live, inForce).filter(({ after: again }) => !again).length
}

const outcomeOf = (found: Found | undefined): TrialIncident['outcome'] =>
  (found as FoundThen | undefined)?.card?.outcome ?? null

const listOf = ({ before, after }: Pair): 'added' | 'dropped' | 'changed' =>
  !before ? 'added' : !after ? 'dropped' : 'changed'

/** Trouble that was real, and that judging again does find by the rules in force then. */
function missedOf({ live, inForce, proposed }: Omit<HomeFound, 'home'>): (FoundThen & { pair: Pair })[] {
  const again = paired(live, inForce)
  const next = proposed && paired(inForce, proposed)
  return again.flatMap(({ before, after }) => {
    const one = before as FoundThen | undefined
    if (!one || !wasReal(one) || (proposed && !after)) return []
    const pair = next ? next.find((each) => each.before === after) : { before, after }
    return pair && tellsLess(pair, next ? 0 : liveSlackMs) ? [{ ...one, pair }] : []
  })
}

function list(trial: Trial, name: keyof Trial['counts'], incident: TrialIncident): void {
  trial.counts[name] += 1
  if (trial[name].length < limits.replayShownMax) trial[name].push(incident)
}

function shown(home: HomeThen, { before, after }: Pair, outcome: TrialIncident['outcome']): TrialIncident {
  const one = after ?? before
  if (!one) throw new Error('a pair of nothing')
  const { kind, residentId, evidence } = one
  return {
    communityId: home.communityId,
    homeId: home.id,
    homeLabel: home.label,
    residentId,
    greeting: home.residents.find(({ id }) => id === residentId)?.greeting ?? null,
    kind,
    before: before ? raisedOf(before) : null,
    after: after ? raisedOf(after) : null,
    evidence,
    outcome,
  }
}
