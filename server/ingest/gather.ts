// From messages to facts: pure. What is refused, what is heard, what is a reading, a press, a sign.
import type { DeviceFlags } from '#contract/messages.ts'
import type { DeviceKind, Edge, Origin } from '#contract/primitives.ts'
import { judgedTime } from '#domain/device-time.ts'
import { flagBits, type Moment, type Source, type StoredBatch, type StoredReading } from '#domain/stored.ts'
import { limits } from '../limits.ts'
import {
  heardBy,
  leftBy,
  withAlarm,
  withHealth,
  withReading,
  withUnrolled,
  type DeviceState,
} from './device-state.ts'
import type { Fact } from './facts.ts'
import type { Moved } from './moved.ts'
import type { DevicePrincipal, Incoming, Problem } from './message.ts'
import type { Parsed } from './parse.ts'
import type { RefusedRow } from './refused-store.ts'

/** A device as it stands in the database, locked for this batch. */
export type Device = Source & {
  kind: DeviceKind
  /** Who lives there alone; null where nobody or several people do, and where nobody presses. */
  soleResidentId: number | null
  /** How long it may say nothing (ms). */
  silentAfterMs: number
  /** What counts as real in its community; asked only where somebody presses. */
  communityOrigin: Origin | null
  state: DeviceState
}

/** A message under way to the database. `storeId` is its own id, or one derived for it. */
export type PendingMessage = {
  is: 'message'
  principal: DevicePrincipal
  message: Incoming
  parsed: Parsed
  storeId: string
}

/** A device came or went over this connection; `at` in epoch ms. */
export type PendingPresence = {
  is: 'presence'
  principal: DevicePrincipal
  online: boolean
  connection: string
  at: number
}

export type Pending = PendingMessage | PendingPresence

export type Press = Source &
  Moment & {
    messageId: string
    deviceTime: number | null
    via: 'button' | 'curtain' | 'web'
    edge: Edge | null
    unreadable: boolean
    /** False for a press that may cover nobody's pact: simulated in a real community, or the reverse (safety 17). */
    counts: boolean
  }

export type CommandResult = { deviceId: number; command: number; result: string; at: number }

/** With what a device says that it senses, and since when. */
export type SensingElement = Source & Moment & { mark: string }

export type Gathered = Omit<StoredBatch, 'checkIns' | 'swaps' | 'states'> & {
  presses: Press[]
  results: CommandResult[]
  elements: SensingElement[]
  /** Came to this server while another one has not yet seen them leave. */
  moved: Moved[]
  refused: RefusedRow[]
  states: Map<number, DeviceState>
}

/** Sorts what is new from known devices into facts, in the order of its arrival. */
export function gather(fresh: readonly Pending[], devices: ReadonlyMap<number, Device>): Gathered {
  const gathered: Gathered = {
    readings: [],
    alarms: [],
    soses: [],
    signs: [],
    health: [],
    presses: [],
    results: [],
    elements: [],
    moved: [],
    refused: [],
    states: new Map(),
  }
  for (const pending of fresh) {
    const device = devices.get(pending.principal.deviceId)
    if (!device) continue
    if (pending.is === 'presence') gatherPresence(gathered, pending, device)
    else gatherMessage({ gathered, pending, device })
  }
  return gathered
}

type One = { gathered: Gathered; pending: PendingMessage; device: Device }
type Change = (state: DeviceState) => DeviceState

function change(gathered: Gathered, device: Device, by: Change): void {
  gathered.states.set(device.deviceId, by(stateIn(gathered, device)))
}

const stateIn = (gathered: Gathered, device: Device): DeviceState =>
  gathered.states.get(device.deviceId) ?? device.state

