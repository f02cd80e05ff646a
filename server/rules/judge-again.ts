import type { Tx } from '#db/database.ts'
import { takeAirDue } from './air-due-store.ts'
import { judgeSubjects, airWindowMs, type Found, type Subject } from './judge-subjects.ts'
import { keyOf, openConditions, type Condition, type Device } from './store.ts'

/** Detectors whose samples mean more by now: a spike that did not blow over, a window that filled unheard. */
export async function judgeAgain(tx: Tx, now: number, max: number): Promise<Found & { count: number }> {
  const devices = await takeAirDue(tx, now, max)
  if (devices.length === 0) return { count: 0, verdicts: [], dues: [] }
  const standing = await openConditions(tx, [...new Set(devices.map(({ homeId }) => homeId))])
  const conditions = new Map(standing.map((one) => [keyOf(one.deviceId ?? 0, one.kind), one]))
  const subjects = devices.flatMap((device) => subjectsOf(device, conditions, now))
  return { count: devices.length, ...(await judgeSubjects(tx, subjects, now)) }
}

function subjectsOf(device: Device, conditions: ReadonlyMap<string, Condition>, now: number): Subject[] {
  const fromAt = now - airWindowMs
  return (['co', 'gas', 'smoke'] as const).flatMap((kind) => {
    const condition = conditions.get(keyOf(device.id, kind))
    const isWarm = kind !== 'smoke' && device.hotAt !== null && device.hotAt >= fromAt
    if (!isWarm && !condition && device.alarmActive[kind] !== true) return []
    return [{ device, kind, alarms: [], condition, fromAt }]
  })
}
