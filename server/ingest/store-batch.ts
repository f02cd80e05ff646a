// One batch in one transaction: redelivery out, facts in, judged, announced. All of it, or nothing.
import type { Tx } from '#db/database.ts'
import { announce } from '#db/event-log.ts'
import type { StoredBatch } from '#domain/stored.ts'
import { storeCheckIns } from './check-in-store.ts'
import { assertFences } from './fence.ts'
import { gather, type Device, type Gathered, type Pending, type PendingMessage } from './gather.ts'
import type { Problem } from './message.ts'
import { tellMoved } from './moved.ts'
import { insertRefused, type RefusedRow } from './refused-store.ts'
import { noteElements } from './sensing-element-store.ts'
import { storeReused } from './reused-id.ts'
import type { StepAside } from './right-of-way.ts'
import * as store from './store.ts'

export type Judge = (tx: Tx, stored: StoredBatch, now: number) => Promise<void>

export type Batch = {
  pending: readonly Pending[]
  now: number
  /** Left out where judging is what fails: what was measured must not be lost with it. */
  judge: Judge | undefined
  /** Between two pieces of work. */
  stepAside: StepAside
  /** What else staff should know of these messages. */
  problem?: Problem
}

/**
 * Writes a batch. Devices are locked first, then pacts, then (by the judge) incidents: always in this order. What does
 * not need another's answer leaves together: the way to the database and back is most of a hazard's time.
 */
export async function storeBatch(tx: Tx, { pending, now, judge, stepAside, problem }: Batch): Promise<void> {
  const [devices, keys] = await Promise.all([
    store.lockDevices(tx, deviceIdsOf(pending), deviceIdsOf(pressesOf(pending))),
    store.insertMessages(tx, messagesOf(pending)),
    assertFences(tx, pending),
  ])
  await stepAside()
  const fresh = freshOf(pending, devices, keys)
  const reused = await storeReused(tx, againOf(pending, devices, fresh))
  const gathered = gather(reused.size > 0 ? withReused(pending, fresh, reused) : fresh, devices)
  const refused = [
    ...gathered.refused,
    ...(problem ? messagesOf(pending).map((one) => refusedRow(one, problem)) : []),
    ...messagesOf(pending)
      .filter(({ principal }) => !devices.has(principal.deviceId))
      .map((one) => refusedRow(one, unknownDevice)),
  ]
  const found = Promise.all([storeCheckIns(tx, gathered.presses), noteElements(tx, gathered.elements)])
  const written = [
    store.insertReadings(tx, gathered.readings),
    store.insertSigns(tx, gathered.signs),
    store.storeResults(tx, gathered.results),
    tellMoved(tx, gathered.moved),
    store.updateDevices(tx, gathered.states),
    insertRefused(tx, refused),
  ]
  const judged = async (): Promise<void> => {
    const { readings, alarms, soses, signs, health, states } = gathered
    const [checkIns, swaps] = await found
    await stepAside()
    const stored: StoredBatch = { readings, alarms, soses, checkIns, signs, health, swaps, states }
    announceChanges(tx, { stored, gathered, devices })
    await judge?.(tx, stored, now)
  }
  // What the rules ask travels behind what was written, on the same connection: they see all of it.
  await Promise.all([...written, judged()])
}

const unknownDevice: Problem = { reason: 'unknown_device', detail: 'the device is no longer registered' }

/** Keeps a message that the database cannot take, where staff see it; its sender need not send it again. */
export function quarantine(tx: Tx, pending: PendingMessage, problem: Problem): Promise<void> {
  return insertRefused(tx, [refusedRow(pending, problem)])
}

const messagesOf = (pending: readonly Pending[]): PendingMessage[] =>
  pending.filter((one) => one.is === 'message')

const pressesOf = (pending: readonly Pending[]): PendingMessage[] =>
  messagesOf(pending).filter(({ parsed }) => parsed.fact.is === 'checkIn')

function deviceIdsOf(pending: readonly Pending[]): number[] {
  return [...new Set(pending.map(({ principal }) => principal.deviceId))]
}

/** What is new, in the order of arrival; of two copies in one batch the first. */
function freshOf(
  pending: readonly Pending[],
  devices: ReadonlyMap<number, Device>,
  keys: Set<string>,
): Pending[] {
  const known = pending.filter(({ principal }) => devices.has(principal.deviceId))
  return known.filter(
    (one) => one.is === 'presence' || keys.delete(store.messageKey(one.principal.deviceId, one.storeId)),
  )
}

/** What was said under an id that was heard before: copies, nearly always. */
function againOf(
  pending: readonly Pending[],
  devices: ReadonlyMap<number, Device>,
  fresh: readonly Pending[],
): PendingMessage[] {
  if (fresh.length === pending.length) return []
  const taken = new Set(fresh)
  return messagesOf(pending).filter((one) => devices.has(one.principal.deviceId) && !taken.has(one))
}

/** In the order of arrival. */
function withReused(
  pending: readonly Pending[],
  fresh: readonly Pending[],
  reused: ReadonlyMap<Pending, PendingMessage>,
): Pending[] {
  const taken = new Set(fresh)
  return pending.flatMap((one) => reused.get(one) ?? (taken.has(one) ? one : []))
}

function refusedRow({ principal, message }: PendingMessage, problem: Problem): RefusedRow {
  return {
    ...problem,
    deviceId: principal.deviceId,
    serial: principal.serial,
    client: message.clientId,
    topic: message.topic,
    receivedAt: message.receivedAt,
    body: message.payload,
  }
}

/** What a screen shows of an ordinary reading or heartbeat does not change with it. */
function announceChanges(
  tx: Tx,
  { stored, gathered, devices }: { stored: StoredBatch; gathered: Gathered; devices: Map<number, Device> },
): void {
  for (const { communityId, homeId } of stored.checkIns) {
    announce(tx, { communityId, kind: 'home', id: homeId })
    announce(tx, { communityId, kind: 'ledger', id: communityId })
  }
  for (const { communityId, homeId, what } of stored.signs)
    if (what === unboundPress) announce(tx, { communityId, kind: 'home', id: homeId })
  for (const [deviceId, state] of gathered.states) {
    const device = devices.get(deviceId)
    if (device && isSeenDifferently(device, state.online))
      announce(tx, { communityId: device.communityId, kind: 'home', id: device.homeId })
  }
}

const unboundPress = 'unbound press'

/** Came back, or went; the first word of a new device is no change. */
function isSeenDifferently({ state }: Device, online: boolean | null): boolean {
  const cameBack = state.silentAt === null && state.lastSeenAt !== null
  return cameBack || (state.online !== null && state.online !== online)
}
