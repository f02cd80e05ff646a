// From what the rules found to what humans deal with. Runs inside the transaction that stored the messages. One verdict
// or the five thousand of a shared deadline take the same way: read together, decided one by one, written together.
import { isHazard, type IncidentKind, type Stage } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import { writeTimeline } from '#db/timeline.ts'
import type { Verdict } from '#domain/verdict.ts'
import * as store from './apply-verdicts-store.ts'
import { closeByThemselves } from './close-by-itself.ts'
import { stillSeen, writeConditions } from './conditions.ts'
import { decide, type Decision, type Found } from './decide.ts'
import type { IncidentDispatch } from './dispatch-side.ts'
import { fold, type Folding } from './fold.ts'
import { lockSilencesInDanger, putOnCard } from './danger-store.ts'
import { rowsOfGroups } from './group-store.ts'
import { withoutSetAside } from './seen-while-aside.ts'
import type { IncidentRow } from './store.ts'

type Present = Verdict & { stage: Stage }
const isPresent = (verdict: Verdict): verdict is Present => verdict.stage !== null

type By = { now: number; dispatch: IncidentDispatch }

/** Opens, raises, notes or (device trouble and late risers only) closes. */
export async function applyVerdicts(tx: Tx, verdicts: readonly Verdict[], by: By): Promise<void> {
  const shown = await withoutSetAside(tx, verdicts, by.now)
  // A silence finds the danger in its home as all of its verdicts have left it (safety 12).
  const [air, others] = [shown.filter(isAir), shown.filter((verdict) => !isAir(verdict))]
  for (const part of [air, others]) for (const wave of waves(inOrder(part))) await applyTogether(tx, wave, by)
}

const isAir = ({ kind }: Verdict) => isHazard(kind) && kind !== 'sos'

const airFirst: readonly IncidentKind[] = ['co', 'gas', 'smoke', 'sos', 'missed', 'device']

/** By home, so that two transactions lock in one order; air first (safety 12); else as they were judged. */
function inOrder(verdicts: readonly Verdict[]): Verdict[] {
  return verdicts.toSorted(
    (a, b) => a.homeId - b.homeId || airFirst.indexOf(a.kind) - airFirst.indexOf(b.kind),
  )
}

/** Each incident at most once in a wave: its second verdict finds what the first has made of it. */
function waves(verdicts: readonly Verdict[]): Verdict[][] {
  const waiting: Verdict[][] = []
  const before = new Map<string, number>()
  for (const verdict of verdicts) {
    const key = store.keyOfVerdict(verdict)
    const nth = before.get(key) ?? 0
    before.set(key, nth + 1)
    const wave = waiting[nth]
    if (wave) wave.push(verdict)
    else waiting.push([verdict])
  }
  return waiting
}

async function applyTogether(tx: Tx, wave: readonly Verdict[], by: By): Promise<void> {
  const opening = openOrFind(tx, wave, by.now)
  // The silences beside a danger are asked for right behind it: no way to the database of their own.
  const [found, silences] = await Promise.all([
    opening,
    wave.every(isAir) ? lockSilencesInDanger(tx, wave) : undefined,
  ])
  const folding = await fold(tx, { found, silences }, by)
  const decisions = found
    .flatMap(({ incident, ...rest }) => (incident ? decide({ incident, ...rest }) : []))
    .map((decision) => quietly(decision, folding))
  // What is told of a danger needs no condition to be written before; what ends by itself asks for those that stand.
  await Promise.all([
    writeConditions(tx, found, by.now),
    write(tx, decisions, by.now),
    tellOfDangers(tx, decisions, by),
  ])
  await follow(tx, decisions, by)
  await tellOfMany(tx, folding, by)
}

/** What stands on the card of a danger is told through that card (safety 12). */
function quietly(decision: Decision, { quiet }: Folding): Decision {
  const { next: _next, ...told } = decision
  const isTold = decision.next === 'opened' || decision.next === 'raised'
  return isTold && quiet.has(decision.incident.id) ? told : decision
}

async function tellOfMany(tx: Tx, folding: Folding, { now, dispatch }: By): Promise<void> {
  const { opened, joined, shared, news } = folding
  if (opened.length > 0) await dispatch.onOpened(tx, opened, now)
  if (joined.length > 0) await dispatch.onJoined(tx, joined, now)
  if (shared.length > 0) await onOneCard(tx, shared, now)
  if (news.length > 0) await dispatch.onNews(tx, [...new Set(news)], now)
}

async function onOneCard(tx: Tx, shared: Folding['shared'], now: number): Promise<void> {
  await putOnCard(tx, shared)
  await writeTimeline(
    tx,
    shared.map(({ communityId, incidentId }) => ({
      communityId,
      incidentId,
      at: now,
      what: 'folded' as const,
    })),
  )
  for (const { communityId, airId } of shared) announce(tx, { communityId, kind: 'incident', id: airId })
}

