// From the broker to committed rows. What is acknowledged is stored; rules follow from what was stored.
import { randomUUID } from 'node:crypto'
import { parseTopic, upKinds, type UpKind } from '#contract/topics.ts'
import { createBulkBrake } from './bulk-brake.ts'
import { createCommitQueue, type CommitQueueOptions } from './commit-queue.ts'
import { createDeviceFinder, devicesBySerial, urgencyOf } from './device-store.ts'
import type { PendingMessage } from './gather.ts'
import type { DevicePrincipal, Incoming, Refusal } from './message.ts'
import { parse } from './parse.ts'
import { rankOf } from './rank.ts'
import { createRefusals } from './refusals.ts'

export type { CommitQueueOptions as IngestOptions } from './commit-queue.ts'
export type { DevicePrincipal, Incoming, IngestLog, Refusal } from './message.ts'
export type { Judge } from './store-batch.ts'
export { NotStored } from './trouble.ts'

export type IngestStats = {
  /** Messages on their way to the database. */
  pending: number
  accepted: number
  refused: number
  quarantined: number
  /** When something was last committed (epoch ms). */
  storedAt: number | null
}

export type Ingest = {
  /** Resolves after COMMIT, in order within one client; rejects with NotStored: then do not acknowledge. */
  accept(message: Incoming): Promise<void>
  /** Shows staff what was not let through. */
  refuse(refusal: Refusal): void
  /** A device connected or left over this connection; `at` in epoch ms. */
  presence(
    principal: DevicePrincipal,
    state: 'online' | 'offline',
    when: { connection: string; at: number },
  ): void
  authenticate(serial: string, secret: string | Buffer): Promise<DevicePrincipal | undefined>
  /** The devices with these serials, whom an external broker has let in. */
  identify(serials: readonly string[]): Promise<Map<string, DevicePrincipal>>
  /** How much the first word of these devices is waited for: 0 most, 2 least. `now` in epoch ms. */
  urgencyOf(serials: readonly string[], now: number): Promise<Map<string, 0 | 1 | 2>>
  /** Resolves when nothing is under way. */
  settled(): Promise<void>
  close(): Promise<void>
  stats(): IngestStats
}

/** Below beatLateMs (limits.ts), so that what waits here is no blindness of ours. */
const bulkHoldMs = 4000

/** The way in: parse, commit in groups, acknowledge. */
export function createIngest(options: CommitQueueOptions & { isDiskFull?: () => boolean }): Ingest {
  const { db, log, clock, isDiskFull = () => false } = options
  const brake = createBulkBrake({ isOn: isDiskFull, clock, holdMs: bulkHoldMs })
  const refusals = createRefusals({ db, log })
  const queue = createCommitQueue(options)
  const settled = async () => {
    await queue.settled()
    await refusals.settled()
  }
  return {
    accept: (message) => {
      const kind = kindOf(message)
      if (kind !== undefined) {
        const pending = pendingOf(message, kind)
        const isBulk = kind === 'readings' && rankOf(pending.parsed, clock.now()) === 'rest'
        return brake.pass({ serial: message.principal.serial, isBulk }, () => queue.add(pending))
      }
      refusals.refuse(badTopic(message))
      return Promise.resolve()
    },
    refuse: refusals.refuse,
    presence: (principal, state, when) =>
      queue.note({ is: 'presence', principal, online: state === 'online', ...when }),
    authenticate: createDeviceFinder(db),
    identify: (serials) => devicesBySerial(db, serials),
    urgencyOf: (serials, now) => urgencyOf(db, serials, now),
    settled,
    close: () => {
      queue.close()
      brake.release()
      return settled()
    },
    stats: () => {
      const { problems, ...stats } = queue.stats()
      return { ...stats, refused: refusals.count() + problems }
    },
  }
}

function kindOf({ topic, principal }: Incoming): UpKind | undefined {
  const parsed = parseTopic(topic)
  if (parsed?.serial !== principal.serial) return undefined
  return upKinds.find((kind) => kind === parsed.kind)
}

function badTopic({ clientId, principal, topic, receivedAt, payload }: Incoming): Refusal {
  return {
    reason: 'bad_topic',
    clientId,
    serial: principal.serial,
    topic,
    detail: 'not a topic of this device',
    at: receivedAt,
    body: payload,
  }
}

function pendingOf(message: Incoming, kind: UpKind): PendingMessage {
  const { principal, payload } = message
  const parsed = parse({ kind, deviceKind: principal.kind, payload })
  // A body that was cut has been reported by the broker, with its size.
  const problems = message.truncatedFromBytes === undefined ? parsed.problems : []
  // The bytes of a last will are fixed when it is left: each time it is spoken it is a message of its own.
  const ownId = message.will ? null : parsed.id
  return {
    is: 'message',
    principal,
    message,
    parsed: { ...parsed, problems },
    storeId: ownId ?? `~${randomUUID()}`,
  }
}
