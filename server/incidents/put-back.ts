// What was set aside is shown again: by the desk, or by itself when its time on the shelf is over.
import type { Tx } from '#db/database.ts'
import { stepCondition } from '#domain/condition.ts'
import { done, refused, type ActResult } from './acting.ts'
import { applyVerdicts } from './apply-verdicts.ts'
import type { IncidentParts } from './parts.ts'
import { say } from './set-aside.ts'
import * as rows from './set-aside-store.ts'
import { writeAudit } from './store.ts'

/** `byId` null: it ends by itself. */
export type PuttingBack = { conditionId: number; byId: number | null; now: number }

const shelvedMax = 200

/** By what the rules see at that moment: all is well, or it rings as if it were new. */
export function putBack(parts: IncidentParts, act: PuttingBack): Promise<ActResult> {
  return parts.db.transaction(async (tx) => {
    const named = await rows.conditionById(tx, act.conditionId)
    const device = named?.deviceId ? await rows.lockDevice(tx, named.deviceId) : undefined
    // Read again under the lock of its device: somebody, or its own worsening, may have ended it meanwhile.
    const condition = device && (await rows.conditionById(tx, act.conditionId))
    if (!device || !condition) return refused('not_found')
    if (condition.state !== 'shelved' && condition.state !== 'outOfService') return refused('not_allowed_now')
    await show(tx, { parts, act, device, condition })
    return done
  })
}

type Showing = {
  parts: IncidentParts
  act: PuttingBack
  device: rows.Equipment
  condition: rows.AsideCondition
}

async function show(tx: Tx, { parts, act, device, condition }: Showing): Promise<void> {
  const { now, byId } = act
  const { dispatch } = parts
  await rows.endSetAside(tx, [condition.id], { now, personId: byId })
  if (condition.state === 'outOfService') await rows.setInService(tx, device.id, false)
  const seen = await parts.lookAgain(tx, [device.id], now)
  const process = seen.length > 0 ? 'alarm' : 'ok'
  const state = stepCondition(condition.state, { kind: condition.kind, what: 'putBack', process })
  if (!state) throw new Error('what is set aside can always be put back')
  await rows.showCondition(tx, condition.id, { state, now })
  // Everybody who should know hears of it anew: who had acknowledged it did so before it was set aside.
  const again = seen.map((verdict) => ({ ...verdict, ringsAgain: true }))
  await applyVerdicts(tx, again, { now, dispatch })
  const { communityId, homeId } = device
  await writeAudit(tx, {
    at: now,
    personId: byId,
    what: 'device.putBack',
    communityId,
    homeId,
    residentId: null,
    detail: { deviceId: device.id, conditionId: condition.id, was: condition.state, process },
  })
  say(tx, device)
}

/** Each in a transaction of its own: one that fails keeps no other on the shelf. */
export async function endShelved(parts: IncidentParts, now: number): Promise<void> {
  const over = await rows.shelvedUntil(parts.db, now, shelvedMax)
  const failures: unknown[] = []
  for (const conditionId of over)
    await putBack(parts, { conditionId, byId: null, now }).catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
}
