// Detectors at which something may be the matter: what is stored of each is read together, and judged one by one.
import type { Tx } from '#db/database.ts'
import type { Verdict } from '#domain/verdict.ts'
import { judgeAir, type Air } from './judge-air.ts'
import * as store from './store.ts'
import type { AirWindow } from './store.ts'
import { surroundingsOf } from './surroundings-store.ts'

/** A gas of a detector; its samples count from `fromAt` (epoch ms). */
export type Subject = Pick<Air, 'device' | 'kind' | 'alarms' | 'condition'> & { fromAt: number }

/** Clean air asks nothing: without subjects the database is not asked at all. */
export async function judgeSubjects(tx: Tx, subjects: readonly Subject[], now: number): Promise<Verdict[]> {
  if (subjects.length === 0) return []
  const devices = subjects.map(({ device }) => device)
  const windows = subjects.flatMap(({ device, kind, fromAt }): AirWindow[] =>
    kind === 'smoke' ? [] : [{ deviceId: device.id, kind, fromAt }],
  )
  const [samples, dealtWith, homes] = await Promise.all([
    store.samplesOf(tx, windows),
    store.airDealtWith(tx, [...new Set(devices.map(({ homeId }) => homeId))]),
    surroundingsOf(tx, devices, now),
  ])
  return subjects.flatMap(({ fromAt: _fromAt, ...subject }) => {
    const { device, kind } = subject
    const home = homes.get(device.homeId)
    if (!home) throw new Error(`device ${device.id} stands in no home`)
    const { verdict } = judgeAir({
      ...subject,
      home,
      samples: samples.get(store.keyOf(device.id, kind)) ?? [],
      dealtWithAt: dealtWith.get(`${device.homeId} ${kind} ${device.origin}`) ?? null,
      now,
    })
    return verdict ?? []
  })
}
