import { Type, type Static, type TObject } from 'typebox'
import {
  ActivityMessage,
  AlarmMessage,
  CheckInMessage,
  DeviceFlags,
  HeartbeatMessage,
  ResultMessage,
  SosMessage,
  StateMessage,
} from '#contract/messages.ts'
import type { DeviceKind, Edge } from '#contract/primitives.ts'
import type { UpKind } from '#contract/topics.ts'
import type { Problem } from './message.ts'
import { salvaged, type Body } from './salvage.ts'
import { readValues, type ReadValue } from './values.ts'

/** What a message says, whatever it looked like. */
export type Fact =
  | { is: 'checkIn'; via: 'button' | 'curtain' | null; edge: Edge | null; unreadable: boolean }
  | { is: 'readings'; values: ReadValue[]; flags: DeviceFlags | null }
  | {
      is: 'alarm'
      kind: 'co' | 'gas' | 'smoke'
      active: boolean
      flags: DeviceFlags
      unreadable: boolean
    }
  | { is: 'sos'; cancelled: boolean; unreadable: boolean }
  | { is: 'sign'; what: string }
  | { is: 'health'; battery: number | null; flags: DeviceFlags | null; online: boolean | null }
  | { is: 'result'; command: number; result: string }
  | { is: 'nothing' }

type Read = (body: Body, problems: Problem[]) => Fact | undefined

const reading =
  <T extends TObject>(schema: T, say: (message: Static<T>) => Fact): Read =>
  (body, problems) => {
    const message = salvaged(schema, body, problems)
    return message === undefined ? undefined : say(message)
  }

/** What a body says, by the kind of its topic; undefined where it cannot be read. */
export const readFact: Record<UpKind, Read> = {
  checkin: reading(CheckInMessage, (message) => ({
    is: 'checkIn',
    via: message.via ?? null,
    edge: message.edge ?? null,
    unreadable: false,
  })),
  readings: readingsIn,
  alarm: reading(AlarmMessage, ({ kind, active, flags = {} }) => ({
    is: 'alarm',
    kind,
    active,
    flags,
    unreadable: false,
  })),
  sos: reading(SosMessage, ({ cancelled = false }) => ({ is: 'sos', cancelled, unreadable: false })),
  activity: reading(ActivityMessage, ({ kind }) => ({ is: 'sign', what: kind })),
  heartbeat: reading(HeartbeatMessage, ({ battery = null, flags = null }) => ({
    is: 'health',
    battery,
    flags,
    online: null,
  })),
  state: reading(StateMessage, ({ online }) => ({ is: 'health', battery: null, flags: null, online })),
  result: reading(ResultMessage, ({ command, result }) => ({ is: 'result', command, result })),
}

/** Safety 9: an unreadable body on a check-in, alarm or SOS topic still counts as that sign. */
export function unreadableFact(kind: UpKind, deviceKind: DeviceKind, body: Body): Fact {
  if (kind === 'checkin') return { is: 'checkIn', via: null, edge: null, unreadable: true }
  if (kind === 'alarm')
    return { is: 'alarm', kind: alarmKindOf(deviceKind, body), active: true, flags: {}, unreadable: true }
  if (kind === 'sos') return { is: 'sos', cancelled: false, unreadable: true }
  return { is: 'nothing' }
}

/** Which danger is meant when the body does not say: what the device is made for, else the one everybody fears. */
function alarmKindOf(deviceKind: DeviceKind, body: Body): 'co' | 'gas' | 'smoke' {
  const said = body['kind']
  if (said === 'co' || said === 'gas' || said === 'smoke') return said
  return deviceKind === 'co' || deviceKind === 'gas' ? deviceKind : 'smoke'
}

function readingsIn(body: Body, problems: Problem[]): Fact {
  const { values, flags } = body
  if (!Array.isArray(values) || values.length === 0) {
    problems.push({ reason: 'unreadable', detail: 'values is no list of readings' })
    return { is: 'nothing' }
  }
  const marked = flags === undefined ? undefined : salvaged(FlagsOnly, { flags }, problems)
  return { is: 'readings', values: readValues(values, problems), flags: marked?.flags ?? null }
}

const FlagsOnly = Type.Object({ flags: Type.Optional(DeviceFlags) })
