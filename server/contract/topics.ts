// MQTT topics of the native protocol v1 (docs/protocol.md). A topic never changes when a device moves house.
import { createHash } from 'node:crypto'

export const upKinds = [
  'checkin',
  'readings',
  'alarm',
  'sos',
  'activity',
  'heartbeat',
  'state',
  'result',
] as const
export type UpKind = (typeof upKinds)[number]

export const downKinds = ['cmd', 'ack'] as const
export type DownKind = (typeof downKinds)[number]

export type Topic = { shard: string; serial: string; kind: UpKind | DownKind }

/** `serial` as printed on the device: 6 to 40 of a-z, 0-9 and hyphen. */
export const serialPattern = /^[a-z0-9][a-z0-9-]{4,38}[a-z0-9]$/

/** The two hex digits that spread devices over consumers: first byte of SHA-256 of the serial. */
export function shardOf(serial: string): string {
  const known = shards.get(serial)
  if (known !== undefined) return known
  const shard = createHash('sha256').update(serial).digest('hex').slice(0, 2)
  if (shards.size >= shardsRememberedMax) shards.clear()
  shards.set(serial, shard)
  return shard
}

/** It is asked twice for every message, and a hash is as dear as all the rest of reading a topic. */
const shards = new Map<string, string>()
const shardsRememberedMax = 100_000

export const topicOf = (serial: string, kind: UpKind | DownKind): string =>
  `cp/v1/${shardOf(serial)}/${serial}/${kind}`

/** Undefined when the text is not a topic of ours, or its shard does not belong to its serial. */
export function parseTopic(topic: string): Topic | undefined {
  const [root, version, shard, serial, kind, ...rest] = topic.split('/')
  if (root !== 'cp' || version !== 'v1' || rest.length > 0) return undefined
  if (!shard || !serial || !serialPattern.test(serial) || shardOf(serial) !== shard) return undefined
  if (!isUpKind(kind) && !isDownKind(kind)) return undefined
  return { shard, serial, kind }
}

/** A device publishes under its own identity and nowhere else. */
export function mayPublish(serial: string, topic: string): boolean {
  const parsed = parseTopic(topic)
  return parsed !== undefined && parsed.serial === serial && isUpKind(parsed.kind)
}

/** A device hears its own commands and acknowledgements, and nothing else; no wildcards. */
export const maySubscribe = (serial: string, filter: string): boolean =>
  downKinds.some((kind) => filter === topicOf(serial, kind))

const isUpKind = (kind: string | undefined): kind is UpKind => upKinds.includes(kind as UpKind)
const isDownKind = (kind: string | undefined): kind is DownKind => downKinds.includes(kind as DownKind)
