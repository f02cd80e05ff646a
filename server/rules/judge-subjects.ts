// Detectors at which something may be the matter: what is stored of each is read together, and judged one by one.
import type { Tx } from '#db/database.ts'
import { soonest } from '#domain/co.ts'
import type { Verdict } from '#domain/verdict.ts'
import { airDueOf, type AirDue } from './air-due-store.ts'
import { judgeAir, type Air } from './judge-air.ts'
import * as store from './store.ts'
import type { AirWindow } from './store.ts'
import { surroundingsOf } from './surroundings-store.ts'

/** CO is judged over the last 8 hours (domain/co.ts). */
export const airWindowMs = 8 * 3_600_000

/** A gas of a detector; its samples count from `fromAt` (epoch ms). */
export type Subject = Pick<Air, 'device' | 'kind' | 'alarms' | 'condition'> & { fromAt: number }

/** What was found, and which detectors are to be judged again when; only what changes of that. */
export type Found = { verdicts: Verdict[]; dues: AirDue[] }

/** Clean air asks nothing: without subjects the database is not asked at all. */
export async function judgeSubjects(tx: Tx, subjects: readonly Subject[], now: number): Promise<Found> {
  if (subjects.length === 0) return { verdicts: [], dues: [] }
  const devices = subjects.map(({ device }) => device)
  const windows = subjects.flatMap(({ device, kind, fromAt }): AirWindow[] =>
    kind === 'smoke' ? [] : [{ deviceId: device.id, kind, fromAt }],
  )
  const [samples, dealtWith, homes, known] = await Promise.all([
    store.samplesOf(tx, windows),
    store.airDealtWith(tx, [...new Set(devices.map(({ homeId }) => homeId))]),
    surroundingsOf(tx, devices, now),
    airDueOf(
      tx,
      devices.map(({ id }) => id),
    ),
  ])
  const dues = new Map<number, number | null>()
  const verdicts = subjects.flatMap(({ fromAt: _fromAt, ...subject }) => {
    const { device, kind } = subject
    const home = homes.get(device.homeId)
    if (!home) throw new Error(`device ${device.id} stands in no home`)
    const { verdict, judgeAgainAt } = judgeAir({
      ...subject,
      home,
      samples: samples.get(store.keyOf(device.id, kind)) ?? [],
      dealtWithAt: dealtWith.get(`${device.homeId} ${kind} ${device.origin}`) ?? null,
      now,
    })
    dues.set(device.id, soonest(dues.get(device.id) ?? null, judgeAgainAt))
    return verdict ?? []
  })
  const changed = [...dues].filter(([deviceId, dueAt]) => dueAt !== (known.get(deviceId) ?? null))
  return { verdicts, dues: changed.map(([deviceId, dueAt]) => ({ deviceId, dueAt })) }
}
