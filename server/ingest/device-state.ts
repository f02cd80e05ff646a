// What is known of a device, folded over its messages: pure, and never moving backwards in time.
import { Type, type Static } from 'typebox'
import { DeviceFlags } from '#contract/messages.ts'
import { orNull, type PowerClass } from '#contract/primitives.ts'
import { flagBits, type StoredReading } from '#domain/stored.ts'

const AlarmKind = Type.Enum(['co', 'gas', 'smoke'])
type AlarmKind = Static<typeof AlarmKind>

/**
 * The detector's own flags: `co` is the level; `coSince` when it last rose, `coAt` when it was last told (epoch ms).
 */
export const AlarmActive = Type.Object({
  co: Type.Optional(Type.Boolean()),
  coSince: Type.Optional(Type.Integer()),
  coAt: Type.Optional(Type.Integer()),
  gas: Type.Optional(Type.Boolean()),
  gasSince: Type.Optional(Type.Integer()),
  gasAt: Type.Optional(Type.Integer()),
  smoke: Type.Optional(Type.Boolean()),
  smokeSince: Type.Optional(Type.Integer()),
  smokeAt: Type.Optional(Type.Integer()),
})
export type AlarmActive = Static<typeof AlarmActive>

const Instant = orNull(Type.Integer())
const Level = orNull(Type.Number())

export const DeviceState = Type.Object({
  lastSeenAt: Instant,
  silentAt: Instant,
  online: orNull(Type.Boolean()),
  /** Over which it came last. */
  connection: orNull(Type.String()),
  battery: Level,
  flags: DeviceFlags,
  lastCo: Level,
  lastCoAt: Instant,
  lastGas: Level,
  lastGasAt: Instant,
  hotAt: Instant,
  alarmActive: AlarmActive,
  /** The earliest reading that no rollup has yet. */
  unrolledFrom: Instant,
})
export type DeviceState = Static<typeof DeviceState>

/** From here on air is worth judging: ppm of the mildest CO window (9 over 8 h), and a third of the one of gas. */
export const hotFrom: Partial<Record<StoredReading['kind'], number>> = { co: 9, gas: 1 }

/** Every message proves that the device lives, and moves the moment at which it counts as silent. */
export function heardBy(state: DeviceState, receivedAt: number, silentAfterMs: number): DeviceState {
  const lastSeenAt = later(state.lastSeenAt, receivedAt)
  return { ...state, lastSeenAt, silentAt: later(state.silentAt, lastSeenAt + silentAfterMs), online: true }
}

/**
 * Its connection ended. What runs on a battery sleeps between two words, so that only its own last will says that it
 * was lost: a button that hung up after yesterday's press made its home blind, and the steward late, at eight.
 */
export const leftBy = (state: DeviceState, power: PowerClass): DeviceState => ({
  ...state,
  online: power === 'mains' || state.online === false ? false : null,
})

const later = (a: number | null, b: number): number => Math.max(a ?? b, b)

export function withHealth(
  state: DeviceState,
  health: { battery: number | null; flags: DeviceFlags | null; online: boolean | null },
): DeviceState {
  return {
    ...state,
    battery: health.battery ?? state.battery,
    flags: health.flags ?? state.flags,
    online: health.online ?? state.online,
  }
}

/** A test is no air that anybody breathes (safety 17): it is looked at, for a flag that stays, and is no last value. */
export function withReading(state: DeviceState, reading: StoredReading): DeviceState {
  const { kind, value, at } = reading
  const isHot = value >= (hotFrom[kind] ?? Infinity)
  const next = isHot ? { ...state, hotAt: later(state.hotAt, at) } : state
  if ((reading.flags & flagBits.test) !== 0) return next
  if (kind === 'co' && at >= (state.lastCoAt ?? at)) return { ...next, lastCo: value, lastCoAt: at }
  if (kind === 'gas' && at >= (state.lastGasAt ?? at)) return { ...next, lastGas: value, lastGasAt: at }
  if (kind === 'battery') return { ...next, battery: value }
  return next
}

/** From here on the rollups want to be written (again): late data lies before what they have. */
export const withUnrolled = (state: DeviceState, at: number): DeviceState => ({
  ...state,
  unrolledFrom: Math.min(state.unrolledFrom ?? at, at),
})

/** The detector's flag is a level: told again it changes nothing but when it was told (payloads rule 1). */
export function withAlarm(
  state: DeviceState,
  alarm: { kind: AlarmKind; active: boolean; flags: DeviceFlags },
  at: number,
): DeviceState {
  const { kind, active, flags } = alarm
  const was = state.alarmActive
  if (flags.test === true || at < (was[`${kind}At`] ?? at)) return state
  const since = was[kind] === active ? (was[`${kind}Since`] ?? at) : at
  return {
    ...state,
    alarmActive: { ...was, [kind]: active, [`${kind}Since`]: since, [`${kind}At`]: at },
  }
}
