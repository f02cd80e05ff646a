// Shelving, and taking out of service: the desk keeps equipment from ringing anybody, on record and for a while.
import type { Stage } from '#contract/primitives.ts'
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import type { ConditionState } from '#domain/condition.ts'
import { maySetAside, type SetAside } from '#domain/set-aside.ts'
import { done, record, refused, type ActResult, type RefusedAct } from './acting.ts'
import { closeByThemselves } from './close-by-itself.ts'
import { stillSeen } from './conditions.ts'
import type { IncidentParts } from './parts.ts'
import * as rows from './set-aside-store.ts'
import { lockIncident, touchIncident, writeAudit, type IncidentRow } from './store.ts'

/** `reason` is what the log keeps; instants in epoch ms. */
type Wish = { reason: string; untilAt: number; byId: number; now: number }
export type Shelving = Wish & { conditionId: number }
export type TakingOut = Wish & { deviceId: number }

/** A nuisance is quiet until then, and is shown again as it stands. */
export async function shelve(parts: IncidentParts, act: Shelving): Promise<ActResult> {
  return parts.db.transaction(async (tx) => {
    const named = await rows.conditionById(tx, act.conditionId)
    if (!named) return refused('not_found')
    // Only what a device is the matter with can be shelved; the rest is danger, or a person (safety 11).
    if (named.deviceId === null || named.kind !== 'device') return refused('never_set_aside')
    const device = await rows.lockDevice(tx, named.deviceId)
    if (!device) return refused('not_found')
    const { condition, incident } = await held(tx, act.conditionId)
    if (!condition) return refused('not_allowed_now')
    return setAside(tx, { parts, device, condition, incident, how: 'shelved', wish: act })
  })
}

/** A device under repair: nobody is told of its trouble, and the home is unprotected where it was the cover. */
export async function takeOut(parts: IncidentParts, act: TakingOut): Promise<ActResult> {
  return parts.db.transaction(async (tx) => {
    const device = await rows.lockDevice(tx, act.deviceId)
    if (!device) return refused('not_found')
    const trouble = await rows.troubleOf(tx, device)
    const { condition, incident } = trouble ? await held(tx, trouble.id) : nothing
    // The page of a resident is a tablet that nobody has to keep open: it was never in service.
    if (!condition && device.outOfService) return refused('not_allowed_now')
    return setAside(tx, { parts, device, condition, incident, how: 'outOfService', wish: act })
  })
}

type Held = { condition: rows.AsideCondition | undefined; incident: IncidentRow | undefined }
const nothing: Held = { condition: undefined, incident: undefined }

/** The row of its incident is held first: a human may be closing it, and with it the condition. */
async function held(tx: Tx, conditionId: number): Promise<Held> {
  const before = await rows.conditionById(tx, conditionId)
  const incident = before?.incidentId ? await lockIncident(tx, before.incidentId) : undefined
  const condition = await rows.conditionById(tx, conditionId)
  return condition && condition.state !== 'normal' ? { condition, incident } : nothing
}

type Aside = Held & {
  parts: IncidentParts
  device: rows.Equipment
  how: SetAside
  wish: Wish
}

async function setAside(tx: Tx, aside: Aside): Promise<ActResult> {
  const { parts, device, condition, incident, how, wish } = aside
  const { now, untilAt, byId, reason } = wish
  const refusal = await refusalOf(tx, aside)
  if (refusal) return refusal
  const hidden = condition ?? (await rows.insertWell(tx, device, now))
  await rows.hideCondition(tx, hidden.id, how)
  if (how === 'outOfService') await rows.setInService(tx, device.id, true)
  const { communityId, homeId } = device
  await rows.writeSetAside(tx, { communityId, conditionId: hidden.id, how, reason, byId, now, untilAt })
  const what = how === 'shelved' ? 'shelved' : 'takenOut'
  if (incident?.state === 'open') {
    await touchIncident(tx, incident.id)
    await record(tx, incident, { byId, now, what, detail: { reason, untilAt } })
    const seen = await stillSeen(tx, [incident.id])
    const { dispatch } = parts
    if (seen.size === 0) await closeByThemselves(tx, [incident], { now, dispatch, what: 'closedSetAside' })
  }
  const detail = { deviceId: device.id, conditionId: hidden.id, reason, untilAt }
  await writeAudit(tx, {
    at: now,
    personId: byId,
    what: `device.${what}`,
    communityId,
    homeId,
    residentId: null,
    detail,
  })
  say(tx, device)
  return done
}

async function refusalOf(
  tx: Tx,
  { parts, device, condition, how, wish }: Aside,
): Promise<RefusedAct | undefined> {
  const stage: Stage = condition?.stage ?? 'notice'
  const state: ConditionState = condition?.state ?? 'normal'
  const inAlarm = await rows.hasDanger(tx, device)
  const { now, untilAt } = wish
  const answer = maySetAside({ how, kind: 'device', stage, state, inAlarm, now, untilAt }, parts.limits)
  if (answer === 'allowed') return undefined
  if (answer === 'never') return refused('never_set_aside')
  return refused(answer === 'tooLong' ? 'bad_request' : 'not_allowed_now')
}

/** Pages that show the home, the list, or the device. */
export function say(tx: Tx, { id, communityId, homeId }: rows.Equipment): void {
  announce(tx, { communityId, kind: 'device', id })
  announce(tx, { communityId, kind: 'home', id: homeId })
}
