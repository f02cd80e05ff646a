import type { AuthenticateError, Client, ConnectPacket } from 'aedes'
import type { Connection } from './connection.ts'
import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal, BrokerLog, RefusalReason } from './messages.ts'
import { createPace } from './pace.ts'
import type { Refuse } from './refusals.ts'
import type { Registry } from './registry.ts'
import { isBadText } from './text.ts'

type DoorOptions<P extends AnyPrincipal> = {
  authenticate: (
    clientId: string,
    username: string | undefined,
    password: string | undefined,
  ) => Promise<P | undefined>
  connectionOf: (client: Client) => Connection<P> | undefined
  registry: Registry<P>
  refuse: Refuse
  isClosing: () => boolean
  limits: BrokerLimits
  log: BrokerLog
}

type Answer = (error: AuthenticateError | null, ok: boolean | null) => void

/** Return codes of CONNACK, MQTT 3.1.1 table 3.1. */
const IDENTIFIER_REJECTED = 2
const SERVER_UNAVAILABLE = 3
const BAD_USER_NAME_OR_PASSWORD = 4

/** Who may come in: aedes' hooks `preConnect` and `authenticate`. */
export function createDoor<P extends AnyPrincipal>(options: DoorOptions<P>) {
  const { connectionOf, registry, refuse, limits, log } = options
  const pace = createPace(limits)
  const wills = new WeakSet<object>()

  function preConnect(
    client: Client,
    packet: ConnectPacket,
    done: (error: Error | null, ok: boolean) => void,
  ) {
    const connection = connectionOf(client)
    if (connection === undefined) return done(new ToldError('no such connection'), false)
    connection.clientId = packet.clientId
    connection.problem = connectProblem(packet)
    rewrite(packet, connection.key, limits.keepaliveSecondsMax)
    if (packet.will !== undefined) wills.add(packet.will)
    pace.turn((mayGo) => {
      const isGone = connection.gate.destroyed || options.isClosing()
      if (mayGo && !isGone) return done(null, true)
      if (!isGone) refuse(connection, 'too_fast', { detail: 'too many connections are waiting to be let in' })
      done(new ToldError('not let in'), false)
    })
  }

  function authenticate(
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: Answer,
  ): void {
    void answer(connectionOf(client), username, password, done)
  }

  async function answer(
    connection: Connection<P> | undefined,
    username: string | undefined,
    password: Buffer | undefined,
    done: Answer,
  ): Promise<void> {
    const returnCode = connection ? await decide(connection, username, password) : SERVER_UNAVAILABLE
    if (returnCode === 0) done(null, true)
    else done(Object.assign(new ToldError('not let in'), { returnCode }), false)
  }

  /** The return code of CONNACK; 0 lets the device in. */
  async function decide(
    connection: Connection<P>,
    username: string | undefined,
    password: Buffer | undefined,
  ): Promise<number> {
    if (connection.problem !== undefined) {
      refuse(connection, connection.problem, { detail: connectProblems[connection.problem] ?? '' })
      return IDENTIFIER_REJECTED
    }
    const principal = await asked(connection.clientId, username, password?.toString())
    if (principal === 'unavailable' || options.isClosing()) return SERVER_UNAVAILABLE
    if (principal === undefined) {
      const detail = 'no device is known by this user name and password'
      refuse(connection, 'unauthenticated', { detail, claimedSerial: username })
      return BAD_USER_NAME_OR_PASSWORD
    }
    if (connection.gate.destroyed) return SERVER_UNAVAILABLE
    connection.principal = principal
    registry.hold(principal.serial, connection)
    return 0
  }

  async function asked(...credentials: [string, string | undefined, string | undefined]) {
    try {
      return await withinTime(options.authenticate(...credentials), limits.authenticateMs)
    } catch (error) {
      log.error({ error }, 'devices cannot be authenticated')
      return 'unavailable' as const
    }
  }

  return { preConnect, authenticate, isWill: (packet: object) => wills.has(packet), stop: () => pace.stop() }
}

/** An error that only closes the connection: what there was to tell has been told. */
export class ToldError extends Error {}

const connectProblems: Partial<Record<RefusalReason, string>> = {
  bad_utf8: 'the client id, user name or will topic holds NUL or is not UTF-8',
  empty_client_id: 'an empty client id asks for a clean session (MQTT-3.1.3-8)',
}

function connectProblem({ clientId, username, will, clean }: ConnectPacket): RefusalReason | undefined {
  if ([clientId, username ?? '', will?.topic ?? ''].some(isBadText)) return 'bad_utf8'
  return clientId === '' && clean !== true ? 'empty_client_id' : undefined
}

/**
 * aedes reads these fields after this hook. Every session is clean: CONNACK says "no session present", and what
 * the device is owed is sent anew from its rows. A keep-alive of 0 would never notice a dead device.
 */
function rewrite(packet: ConnectPacket, key: string, keepaliveSecondsMax: number): void {
  packet.clientId = key
  packet.clean = true
  packet.keepalive = Math.min(packet.keepalive || keepaliveSecondsMax, keepaliveSecondsMax)
}

async function withinTime<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
