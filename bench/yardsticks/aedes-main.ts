// Bare aedes, a process of its own: without any hook, or with the raw payload group-committed in authorizePublish.
// The best that a prototype of an afternoon does: no access rules, no parsing, no rules, one row a message.
import { Aedes, type AuthorizePublishHandler } from 'aedes'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { Client } from 'pg'
import { answerParent } from '../harness/worker.ts'

/** The knee of unnest inserts is at about 1,000 rows. */
const batchMax = 1000

type Waiting = {
  client: string
  topic: string
  payload: Buffer
  receivedAt: number
  done: (error?: Error) => void
}

answerParent({
  /** Gives the port. `databaseUrl` where messages are to be committed before they are acknowledged. */
  async listen({ databaseUrl }: { databaseUrl?: string }) {
    const authorizePublish = databaseUrl === undefined ? undefined : await groupCommit(databaseUrl)
    const aedes = await Aedes.createBroker(authorizePublish ? { authorizePublish } : {})
    const server = createServer({ noDelay: true }, aedes.handle).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  },
})

async function groupCommit(databaseUrl: string): Promise<AuthorizePublishHandler> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(
    'create table raw_message (client text not null, topic text not null, received_at timestamptz not null, payload bytea not null)',
  )
  const queue: Waiting[] = []
  let working = false

  async function work(): Promise<void> {
    working = true
    while (queue.length > 0) {
      const batch = queue.splice(0, batchMax)
      await client.query({
        name: 'store',
        text: `insert into raw_message select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bytea[])`,
        values: [
          batch.map((one) => one.client),
          batch.map((one) => one.topic),
          batch.map((one) => new Date(one.receivedAt)),
          batch.map((one) => one.payload),
        ],
      })
      for (const { done } of batch) done()
    }
    working = false
  }

  return (from, packet, done) => {
    const payload = Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload)
    queue.push({ client: from?.id ?? '', topic: packet.topic, payload, receivedAt: Date.now(), done })
    if (!working) void work()
  }
}
