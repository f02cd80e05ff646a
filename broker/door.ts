import type { AuthenticateError, Client, ConnectPacket } from 'aedes'
import type { Connection } from './connection.ts'
import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal, BrokerLog, RefusalReason } from './messages.ts'
import { createPace, type PaceOptions } from './pace.ts'
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
  urgencyOf: PaceOptions['urgencyOf']
  limits: BrokerLimits
  log: BrokerLog
}

type Credentials = [username: string | undefined, password: string | undefined]
type LetOn = (error: Error | null, ok: boolean) => void
type Answer = (error: AuthenticateError | null, ok: boolean | null) => void

/** Return codes of CONNACK, MQTT 3.1.1 table 3.1. */
const IDENTIFIER_REJECTED = 2
const SERVER_UNAVAILABLE = 3
const BAD_USER_NAME_OR_PASSWORD = 4

/** Who may come in: aedes' hooks `preConnect` and `authenticate`. */
export class Door<P extends AnyPrincipal> {
  readonly #options: DoorOptions<P>
  readonly #pace: ReturnType<typeof createPace>
  readonly #wills = new WeakSet<object>()
  /** Frees the place at the door of a connection that is being let in. */
  readonly #places = new WeakMap<Connection<P>, () => void>()

  constructor(options: DoorOptions<P>) {
    this.#options = options
    this.#pace = createPace(options)
  }

  readonly isWill = (packet: object): boolean => this.#wills.has(packet)

  stop(): void {
    this.#pace.stop()
  }

  readonly preConnect = (client: Client, packet: ConnectPacket, done: LetOn): void => {
    const { connectionOf, limits } = this.#options
    const connection = connectionOf(client)
    if (connection === undefined) return done(new ToldError('no such connection'), false)
    connection.clientId = packet.clientId
    connection.problem = connectProblem(packet)
    rewrite(packet, connection.key, limits.keepaliveSecondsMax)
    if (packet.will !== undefined) this.#wills.add(packet.will)
    if (connection.gate.hasLeft) return done(new ToldError('gone'), false)
    this.#wait({ connection, serial: packet.username ?? '', done })
  }

  /** Who gives up while waiting frees its place; who left a message behind keeps it, for the message counts. */
  #wait({ connection, serial, done }: { connection: Connection<P>; serial: string; done: LetOn }): void {
    const { refuse, isClosing } = this.#options
    const { gate } = connection
    let isTold = false
    const tell: LetOn = (error, ok) => {
      if (!isTold) done(error, ok)
      isTold = true
    }
    const leave = this.#pace.turn(serial, (mayGo) => {
      const isGone = gate.hasLeft || isClosing()
      if (mayGo && !isGone) return tell(null, true)
      if (!isGone) refuse(connection, 'too_fast', { detail: 'too many connections are waiting to be let in' })
      tell(new ToldError('not let in'), false)
    })
    const look = (): void => {
      if (!gate.hasLeft) return
      leave()
      tell(new ToldError('gone'), false)
    }
    gate.on('gone', look).on('close', look)
    this.#places.set(connection, () => {
      gate.off('gone', look).off('close', look)
      leave()
    })
  }

  readonly authenticate = (
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    done: Answer,
  ): void => {
    const connection = this.#options.connectionOf(client)
    void this.#answer(connection, [username, password?.toString()], done)
  }

  async #answer(connection: Connection<P> | undefined, said: Credentials, done: Answer): Promise<void> {
    const returnCode = connection ? await this.#decide(connection, said) : SERVER_UNAVAILABLE
    if (connection) this.#places.get(connection)?.()
    if (returnCode === 0) done(null, true)
    else done(Object.assign(new ToldError('not let in'), { returnCode }), false)
  }

  /** The return code of CONNACK; 0 lets the device in. */
  async #decide(connection: Connection<P>, said: Credentials): Promise<number> {
    const { refuse, registry, isClosing } = this.#options
    if (connection.problem !== undefined) {
      refuse(connection, connection.problem, { detail: connectProblems[connection.problem] ?? '' })
      return IDENTIFIER_REJECTED
    }
    const principal = await this.#asked(connection.clientId, said)
    if (principal === 'unavailable' || isClosing()) return SERVER_UNAVAILABLE
    if (principal === undefined) {
      const detail = 'no device is known by this user name and password'
      refuse(connection, 'unauthenticated', { detail, claimedSerial: said[0] })
      return BAD_USER_NAME_OR_PASSWORD
    }
    if (connection.gate.destroyed) return SERVER_UNAVAILABLE
    connection.principal = principal
    registry.hold(principal.serial, connection)
    return 0
  }

  async #asked(clientId: string, said: Credentials): Promise<P | undefined | 'unavailable'> {
    const { authenticate, limits, log } = this.#options
    try {
      return await withinTime(authenticate(clientId, ...said), limits.authenticateMs)
    } catch (error) {
      log.error({ error }, 'devices cannot be authenticated')
      return 'unavailable'
    }
  }
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
