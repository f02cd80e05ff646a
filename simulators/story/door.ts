// The way to the door, step by step: by itself when the story plays, else as fast as the newcomer does.
import { allowsAct, type ResponderAct } from '#contract/acts.ts'
import type { IncidentCard } from '#contract/incident.ts'
import type { OutcomeCode } from '#contract/outcomes.ts'
import { until, type Stage } from './stage.ts'

export type Visit = { incidentId: number; outcome: OutcomeCode; note: string; said: string }

/** How long the story lets each step stand, so that it can be read. */
const readMs = { acknowledge: 5000, depart: 5000, arrive: 7000, find: 3000, close: 5000, checkBack: 6000 }

const order: readonly ResponderAct[] = ['acknowledge', 'depart', 'arrive', 'find']
const reached: Record<string, number> = { told: 0, acknowledged: 1, enRoute: 2, onScene: 3 }

/** Resolves when the incident is closed: 收到, 出发, 到场, first finding, 办结, and the check-back by a second person. */
export async function goToTheDoor(stage: Stage, visit: Visit): Promise<void> {
  for (const [index, act] of order.entries()) await step(stage, visit, act, index)
  await dialAll(stage, visit.incidentId)
  await pauseOrNewcomer(stage, visit.incidentId, readMs.close, (card) => card.state !== 'open')
  if ((await look(stage, visit.incidentId)).state === 'open')
    await stage.steward.call('close', {
      params: { id: visit.incidentId },
      body: { outcome: visit.outcome, note: visit.note },
    })
  await pauseOrNewcomer(stage, visit.incidentId, readMs.checkBack, (card) => card.state === 'closed')
  if (allowsAct((await look(stage, visit.incidentId)).state, 'checkBack'))
    await stage.desk.call('checkBack', { params: { id: visit.incidentId }, body: { note: visit.said } })
}

async function step(stage: Stage, visit: Visit, act: ResponderAct, index: number): Promise<void> {
  const isDone = (card: IncidentCard) => card.state !== 'open' || progress(stage, card) > index
  const before = act === 'find' ? readMs.find : readMs[act as keyof typeof readMs]
  if (act === 'find' && !stage.autoplay()) return
  await pauseOrNewcomer(stage, visit.incidentId, before, isDone)
  const card = await look(stage, visit.incidentId)
  if (isDone(card) && act !== 'find') return
  if (card.state !== 'open') return
  const finding = act === 'find' ? { finding: 'entered' as const } : {}
  await stage.steward.call('respond', { params: { id: visit.incidentId }, body: { act, ...finding } })
}

/** The furthest that any responder has come; newcomers may play another steward than 王红. */
const progress = (_stage: Stage, card: IncidentCard): number =>
  Math.max(0, ...card.assignments.map((assignment) => reached[assignment.state] ?? 0))

async function dialAll(stage: Stage, incidentId: number): Promise<void> {
  const open = (card: IncidentCard) => card.calls.filter((call) => call.doneAt === null)
  const card = await look(stage, incidentId)
  if (!stage.autoplay()) return
  for (const call of open(card)) {
    await stage.wait(2000)
    await stage.desk
      .call('dialled', { params: { id: call.id }, body: { answer: '已接通，救援人员正在赶来' } })
      .catch(() => {})
  }
}

/** Waits `ms` when the story plays by itself; else until the newcomer has done it. */
async function pauseOrNewcomer(
  stage: Stage,
  incidentId: number,
  ms: number,
  isDone: (card: IncidentCard) => boolean,
): Promise<void> {
  let waitedMs = 0
  await until(stage, async () => {
    if (isDone(await look(stage, incidentId))) return true
    if (stage.autoplay() && waitedMs >= ms) return true
    waitedMs += 500
    return undefined
  })
}

const look = (stage: Stage, incidentId: number): Promise<IncidentCard> =>
  stage.desk.call('incident', { params: { id: incidentId } })
