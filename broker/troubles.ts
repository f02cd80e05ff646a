import type { Aedes, Client } from 'aedes'
import type { EventEmitter } from 'node:events'
import { ToldError } from './door.ts'
import type { AnyPrincipal, BrokerLog, Refusal } from './messages.ts'

type Listeners<P extends AnyPrincipal> = {
  onRefused: (refusal: Refusal) => void
  onPresence: (principal: P, presence: 'online' | 'offline', connection: string) => void
  log: BrokerLog
}

/**
 * Nothing that goes wrong on one connection may end the process: aedes' 'error' event would (a persistence error
 * did), and so would a listener that throws in the middle of its parser.
 */
export function createTroubles<P extends AnyPrincipal>({ onRefused, onPresence, log }: Listeners<P>) {
  let connectionErrors = 0

  const shielded =
    <A extends unknown[]>(listener: (...told: A) => void, name: string) =>
    (...told: A): void => {
      try {
        listener(...told)
      } catch (error) {
        log.error({ error }, `${name} failed`)
      }
    }

  /** A rule that throws closes that connection; the message stays unacknowledged and comes again. */
  const contained =
    <A, B, D extends (error: Error) => void>(hook: (client: A, subject: B, done: D) => void) =>
    (client: A, subject: B, done: D): void => {
      try {
        hook(client, subject, done)
      } catch (error) {
        log.error({ error }, 'a rule of the broker failed')
        done(new ToldError('a rule of the broker failed'))
      }
    }

  /** The same for a rule that is asked beside aedes: false when it threw, then that connection is to be closed. */
  function ruled(rule: () => void): boolean {
    try {
      rule()
      return true
    } catch (error) {
      log.error({ error }, 'a rule of the broker failed')
      return false
    }
  }

  /** `onMalformed` hears of connections that aedes closed because of what the device sent. */
  function watch(aedes: Aedes, onMalformed: (client: Client, detail: string) => void): void {
    const heard = (client: Client, error: Error) => {
      connectionErrors++
      if (isAboutContent(error)) onMalformed(client, error.message)
    }
    // Its types leave this event out.
    const events: EventEmitter = aedes
    events.on('error', (error: Error) => log.error({ error }, 'the broker reports an error'))
    aedes.on('clientError', heard)
    aedes.on('connectionError', heard)
  }

  return {
    onRefused: shielded(onRefused, 'onRefused'),
    onPresence: shielded(onPresence, 'onPresence'),
    log,
    contained,
    ruled,
    watch,
    connectionErrors: () => connectionErrors,
  }
}

/** aedes' own words for a peer that is slow or gone. */
const lost = ['keep alive timeout', 'drain timeout', 'connection closed', 'connect did not arrive in time']

function isAboutContent(error: Error & { code?: unknown; returnCode?: unknown }): boolean {
  if (error instanceof ToldError || error.returnCode !== undefined) return false
  return typeof error.code !== 'string' && !lost.includes(error.message)
}

export type Troubles = Pick<ReturnType<typeof createTroubles>, 'contained' | 'watch'>
