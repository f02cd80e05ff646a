// What devices say and hear, as JSON on the topics of topics.ts. docs/protocol.md prints these schemas.
import { Type, type Static } from 'typebox'
import { Edge, EpochMs, ReadingKind } from './primitives.ts'

/**
 * On every message. `id` is globally unique and de-duplicates redelivery (without it every delivery is new);
 * `boot` and `seq` only show gaps; `time` is the device's own clock and is believed only if plausible.
 * `sensor` names the element it senses with: another name is another sensor (safety 5).
 * Unknown members are kept out, not refused: a newer firmware must not lose its sign.
 */
const envelope = {
  id: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  boot: Type.Optional(Type.String({ minLength: 1, maxLength: 32 })),
  seq: Type.Optional(Type.Integer({ minimum: 0 })),
  time: Type.Optional(EpochMs),
  sensor: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
}

/** What changes the meaning of a reading; it travels with it (payloads rule 6). */
export const DeviceFlags = Type.Object({
  warmup: Type.Optional(Type.Boolean()),
  test: Type.Optional(Type.Boolean()),
  fault: Type.Optional(Type.Boolean()),
  endOfLife: Type.Optional(Type.Boolean()),
  muted: Type.Optional(Type.Boolean()),
  tamper: Type.Optional(Type.Boolean()),
})
export type DeviceFlags = Static<typeof DeviceFlags>

export const CheckInMessage = Type.Object({
  ...envelope,
  via: Type.Optional(Type.Enum(['button', 'curtain'])),
  edge: Type.Optional(Edge),
})
export type CheckInMessage = Static<typeof CheckInMessage>

/** At most 240 values: four hours of one-minute samples kept through an outage. */
export const ReadingsMessage = Type.Object({
  ...envelope,
  values: Type.Array(Type.Object({ kind: ReadingKind, value: Type.Number(), time: Type.Optional(EpochMs) }), {
    minItems: 1,
    maxItems: 240,
  }),
  flags: Type.Optional(DeviceFlags),
})
export type ReadingsMessage = Static<typeof ReadingsMessage>

/** The detector's own judgement. A level, not an edge: an unchanged level opens nothing new. */
export const AlarmMessage = Type.Object({
  ...envelope,
  kind: Type.Enum(['co', 'gas', 'smoke']),
  active: Type.Boolean(),
  flags: Type.Optional(DeviceFlags),
})
export type AlarmMessage = Static<typeof AlarmMessage>

/** One press, no confirmation. `cancelled` asks us to stop; a human voice answers it all the same (safety 16). */
export const SosMessage = Type.Object({ ...envelope, cancelled: Type.Optional(Type.Boolean()) })
export type SosMessage = Static<typeof SosMessage>

/** A sign of life from indoors that is not a check-in. */
export const ActivityMessage = Type.Object({
  ...envelope,
  kind: Type.Enum(['motion', 'door', 'water', 'power']),
})
export type ActivityMessage = Static<typeof ActivityMessage>

export const HeartbeatMessage = Type.Object({
  ...envelope,
  battery: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'percent' })),
  flags: Type.Optional(DeviceFlags),
})
export type HeartbeatMessage = Static<typeof HeartbeatMessage>

/** The last will, and the greeting after a connection. */
export const StateMessage = Type.Object({ ...envelope, online: Type.Boolean() })
export type StateMessage = Static<typeof StateMessage>

export const ResultMessage = Type.Object({
  ...envelope,
  command: Type.Integer({ minimum: 1 }),
  result: Type.Enum(['done', 'refused', 'failed']),
})
export type ResultMessage = Static<typeof ResultMessage>

export const upMessages = {
  checkin: CheckInMessage,
  readings: ReadingsMessage,
  alarm: AlarmMessage,
  sos: SosMessage,
  activity: ActivityMessage,
  heartbeat: HeartbeatMessage,
  state: StateMessage,
  result: ResultMessage,
} as const

export const CommandKind = Type.Enum(['remind', 'comfort', 'alarm', 'mute'])
export type CommandKind = Static<typeof CommandKind>

/** What was agreed with a resident (safety 18): a call, a lamp, something that shakes, a recorded voice, somebody who comes. */
export const ContactMode = Type.Enum(['phone', 'light', 'vibration', 'recording', 'visit'])
export type ContactMode = Static<typeof ContactMode>

/** To a device: remind (the pact is due), comfort (somebody is coming), alarm (danger in your home), mute. */
export const CommandMessage = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  kind: CommandKind,
  expiresAt: EpochMs,
  text: Type.Optional(Type.String()),
  /** With `remind`, where the device is one resident's own: how they are reached. Never by voice who cannot hear it. */
  by: Type.Optional(ContactMode),
})
export type CommandMessage = Static<typeof CommandMessage>

/** "We have it": sent after the commit, for each message that carried an `id`. */
export const AckMessage = Type.Object({ id: Type.String(), storedAt: EpochMs })
export type AckMessage = Static<typeof AckMessage>