function gatherPresence(gathered: Gathered, presence: PendingPresence, device: Device): void {
  const { online, at, connection } = presence
  const hasMoved = livesElsewhere(gathered, device, connection)
  if (!online && hasMoved) return
  if (hasMoved && isLeftBehind(device.state, connection))
    gathered.moved.push({ serial: device.serial, connection })
  const moment: Moment = { at, receivedAt: at, timeSource: 'server' }
  gathered.health.push({ ...sourceOf(device), ...moment, ...saysNothing, online })
  change(gathered, device, (state) =>
    online
      ? { ...heardBy(state, at, device.silentAfterMs), connection }
      : leftBy(state, presence.principal.power),
  )
}

/** Another server may still hold what it takes for its living connection. */
const isLeftBehind = (state: DeviceState, connection: string): boolean =>
  state.online === true && serverOf(state.connection) !== serverOf(connection)

const serverOf = (connection: string | null): string | undefined => connection?.split('/')[0]

/** A connection that lingers on one server until its keep-alive ends says nothing of a device that came to another. */
function livesElsewhere(gathered: Gathered, device: Device, connection: string | undefined): boolean {
  const { connection: living } = gathered.states.get(device.deviceId) ?? device.state
  return living !== null && connection !== undefined && living !== connection
}

function gatherMessage(one: One): void {
  const { gathered, pending, device } = one
  const { message, parsed } = pending
  if (message.will === true && livesElsewhere(gathered, device, message.connection)) return
  for (const problem of parsed.problems) refuse(one, problem)
  // A last will is the broker speaking, and who says goodbye is not heard of next.
  const isHeard = message.will !== true && !isToldAgain(message) && !isFarewell(parsed.fact)
  if (isHeard) change(gathered, device, (state) => heardBy(state, message.receivedAt, device.silentAfterMs))
  const { sensor } = parsed
  if (sensor !== null)
    gathered.elements.push({ ...sourceOf(device), ...momentOf(one, parsed.deviceTime), mark: sensor })
  addFact(one, parsed.fact)
}

/** A standard broker tells what it retains to each server that takes over: no sign of life, however often. */
const isToldAgain = ({ retain, fence }: PendingMessage['message']): boolean => retain && fence !== undefined

const isFarewell = (fact: Fact): boolean => fact.is === 'health' && fact.online === false

function addFact(one: One, fact: Fact): void {
  const { gathered } = one
  if (fact.is === 'readings') return addReadings(one, fact)
  const source = { ...sourceOf(one.device), ...momentOf(one, one.pending.parsed.deviceTime) }
  if (fact.is === 'checkIn') addPress(one, fact, source)
  if (fact.is === 'alarm') {
    gathered.alarms.push({ ...source, ...without(fact) })
    change(one.gathered, one.device, (state) => withAlarm(state, fact, source.at))
  }
  if (fact.is === 'sos') gathered.soses.push({ ...source, ...without(fact) })
  if (fact.is === 'sign' && !isToldAgain(one.pending.message))
    gathered.signs.push({ ...source, what: fact.what })
  if (fact.is === 'health') addHealth(one, without(fact), source)
  if (fact.is === 'nothing' || fact.is === 'result') addHealth(one, saysNothing, source)
  if (fact.is === 'result') gathered.results.push(resultOf(one, fact))
}

const without = <F extends { is: string }>({ is: _is, ...rest }: F): Omit<F, 'is'> => rest

type Health = Omit<Fact & { is: 'health' }, 'is'>
const saysNothing: Health = { battery: null, flags: null, online: null }

function addHealth(one: One, health: Health, source: Source & Moment): void {
  one.gathered.health.push({ ...source, ...health })
  change(one.gathered, one.device, (state) => withHealth(state, health))
}

function addPress(one: One, fact: Fact & { is: 'checkIn' }, source: Source & Moment): void {
  const { gathered, pending, device } = one
  const age = pressProblem(pending)
  if (age) return refuse(one, age)
  const residentId = device.residentId ?? device.soleResidentId
  // Safety 7: one press never covers two people; who of several pressed is not known.
  if (residentId === null) return void gathered.signs.push({ ...source, what: 'unbound press' })
  gathered.presses.push({
    ...source,
    residentId,
    messageId: pending.storeId,
    deviceTime: pending.parsed.deviceTime,
    via: fact.via ?? viaOf(device.kind),
    // an opened curtain is the morning; a button says by its time which half of the pact is meant
    edge: fact.edge ?? (device.kind === 'curtain' || fact.via === 'curtain' ? 'morning' : null),
    unreadable: fact.unreadable,
    counts: device.origin === device.communityOrigin,
  })
}

