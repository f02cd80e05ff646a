// What a committed batch of messages turned out to be: the facts that rules judge. Times are epoch milliseconds.
import type { Edge, Origin, ReadingKind } from '#contract/primitives.ts'
import type { DeviceFlags } from '#contract/messages.ts'

/** Where a sign came from, on every fact. */
export type Source = {
  deviceId: number
  serial: string
  communityId: number
  homeId: number
  residentId: number | null
  origin: Origin
  indoors: boolean
}

export type Moment = { at: number; receivedAt: number; timeSource: 'device' | 'server' }

export type StoredReading = Source & Moment & { kind: ReadingKind; value: number; flags: number }
export type StoredAlarm = Source &
  Moment & { kind: 'co' | 'gas' | 'smoke'; active: boolean; flags: DeviceFlags; unreadable: boolean }
export type StoredSos = Source & Moment & { cancelled: boolean; unreadable: boolean }
export type StoredCheckIn = Source &
  Moment & {
    checkInId: number
    pactId: number | null
    on: string | null
    edge: Edge
    late: boolean
    unreadable: boolean
    /** On a day for which they are declared away. */
    duringAbsence: boolean
  }
export type StoredSign = Source & Moment & { what: string }
export type StoredHealth = Source &
  Moment & { battery: number | null; flags: DeviceFlags | null; online: boolean | null }

/** How a device stands after what it said. */
export type StoredState = {
  battery: number | null
  flags: DeviceFlags
  hotAt: number | null
  alarmActive: { co?: boolean; gas?: boolean; smoke?: boolean }
}

/** A device senses with another element than before. */
export type StoredSwap = Source & Moment

/** Only messages that were new: redelivery has been taken out. */
export type StoredBatch = {
  readings: StoredReading[]
  alarms: StoredAlarm[]
  soses: StoredSos[]
  checkIns: StoredCheckIn[]
  signs: StoredSign[]
  health: StoredHealth[]
  swaps: StoredSwap[]
  /** Of every device that spoke, by its id. */
  states: ReadonlyMap<number, StoredState>
}

/** Bits of reading.flags. */
export const flagBits = {
  warmup: 1,
  test: 2,
  fault: 4,
  endOfLife: 8,
  muted: 16,
  tamper: 32,
  clamped: 64,
} as const
