// What devices are connected to: our own broker in this process, or a standard one that several servers share.
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { mayPublish, maySubscribe } from '#contract/topics.ts'
import type { Clock } from '#clock/clock.ts'
import { createBroker } from '../broker/create-broker.ts'
import { createExternalBroker, shardGroups } from '../broker/external/create-external-broker.ts'
import type { Reach } from './dispatch/parts.ts'
import type { DevicePrincipal, Ingest } from './ingest/ingest.ts'
import { isUrgent } from './ingest/urgent.ts'
import type { Servers } from './lease/join-servers.ts'
import { createShardLeases } from './lease/shard-leases.ts'

export type DeviceBrokerOptions = {
  /** Undefined: our own. */
  mqttUrl: string | undefined
  ingest: () => Ingest
  servers: Servers
  clock: Clock
  log: Logger
}

export type DeviceBroker = Awaited<ReturnType<typeof openDeviceBroker>>

export async function openDeviceBroker(options: DeviceBrokerOptions) {
  const { mqttUrl, ...parts } = options
  return mqttUrl === undefined ? ownBroker(parts) : externalBroker({ ...parts, mqttUrl })
}

/** Milliseconds. */
const lookMs = 1000

type OwnOptions = Omit<DeviceBrokerOptions, 'mqttUrl'>

async function ownBroker({ ingest, servers, clock, log }: OwnOptions) {
  const broker = await createBroker<DevicePrincipal>({
    authenticate: (_clientId, serial, secret) =>
      serial && secret ? ingest().authenticate(serial, secret) : Promise.resolve(undefined),
    urgencyOf: (serials) => ingest().urgencyOf(serials, clock.now()),
    mayPublish: (device, topic) => mayPublish(device.serial, topic),
    maySubscribe: (device, filter) => maySubscribe(device.serial, filter),
    accept: (message) => ingest().accept(message),
    isUrgent: (topic, payload) => isUrgent(topic, payload, clock.now()),
    onRefused: (refusal) => ingest().refuse(refusal),
    onPresence: (device, state, connection) =>
      ingest().presence(device, state, { connection, at: clock.now() }),
    isAway: servers.isCutOff,
    connectionPrefix: `${servers.id}/`,
    now: clock.now,
    log,
  })
  let port: number | null = null
  // A danger that is told to us could not be stored; elsewhere it can.
  const watch = setInterval(() => {
    if (!servers.isCutOff() || broker.stats().connections === 0) return
    log.error({}, 'cut off from the database while others live: devices are sent to them')
    void broker.sendAway()
  }, lookMs)
  return {
    ...broker,
    reach: (): Reach => ({ connections: `${servers.id}/` }),
    /** Nothing lies between us and our own broker. */
    heardUntil: () => Number.POSITIVE_INFINITY,
    /** Lets devices in; resolves when they can come. */
    async listen(to: { host: string; port: number }): Promise<void> {
      port = (await broker.listen(to)).port
    },
    close: (): Promise<void> => {
      clearInterval(watch)
      return broker.close()
    },
    /** For health: whether devices can come, and by which port of ours. */
    door: () => ({ isOpen: port !== null, port, shardGroups: null as number | null }),
  }
}

async function externalBroker({ mqttUrl, ingest, servers, clock, log }: OwnOptions & { mqttUrl: string }) {
  const broker = createExternalBroker<DevicePrincipal>({
    url: mqttUrl,
    identify: (serials) => ingest().identify(serials),
    accept: (message) => ingest().accept(message),
    onRefused: (refusal) => ingest().refuse(refusal),
    now: clock.now,
    log,
  })
  const leases = createShardLeases({ servers, groups: shardGroups, broker, log })
  return {
    ...broker,
    handle: (_source: Duplex): void => {
      throw new Error('devices connect to the external broker, not to this server')
    },
    yieldTo: (): void => {},
    reach: (): Reach => ({ shardGroups: broker.held() }),
    /** Connects in the background: a broker that is away must not keep the pages from opening. */
    listen: (_to: { host: string; port: number }): Promise<void> => leases.begin(),
    door: () => ({
      isOpen: broker.isReady(),
      port: null,
      shardGroups: broker.held().length as number | null,
    }),
    async close(): Promise<void> {
      await leases.close()
      await broker.close()
    },
  }
}
