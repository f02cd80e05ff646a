import type { Connection } from './connection.ts'
import type { AnyPrincipal } from './messages.ts'

type Presence<P> = (principal: P, presence: 'online' | 'offline', connection: string) => void

/** Who is connected. A serial has one connection at a time; whoever proves it anew takes it over. */
export function createRegistry<P extends AnyPrincipal>(onPresence: Presence<P>, prefix = '') {
  const holders = new Map<string, Connection<P>>()
  let takeOvers = 0

  /**
   * Gives the serial to this connection. The older one is closed at once, so that its last will comes before
   * anything that the new one says; after a lost network it would otherwise linger until its keep-alive ends.
   */
  function hold(serial: string, connection: Connection<P>): void {
    // Gone while it was being let in: what it sent still counts, but it must not throw out one that lives.
    if (connection.presence === 'gone') return
    const older = holders.get(serial)
    holders.set(serial, connection)
    if (older === undefined || older === connection) return
    takeOvers++
    leave(older)
    older.client?.close()
  }

  function arrive(connection: Connection<P>): void {
    const { principal } = connection
    if (principal === undefined || connection.presence !== 'arriving') return
    connection.presence = 'online'
    onPresence(principal, 'online', connection.key)
  }

  function leave(connection: Connection<P>): void {
    const { principal, presence } = connection
    connection.presence = 'gone'
    if (principal === undefined) return
    if (holders.get(principal.serial) === connection) holders.delete(principal.serial)
    if (presence === 'online') onPresence(principal, 'offline', connection.key)
  }

  function online(serial: string): Connection<P> | undefined {
    const connection = holders.get(serial)
    return connection?.presence === 'online' ? connection : undefined
  }

  /**
   * The device is connected elsewhere: what is left of it here must take no command from its living connection. Of our
   * own connections we know better than word that went round by the database: the device may have come anew since.
   */
  function yieldTo(serial: string, connection: string): void {
    const own = holders.get(serial)
    const isOurs = own?.key === connection || (prefix !== '' && connection.startsWith(prefix))
    if (own === undefined || isOurs) return
    takeOvers++
    leave(own)
    own.client?.close()
  }

  return { hold, arrive, leave, yieldTo, online, size: () => holders.size, takeOvers: () => takeOvers }
}

export type Registry<P extends AnyPrincipal> = ReturnType<typeof createRegistry<P>>
