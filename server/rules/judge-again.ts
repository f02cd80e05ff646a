import type { Tx } from '#db/database.ts'
import type { Verdict } from '#domain/verdict.ts'
import { endSilenceDeadline, takeAirDue, type AirDue } from './air-due-store.ts'
import { withCover } from './cover-store.ts'
import { judgeHealth } from './judge-health.ts'
import { airWindowMs, judgeSubjects, type Found, type Subject } from './judge-subjects.ts'
import { keyOf, openConditions, type Condition, type Device } from './store.ts'

type Conditions = ReadonlyMap<string, Condition>

/**
 * Detectors whose samples mean more by now: a spike that did not blow over, a window that filled unheard. One that fell
 * silent in mid-alarm is trouble of its own: its alarm stands, and somebody must look whether it was pulled out.
 */
export async function judgeAgain(
  tx: Tx,
  now: number,
  max: number,
): Promise<{ count: number; verdicts: Verdict[]; dues: AirDue[] }> {
  const devices = await takeAirDue(tx, now, max)
  if (devices.length === 0) return { count: 0, verdicts: [], dues: [] }
  const standing = await openConditions(tx, [...new Set(devices.map(({ homeId }) => homeId))])
  const conditions = new Map(standing.map((one) => [keyOf(one.deviceId ?? 0, one.kind), one]))
  const subjects = devices.flatMap((device) => subjectsOf(device, conditions, now))
  const { verdicts, dues, missed } = await judgeSubjects(tx, subjects, now)
  const silent = await judgeMissed(tx, { missed, conditions, now })
  return { count: devices.length, verdicts: [...verdicts, ...silent], dues }
}

/** Exported for server/replay, which judges the same detectors again. */
export function subjectsOf(device: Device, conditions: Conditions, now: number): Subject[] {
  const fromAt = now - airWindowMs
  return (['co', 'gas', 'smoke'] as const).flatMap((kind) => {
    const condition = conditions.get(keyOf(device.id, kind))
    const isWarm = kind !== 'smoke' && device.hotAt !== null && device.hotAt >= fromAt
    if (!isWarm && !condition && device.alarmActive[kind] !== true) return []
    return [{ device, kind, alarms: [], condition, fromAt }]
  })
}

async function judgeMissed(
  tx: Tx,
  { missed, conditions, now }: { missed: Found['missed']; conditions: Conditions; now: number },
): Promise<Verdict[]> {
  const found = new Map(
    missed.flatMap(({ device, rules }) => {
      const condition = conditions.get(keyOf(device.id, 'device'))
      const verdict = judgeHealth(device, condition, { silent: true, inAlarm: true, rules, now })
      return verdict ? [[device.id, verdict] as const] : []
    }),
  )
  await endSilenceDeadline(tx, [...found.keys()])
  return withCover(tx, [...found.values()], now)
}
