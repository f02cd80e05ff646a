import { setTimeout as pause } from 'node:timers/promises'
import { Client, escapeIdentifier } from 'pg'
import { connection } from './database.ts'
import type { Log } from './log.ts'

export type ListenOptions = {
  url: string
  channels: readonly string[]
  onNotify: (channel: string, payload: string) => void
  /** PostgreSQL keeps no notification for who is away: read again whatever the notifications are about. */
  onReconnected: () => void
  log: Log
}

export type Listening = { close: () => Promise<void> }

const limits = {
  // a restarted PostgreSQL is back in a second; one that stays away must not be stormed
  retryDelayMs: 50,
  retryDelayMsMax: 5_000,
  // a connection cut without a word (a pulled cable, a firewall) shows only when something is asked of it
  proofEveryMs: 15_000,
  proofMsMax: 5_000,
}

/** Listens on a connection of its own, which is replaced whenever it breaks. Settles when it listens. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const { channels, log } = options
  const current = { client: await listening(options), closed: false }

  async function replaceWhenBroken(): Promise<void> {
    for (;;) {
      await broken(current.client)
      if (current.closed) return
      log.warn({ channels }, 'the connection that listens broke')
      const client = await again(options, () => current.closed)
      if (current.closed) return client?.end()
      if (client) current.client = client
      log.info({ channels }, 'listening again')
      options.onReconnected()
    }
  }

  const ended = replaceWhenBroken()
  return {
    async close() {
      current.closed = true
      await current.client.end()
      await ended
    },
  }
}

async function again(options: ListenOptions, closed: () => boolean): Promise<Client | undefined> {
  for (
    let delayMs = limits.retryDelayMs;
    !closed();
    delayMs = Math.min(delayMs * 2, limits.retryDelayMsMax)
  ) {
    // why it failed was logged when the connection broke; what matters now is when it is back
    const client = await listening(options).catch(() => undefined)
    if (client) return client
    await pause(delayMs)
  }
  return undefined
}

async function listening({ url, channels, onNotify }: ListenOptions): Promise<Client> {
  const client = new Client({
    ...connection(url, 'curtain-pact listen'),
    connectionTimeoutMillis: limits.proofMsMax,
    query_timeout: limits.proofMsMax,
  })
  // 'end' follows, and is what we act on
  client.on('error', () => {})
  client.on('notification', ({ channel, payload }) => onNotify(channel, payload ?? ''))
  try {
    await client.connect()
    for (const channel of channels) await client.query(`listen ${escapeIdentifier(channel)}`)
    return client
  } catch (error) {
    await client.end()
    throw error
  }
}

/** Settles when the connection is gone, which is proved every now and then by asking. */
async function broken(client: Client): Promise<void> {
  const ended = new AbortController()
  client.once('end', () => ended.abort())
  const waiting = { signal: ended.signal, ref: false }
  while (!ended.signal.aborted) {
    const due = await pause(limits.proofEveryMs, true, waiting).catch(() => false)
    if (due && !(await answers(client))) return void client.end()
  }
}

function answers(client: Client): Promise<boolean> {
  return client.query('select 1').then(
    () => true,
    () => false,
  )
}
