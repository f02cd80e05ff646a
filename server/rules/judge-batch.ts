// What a committed batch means, judged in its own transaction: a danger is never stored without being judged.
import type { DeviceRules } from '#contract/rules-device.ts'
import type { Tx } from '#db/database.ts'
import { bufferedMs } from '#domain/device-time.ts'
import type { StoredBatch, StoredReading, StoredSos, StoredState } from '#domain/stored.ts'
import type { Verdict } from '#domain/verdict.ts'
import { limits } from '../limits.ts'
import type { AirKind } from './judge-air.ts'
import { withCover } from './cover-store.ts'
import { judgePressesWhileAway } from './judge-absences.ts'
import { isInAlarm, judgeHealth } from './judge-health.ts'
import { subjectsOf } from './judge-again.ts'
import { judgeReturns } from './judge-returns.ts'
import { airWindowMs, judgeSubjects, type Found, type Subject } from './judge-subjects.ts'
import * as store from './store.ts'
import type { Condition, Device } from './store.ts'
import { deviceRulesOf } from './surroundings-store.ts'
import { verdictOf } from './verdict-of.ts'

/** Every verdict of a batch: air, SOS, people who answer after all, and devices. `now` in epoch ms. */
export async function judgeStored(tx: Tx, stored: StoredBatch, now: number): Promise<Found> {
  const { homeIds, deviceIds } = whereFrom(stored)
  if (homeIds.length === 0) return { verdicts: [], dues: [], missed: [] }
  const { conditions, devices } = await worthALook(tx, { stored, homeIds, deviceIds, now })
  const [air, rules] = await Promise.all([
    judgeAirs(tx, { stored, conditions, devices, now }),
    deviceRulesOf(tx, devices, now),
  ])
  const verdicts = [
    ...air.verdicts,
    ...stored.soses.map(judgeSos),
    ...(await judgeReturns(tx, stored.checkIns)),
    ...judgePressesWhileAway(stored.checkIns),
    ...(await withCover(tx, judgeDevices({ stored, conditions, devices, now }, rules), now)),
  ]
  return { ...air, verdicts }
}

type From = { homeIds: number[]; deviceIds: Set<number> }

/**
 * What stands, and the devices that may be the matter with it. Of all others nothing needs to be read again: that was
 * a tenth of what a message cost (docs/performance.md).
 */
async function worthALook(
  tx: Tx,
  { stored, homeIds, deviceIds, now }: From & { stored: StoredBatch; now: number },
) {
  const restless = restlessOf(stored, deviceIds, now)
  const [standing, known] = await Promise.all([
    store.openConditions(tx, homeIds),
    restless.size > 0 ? store.devicesOf(tx, [...restless]) : [],
  ])
  const more = new Set(standing.flatMap(({ deviceId }) => (isOf(deviceId, deviceIds) ? [deviceId] : [])))
  for (const id of restless) more.delete(id)
  const devices = more.size > 0 ? [...known, ...(await store.devicesOf(tx, [...more]))] : known
  const conditions = new Map(standing.map((one) => [store.keyOf(one.deviceId ?? 0, one.kind), one]))
  return { conditions, devices: devices.sort((a, b) => a.id - b.id) }
}

const isOf = (deviceId: number | null, deviceIds: Set<number>): deviceId is number =>
  deviceId !== null && deviceIds.has(deviceId)

function restlessOf(
  { states, alarms, swaps }: StoredBatch,
  deviceIds: Set<number>,
  now: number,
): Set<number> {
  const restless = new Set([...alarms, ...swaps].map(({ deviceId }) => deviceId))
  for (const id of deviceIds) {
    const state = states.get(id)
    if (state === undefined || !isAtRest(state, now)) restless.add(id)
  }
  return restless
}

/** Percent: no rule calls a battery low from here on (contract/rules-device.ts). */
const batteryFineFrom = 60

/** No bad air, no flag of its own, a good battery: only what stands already can make it matter. */
function isAtRest({ battery, flags, hotAt, alarmActive }: StoredState, now: number): boolean {
  if (hotAt !== null && hotAt >= now - limits.deviceClockBehindMsMax - airWindowMs) return false
  if (battery !== null && battery < batteryFineFrom) return false
  for (const name in flags) if (flags[name as keyof typeof flags]) return false
  return !alarmActive.co && !alarmActive.gas && !alarmActive.smoke
}

/** Of every sign; readings are by far the most, and those of a device follow each other. */
function whereFrom({ states: _states, ...signsByKind }: StoredBatch): From {
  const homes = new Set<number>()
  const devices = new Set<number>()
  for (const signs of Object.values(signsByKind)) {
    let last: { homeId: number; deviceId: number } | undefined
    for (const sign of signs) {
      // Both: the page of a resident has no device, so that its signs all carry the id 0.
      if (sign.deviceId === last?.deviceId && sign.homeId === last.homeId) continue
      last = sign
      homes.add(sign.homeId)
      devices.add(sign.deviceId)
    }
  }
  return { homeIds: [...homes], deviceIds: devices }
}

