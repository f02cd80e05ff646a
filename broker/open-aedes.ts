import { Aedes, type Client } from 'aedes'
import type { Connections } from './connections.ts'
import type { Door } from './door.ts'
import type { Inbound } from './inbound.ts'
import type { BrokerLimits } from './limits.ts'
import type { AnyPrincipal } from './messages.ts'
import { noCrossbar, type EmptyStore } from './nothing-kept.ts'
import type { Outbound } from './outbound.ts'
import type { Refuse } from './refusals.ts'
import type { Registry } from './registry.ts'
import type { Troubles } from './troubles.ts'

type AedesParts<P extends AnyPrincipal> = {
  connections: Connections<P>
  door: Door<P>
  inbound: Pick<Inbound, 'authorizePublish'>
  outbound: Outbound
  registry: Registry<P>
  store: EmptyStore
  troubles: Troubles
  refuse: Refuse
  limits: BrokerLimits
}

/**
 * aedes, reduced to the protocol: it shakes hands, keeps alive and acknowledges. It stores nothing and connects
 * nobody. The order in which it calls its hooks is pinned in aedes.test.ts.
 */
export async function openAedes<P extends AnyPrincipal>(parts: AedesParts<P>): Promise<Aedes> {
  const { connections, door, inbound, outbound, registry, troubles, limits } = parts
  const aedes = await Aedes.createBroker({
    mq: noCrossbar,
    persistence: parts.store,
    connectTimeout: limits.connectMs,
    drainTimeout: limits.drainMs,
    maxInflightInbound: limits.qos2OpenMax,
    preConnect: door.preConnect,
    authenticate: door.authenticate,
    authorizePublish: troubles.contained(inbound.authorizePublish),
    authorizeSubscribe: troubles.contained(outbound.authorizeSubscribe),
  })
  aedes.on('unsubscribe', outbound.forget)
  aedes.on('ack', (_packet, client) => outbound.answered(client))
  aedes.on('clientReady', (client) => {
    const connection = connections.of(client)
    if (connection === undefined) return
    registry.arrive(connection)
    connection.gate.open()
  })
  troubles.watch(aedes, (client, detail) => {
    const connection = connections.of(client)
    if (connection === undefined || connection.isToldMalformed) return
    connection.isToldMalformed = true
    parts.refuse(connection, 'malformed', { detail })
  })
  return aedes
}

/** aedes counts what it sees itself; a message that passes beside it proves just as well that the device lives. */
export function keepAlive(client: (Client & WithTimer) | undefined): void {
  client?._keepaliveTimer?.refresh()
}

/** Its types leave this out; aedes.test.ts pins it. */
type WithTimer = { _keepaliveTimer?: NodeJS.Timeout | null }