const viaOf = (kind: DeviceKind): 'button' | 'curtain' | 'web' =>
  kind === 'curtain' ? 'curtain' : kind === 'tablet' ? 'web' : 'button'

/** Before this a clock was never set (a device without one starts at 1970 or 2000): it says nothing about age. */
const clockWasSetFrom = Date.UTC(2020, 0, 1)

/** A retained or cached press must not open today's curtain (payloads rule 2). */
function pressProblem({ message, parsed }: PendingMessage): Problem | undefined {
  if (message.retain) return { reason: 'retained', detail: 'a retained message is never a check-in' }
  const { deviceTime } = parsed
  if (deviceTime === null || deviceTime < clockWasSetFrom) return undefined
  const isStale = message.receivedAt - deviceTime > limits.checkInAgeMsMax
  return isStale ? { reason: 'stale', detail: 'the press is older than a check-in may be' } : undefined
}

function addReadings(one: One, fact: Fact & { is: 'readings' }): void {
  const { gathered, pending, device } = one
  const bits = bitsOf(fact.flags)
  const { receivedAt } = pending.message
  const { deviceId, serial, communityId, homeId, residentId, origin, indoors } = device
  let state = stateIn(gathered, device)
  let earliest = Infinity
  for (const { kind, value, deviceTime, clamped } of fact.values) {
    const judged = judgedTime({ deviceTime: deviceTime ?? pending.parsed.deviceTime, receivedAt })
    // Written out: spreading the source into each reading was a tenth of what a message cost.
    const reading: StoredReading = {
      deviceId,
      serial,
      communityId,
      homeId,
      residentId,
      origin,
      indoors,
      at: judged.at,
      receivedAt,
      timeSource: judged.source,
      kind,
      value,
      flags: clamped ? bits | flagBits.clamped : bits,
    }
    gathered.readings.push(reading)
    state = withReading(state, reading)
    earliest = Math.min(earliest, reading.at)
  }
  if (earliest < Infinity) gathered.states.set(device.deviceId, withUnrolled(state, earliest))
  const isHealth = fact.flags !== null || fact.values.length === 0
  if (isHealth)
    addHealth(one, { ...saysNothing, flags: fact.flags }, { ...sourceOf(device), ...momentOf(one, null) })
}

/** The bits of reading.flags. */
function bitsOf(flags: DeviceFlags | null): number {
  if (flags === null) return 0
  const set = Object.entries(flags).filter(([name, value]) => value && name in flagBits)
  return set.reduce((bits, [name]) => bits | flagBits[name as keyof DeviceFlags], 0)
}

function resultOf({ pending, device }: One, fact: Fact & { is: 'result' }): CommandResult {
  const { command, result } = fact
  return { deviceId: device.deviceId, command, result, at: pending.message.receivedAt }
}

function refuse({ gathered, pending, device }: One, problem: Problem): void {
  const { message } = pending
  gathered.refused.push({
    ...problem,
    deviceId: device.deviceId,
    serial: device.serial,
    client: message.clientId,
    topic: message.topic,
    receivedAt: message.receivedAt,
    body: message.payload,
  })
}

function sourceOf(device: Device): Source {
  const { deviceId, serial, communityId, homeId, residentId, origin, indoors } = device
  return { deviceId, serial, communityId, homeId, residentId, origin, indoors }
}

function momentOf({ pending }: One, deviceTime: number | null): Moment {
  const { receivedAt } = pending.message
  const { at, source } = judgedTime({ deviceTime, receivedAt })
  return { at, receivedAt, timeSource: source }
}
