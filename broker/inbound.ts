import type { Client, PublishPacket } from 'aedes'
import type { Connection } from './connection.ts'
import { ToldError } from './door.ts'
import type { Lanes } from './lanes.ts'
import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal, Incoming } from './messages.ts'
import type { EmptyStore } from './nothing-kept.ts'
import type { Refuse } from './refusals.ts'
import type { Passed } from './gate.ts'
import { topicProblem } from './text.ts'

type Done = (error?: Error | null) => void

type InboundOptions<P extends AnyPrincipal> = {
  mayPublish: (principal: P, topic: string) => boolean
  connectionOf: (client: Client) => Connection<P> | undefined
  isWill: (packet: object) => boolean
  isClosing: () => boolean
  lanes: Lanes<P>
  store: EmptyStore
  refuse: Refuse
  now: () => number
  limits: BrokerLimits
}

/**
 * The two ways in: `receive` from the gate, and aedes' hook `authorizePublish` for last wills and QoS 2. Either
 * acknowledges when the message has been committed. An error would close the connection and the device would send it
 * again for ever, so what can never be stored is told as refused and acknowledged.
 */
export function createInbound<P extends AnyPrincipal>(options: InboundOptions<P>) {
  const { connectionOf, lanes, store, refuse, limits } = options

  function receive(connection: Connection<P>, passed: Passed): void {
    const { gate, principal } = connection
    if (principal === undefined) throw new Error('published before it was let in')
    const { qos, messageId } = passed.publish
    const done = qos === 0 || messageId === undefined ? nothingToSay : () => gate.acknowledge(messageId)
    take({ connection, principal }, { ...arrivedOf(passed), qos: qos === 0 ? 0 : 1, will: false }, done)
  }

  function authorizePublish(client: Client | null, packet: PublishPacket, done: Done): void {
    const connection = client === null ? undefined : connectionOf(client)
    const principal = connection?.principal
    if (client === null || connection === undefined || principal === undefined) {
      return done(new ToldError('published before it was let in'))
    }
    const will = options.isWill(packet)
    if (will && !mayLeaveWill(connection, principal)) return done(new ToldError('the will is not taken'))
    const ticket = will ? undefined : connection.gate.takeTicket(packet.topic)
    // The second PUBLISH of one handshake was stored the first time (MQTT-4.3.3-2).
    if (packet.qos === 2 && store.hasHandshake(client, packet.messageId ?? 0)) return done()
    const arrived = ticket ? arrivedOf(ticket) : fromWill(packet, limits)
    take({ connection, principal }, { ...arrived, qos: packet.qos === 0 ? 0 : 1, will }, () => done())
  }

  function take(from: From<P>, arrived: Arrived & { qos: 0 | 1; will: boolean }, done: () => void): void {
    const { connection, principal } = from
    const { topic, payload, qos, retain, will, isCut, declaredBytes } = arrived
    const problem = problemOf(from, arrived)
    const message: Incoming<P> = {
      principal,
      clientId: connection.clientId,
      connection: connection.key,
      topic,
      payload,
      qos,
      retain,
      will,
      ...(isCut ? { truncatedFromBytes: declaredBytes } : {}),
      receivedAt: options.now(),
    }
    lanes.add(principal.serial, problem === undefined ? message : undefined, done)
    if (problem !== undefined || isCut) tellRefused(connection, arrived, problem)
  }

  function mayLeaveWill(connection: Connection<P>, principal: P): boolean {
    // Our own going away says nothing about the device.
    if (options.isClosing()) return false
    const pendingMax = limits.pendingPerDeviceMax + limits.pendingWillsPerDeviceMax
    if (lanes.pendingOf(principal.serial) < pendingMax) return true
    refuse(connection, 'overloaded', { detail: 'a last will came while too many messages were waiting' })
    return false
  }

  /** `mayPublish` is pure, so what it once allowed to this connection is not asked again. */
  function problemOf({ connection, principal }: From<P>, { problem, topic }: Arrived) {
    if (problem !== undefined || connection.topics.includes(topic)) return problem
    if (!options.mayPublish(principal, topic)) return 'forbidden_topic'
    if (connection.topics.length < limits.topicsRememberedMax) connection.topics.push(topic)
    return undefined
  }

  function tellRefused(connection: Connection<P>, arrived: Arrived, problem: Problem | undefined): void {
    const { topic, payload: body, declaredBytes } = arrived
    const reason = problem ?? 'too_large'
    const detail = problem
      ? problems[problem]
      : `a body of ${declaredBytes} bytes; only its beginning was kept`
    refuse(connection, reason, { topic, body, detail })
  }

  return { receive, authorizePublish }
}

type From<P extends AnyPrincipal> = { connection: Connection<P>; principal: P }
type Problem = 'bad_utf8' | 'bad_topic' | 'forbidden_topic'
type Arrived = {
  topic: string
  payload: Buffer
  retain: boolean
  declaredBytes: number
  isCut: boolean
  problem: 'bad_utf8' | 'bad_topic' | undefined
}

const problems: Record<Problem, string> = {
  bad_utf8: 'the topic holds NUL or is not UTF-8',
  bad_topic: 'the topic is empty, too long or too deep, begins with $ or holds a wildcard',
  forbidden_topic: 'this device may not publish on this topic',
}

function arrivedOf({ problem, topic, publish }: Passed): Arrived {
  const { payload, retain, declaredBytes } = publish
  return { topic, payload, retain, declaredBytes, isCut: payload.length < declaredBytes, problem }
}

/** A will has not passed the gate as a PUBLISH. */
function fromWill({ topic, payload: body, retain }: PublishPacket, limits: BrokerLimits): Arrived {
  const payload = Buffer.isBuffer(body) ? body : Buffer.from(body)
  const problem = topicProblem(Buffer.from(topic), limits)
  return { topic, payload, retain, declaredBytes: payload.length, isCut: false, problem }
}

const nothingToSay = (): void => {}

export type Inbound = ReturnType<typeof createInbound>
