import { Readable } from 'node:stream'

type AnyClient = object
type WithMessageId = { messageId?: number }

/**
 * The persistence that aedes asks for, keeping nothing: no retained message, session, queue or will outlives its
 * connection, so nothing here can grow, fail, or be lost with the process. What a device is owed is a row in
 * PostgreSQL. Only the numbers of open QoS 2 handshakes are remembered, and they go with the connection.
 */
export function createEmptyStore() {
  const openHandshakes = new WeakMap<AnyClient, Set<number>>()
  const open = (client: AnyClient) => openHandshakes.get(client) ?? new Set<number>()
  const none = () => Readable.from([])
  const forget = async () => undefined

  return {
    // aedes checks that setup is an async function by name.
    setup: async () => undefined,
    storeRetained: forget,
    createRetainedStream: none,
    createRetainedStreamCombi: none,
    addSubscriptions: forget,
    removeSubscriptions: forget,
    subscriptionsByClient: async () => [],
    subscriptionsByTopic: async () => [],
    cleanSubscriptions: forget,
    countOffline: async () => ({ subsCount: 0, clientsCount: 0 }),
    outgoingEnqueue: forget,
    outgoingEnqueueCombi: forget,
    outgoingUpdate: forget,
    outgoingClearMessageId: forget,
    outgoingStream: none,
    putWill: forget,
    getWill: forget,
    delWill: forget,
    streamWill: none,
    getClientList: none,
    destroy: forget,

    hasHandshake: (client: AnyClient, messageId: number): boolean => open(client).has(messageId),
    async incomingStorePacket(client: AnyClient, { messageId = 0 }: WithMessageId) {
      openHandshakes.set(client, open(client).add(messageId))
    },
    async incomingGetPacket(client: AnyClient, { messageId = 0 }: WithMessageId) {
      // aedes reads a rejection as "not seen yet".
      if (!open(client).has(messageId)) throw new Error('no such handshake')
      return { messageId }
    },
    async incomingDelPacket(client: AnyClient, { messageId = 0 }: WithMessageId) {
      open(client).delete(messageId)
    },
    async cleanIncoming(client: AnyClient) {
      openHandshakes.delete(client)
    },
  }
}

type Done = (() => void) | undefined

/**
 * The message bus that aedes asks for, connecting nobody: what a device says goes to `accept` and to nobody else.
 * With a real one, a single frozen subscriber stops delivery of all topics. The broker sends to a device directly.
 */
export const noCrossbar = {
  on: (_topic: string, _listener: unknown, done: Done) => done?.(),
  removeListener: (_topic: string, _listener: unknown, done: Done) => done?.(),
  emit: (_packet: unknown, done: Done) => done?.(),
  close: (done: Done) => done?.(),
}

export type EmptyStore = ReturnType<typeof createEmptyStore>