/**
 * Each verdict with its incident: the open one, else one that is opened now. Left out is what a human has answered.
 * Another transaction may open or close one while we look: then we look again; three times settle any such race.
 */
async function openOrFind(tx: Tx, wave: readonly Verdict[], now: number): Promise<Found[]> {
  const incidents = new Map<string, { incident: IncidentRow; isNew: boolean }>()
  let missing = [...wave]
  for (let attempt = 1; missing.length > 0; attempt += 1) {
    // Nothing can have answered a danger beforehand: both leave together, and what is open already is not opened.
    const [open, opened] = await Promise.all([
      store.lockOpenIncidents(tx, missing),
      openAll(tx, missing.filter(isPresent).filter(isUnasked), now),
    ])
    for (const one of open) incidents.set(store.keyOf(one), { incident: one, isNew: false })
    for (const one of opened) incidents.set(store.keyOf(one), { incident: one, isNew: true })
    missing = missing.filter((verdict) => isPresent(verdict) && !incidents.has(store.keyOfVerdict(verdict)))
    const toOpen = await store.unanswered(tx, missing.filter(isPresent))
    for (const one of await openAll(tx, toOpen, now))
      incidents.set(store.keyOf(one), { incident: one, isNew: true })
    missing = toOpen.filter((verdict) => !incidents.has(store.keyOfVerdict(verdict)))
    if (missing.length > 0 && attempt === 3)
      throw new Error('an incident was neither there nor could be opened')
  }
  return wave.flatMap((verdict): Found[] => {
    const found = incidents.get(store.keyOfVerdict(verdict))
    if (found) return [{ verdict, ...found }]
    return isPresent(verdict) ? [] : [{ verdict, incident: undefined, isNew: false }]
  })
}

const isUnasked = ({ pact }: Verdict): boolean => pact === undefined

const openAll = async (tx: Tx, verdicts: readonly Present[], now: number): Promise<IncidentRow[]> =>
  verdicts.length > 0 ? store.insertIncidents(tx, verdicts, now) : []

async function write(tx: Tx, decisions: readonly Decision[], now: number): Promise<void> {
  await Promise.all([
    store.changeIncidents(
      tx,
      decisions.flatMap(({ incident, change }) => (change ? [{ incidentId: incident.id, ...change }] : [])),
    ),
    writeTimeline(
      tx,
      decisions.flatMap(({ incident: { communityId, id }, line }) =>
        line ? [{ communityId, incidentId: id, at: now, ...line }] : [],
      ),
    ),
  ])
  for (const { incident, change, line } of decisions) if (change || line) announceIncident(tx, incident)
}

const incidentsTo = (decisions: readonly Decision[], next: Decision['next']) =>
  decisions.filter((decision) => decision.next === next).map(({ incident }) => incident)

const idsTo = (decisions: readonly Decision[], next: Decision['next']) =>
  incidentsTo(decisions, next).map(({ id }) => id)

async function tellOfDangers(tx: Tx, decisions: readonly Decision[], { now, dispatch }: By): Promise<void> {
  const [opened, raised] = [idsTo(decisions, 'opened'), idsTo(decisions, 'raised')]
  if (opened.length > 0) await dispatch.onOpened(tx, opened, now)
  if (raised.length > 0) await dispatch.onRaised(tx, raised, now)
}

async function follow(tx: Tx, decisions: readonly Decision[], { now, dispatch }: By): Promise<void> {
  const ending = incidentsTo(decisions, 'endsUnseen')
  const news = await whoseNews(tx, incidentsTo(decisions, 'news'))
  if (ending.length > 0) {
    const seen = await stillSeen(
      tx,
      ending.map(({ id }) => id),
    )
    await closeByThemselves(
      tx,
      ending.filter(({ id }) => !seen.has(id)),
      { now, dispatch },
    )
  }
  if (news.length > 0) await dispatch.onNews(tx, news, now)
}

/** What is new about a silence on the card of a danger, those hear who are on that card. */
async function whoseNews(tx: Tx, incidents: readonly IncidentRow[]): Promise<number[]> {
  const folded = incidents.filter(({ foldedInto }) => foldedInto !== null)
  const listed =
    folded.length > 0
      ? await rowsOfGroups(
          tx,
          folded.map(({ id }) => id),
        )
      : []
  const isListed = (id: number) => listed.some(({ incidentId }) => incidentId === id)
  const ids = incidents.map(({ id, foldedInto }) => (foldedInto === null || isListed(id) ? id : foldedInto))
  return [...new Set(ids)]
}

function announceIncident(tx: Tx, { communityId, id, homeId, kind }: IncidentRow): void {
  announce(tx, { communityId, kind: 'incident', id })
  announce(tx, { communityId, kind: 'home', id: homeId })
  if (kind === 'missed') announce(tx, { communityId, kind: 'ledger', id: communityId })
}