/** Each press rings anew (safety 3), also one from a buffer (safety 9); a "cancelled" one still gets a voice (16). */
export function judgeSos(sos: StoredSos): Verdict {
  const evidence = {
    since: sos.at,
    lastAt: sos.at,
    ...(sos.cancelled ? { cancelled: true } : {}),
    ...(sos.unreadable ? { unreadable: true } : {}),
  }
  // A page of the resident has no device: its sign carries the id 0.
  const source = { ...sos, id: sos.deviceId || null }
  return verdictOf(source, { kind: 'sos', stage: 'alarm', evidence, ringsAgain: !sos.cancelled })
}

type Seen = { stored: StoredBatch; conditions: Map<string, Condition>; devices: Device[]; now: number }

async function judgeAirs(tx: Tx, seen: Seen): Promise<Found> {
  if (seen.devices.length === 0) return { verdicts: [], dues: [], missed: [] }
  const known = new Set(seen.devices.map(({ id }) => id))
  const isOfAir = ({ deviceId, kind }: StoredReading) =>
    (kind === 'co' || kind === 'gas') && known.has(deviceId)
  const readings = byDevice(seen.stored.readings.filter(isOfAir))
  const alarms = byDevice(seen.stored.alarms.filter(({ flags }) => flags.test !== true))
  const subjects = seen.devices.flatMap((device) =>
    airKinds.flatMap((kind) => {
      const key = store.keyOf(device.id, kind)
      const said = { readings: readings.get(key) ?? [], alarms: alarms.get(key) ?? [] }
      return airSubject({ ...said, device, kind, condition: seen.conditions.get(key), now: seen.now }) ?? []
    }),
  )
  const looked = new Set(subjects.map(({ device }) => device.id))
  const back = seen.devices.filter(
    (device) => !looked.has(device.id) && (isBackInAlarm(device, seen) || hasFlag(device)),
  )
  subjects.push(...back.flatMap((device) => subjectsOf(device, seen.conditions, seen.now)))
  return judgeSubjects(tx, subjects, seen.now)
}

/** Missed in mid-alarm and heard again, if only by a heartbeat: from here on it is waited for as closely as before. */
const isBackInAlarm = (device: Device, { conditions }: Seen): boolean =>
  device.silentAt !== null && isFoundSilent(device, conditions) && isInAlarm(device, conditions)

/** Whatever it says, it is there, and its own alarm is up. */
const hasFlag = ({ alarmActive }: Device): boolean => airKinds.some((kind) => alarmActive[kind] === true)

const isFoundSilent = ({ id }: Device, conditions: Seen['conditions']): boolean =>
  conditions.get(store.keyOf(id, 'device'))?.evidence.trouble === 'silent'

function byDevice<S extends { deviceId: number; kind: string }>(said: readonly S[]): Map<string, S[]> {
  const groups = new Map<string, S[]>()
  for (const one of said) {
    const key = store.keyOf(one.deviceId, one.kind)
    const group = groups.get(key) ?? []
    group.push(one)
    groups.set(key, group)
  }
  return groups
}

const airKinds: readonly AirKind[] = ['co', 'gas', 'smoke']

type Said = Omit<Subject, 'fromAt'> & { readings: readonly Pick<StoredReading, 'at'>[]; now: number }

/** Only where something may be the matter: a warm sensor, a flag, or a condition that stands. */
export function airSubject({ readings, now, ...said }: Said): Subject | undefined {
  const { device, kind, alarms, condition } = said
  if (readings.length === 0 && alarms.length === 0) return undefined
  const oldestAt = readings.reduce((oldest, { at }) => Math.min(oldest, at), now)
  // What was buffered is judged over the hours before it.
  const fromAt = (now - oldestAt > bufferedMs ? oldestAt : now) - airWindowMs
  const isWarm = device.hotAt !== null && device.hotAt >= fromAt
  const isQuiet = !isWarm && alarms.length === 0 && !condition && device.alarmActive[kind] !== true
  return isQuiet ? undefined : { ...said, fromAt }
}

function judgeDevices(
  { stored, conditions, devices, now }: Seen,
  rulesByHome: ReadonlyMap<number, DeviceRules>,
): Verdict[] {
  const swappedAt = new Map(stored.swaps.map(({ deviceId, at }) => [deviceId, at]))
  return devices.flatMap((device) => {
    const condition = conditions.get(store.keyOf(device.id, 'device'))
    const inAlarm = isInAlarm(device, conditions)
    // Found silent, and what came was not its own voice: a last will, or the end of its connection. In mid-alarm that
    // end is enough: whoever pulls the plug of a detector that sounds does it then.
    const wasSilent = device.silentAt === null && isFoundSilent(device, conditions)
    const silent = wasSilent || (inAlarm && device.online === false)
    const seen = { silent, inAlarm, swappedAt: swappedAt.get(device.id), now }
    const rules = rulesByHome.get(device.homeId)
    return judgeHealth(device, condition, rules ? { ...seen, rules } : seen) ?? []
  })
}
