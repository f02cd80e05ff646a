// Detectors at which something may be the matter: what is stored of each is read together, and judged one by one.
import type { DeviceRules } from '#contract/rules-device.ts'
import type { Tx } from '#db/database.ts'
import { soonest } from '#domain/co.ts'
import type { Verdict } from '#domain/verdict.ts'
import type { AirSample } from '#domain/co.ts'
import { flagBits } from '#domain/stored.ts'
import { isAtLeast } from '#domain/worst.ts'
import { airDueOf, swappedOf, type AirDue } from './air-due-store.ts'
import { judgeAir, type Air } from './judge-air.ts'
import * as store from './store.ts'
import type { AirWindow } from './store.ts'
import { surroundingsOf } from './surroundings-store.ts'

/** CO is judged over the last 8 hours (domain/co.ts). */
export const airWindowMs = 8 * 3_600_000

/** A gas of a detector; its samples count from `fromAt` (epoch ms). */
export type Subject = Pick<Air, 'device' | 'kind' | 'alarms' | 'condition'> & { fromAt: number }

/** What was found, and which detectors are to be judged again when; only what changes of that. */
export type Found = {
  verdicts: Verdict[]
  dues: AirDue[]
  /** Detectors in alarm that should have been heard again by now. */
  missed: { device: store.Device; rules: DeviceRules }[]
}

/** Clean air asks nothing: without subjects the database is not asked at all. */
export async function judgeSubjects(tx: Tx, subjects: readonly Subject[], now: number): Promise<Found> {
  if (subjects.length === 0) return { verdicts: [], dues: [], missed: [] }
  const devices = subjects.map(({ device }) => device)
  const windows = subjects.flatMap(({ device, kind, fromAt }): AirWindow[] =>
    kind === 'smoke' ? [] : [{ deviceId: device.id, kind, fromAt }],
  )
  const deviceIds = devices.map(({ id }) => id)
  const [samples, dealtWith, homes, known, swapped] = await Promise.all([
    store.samplesOf(tx, windows),
    store.airDealtWith(tx, [...new Set(devices.map(({ homeId }) => homeId))]),
    surroundingsOf(tx, devices, now),
    airDueOf(tx, deviceIds),
    swappedOf(tx, deviceIds),
  ])
  const dues = new Map<number, number | null>()
  const missed: Found['missed'] = []
  const verdicts = subjects.flatMap(({ fromAt: _fromAt, ...subject }) => {
    const { device, kind } = subject
    const home = homes.get(device.homeId)
    if (!home) throw new Error(`device ${device.id} stands in no home`)
    const dealtWithAt = dealtWith.get(`${device.homeId} ${kind} ${device.origin}`) ?? null
    const { verdict, judgeAgainAt } = judgeAir({
      ...subject,
      home,
      samples: withSwap(samples.get(store.keyOf(device.id, kind)) ?? [], swapped.get(device.id), dealtWithAt),
      dealtWithAt,
      now,
    })
    const stage = verdict?.stage ?? subject.condition?.stage ?? null
    const isAlarm = stage !== null && isAtLeast(stage, 'alarm')
    const missedAt = isAlarm ? missedBy(device, home.rules.device) : null
    const isAhead = missedAt !== null && missedAt > now
    if (isAlarm && missedAt !== null && !isAhead) missed.push({ device, rules: home.rules.device })
    dues.set(device.id, soonest(dues.get(device.id) ?? null, judgeAgainAt, isAhead ? missedAt : null))
    return verdict ?? []
  })
  const changed = [...dues].filter(([deviceId, dueAt]) => dueAt !== (known.get(deviceId) ?? null))
  return { verdicts, dues: changed.map(([deviceId, dueAt]) => ({ deviceId, dueAt })), missed }
}

/** Safety 5: another sensor in its place may warn, and cannot say that the air of the first one is clean again. */
export function withSwap(
  samples: readonly AirSample[],
  swappedAt: number | undefined,
  dealtWithAt: number | null,
): readonly AirSample[] {
  if (swappedAt === undefined || swappedAt <= (dealtWithAt ?? -Infinity)) return samples
  return samples.map((sample) =>
    sample.at < swappedAt ? sample : { ...sample, flags: sample.flags | flagBits.tamper },
  )
}

/**
 * When a detector in alarm should have been heard again (epoch ms). One that gives no numbers says nothing while its
 * alarm stands, and is silent after the time of its class; null for it.
 */
const missedBy = ({ lastSeenAt, hotAt }: store.Device, { alarmSilentMin }: DeviceRules): number | null =>
  lastSeenAt === null || hotAt === null ? null : lastSeenAt + alarmSilentMin * 60_000
