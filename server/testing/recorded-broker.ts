import { onTestFinished } from 'vitest'
import { mayPublish, maySubscribe } from '#contract/topics.ts'
import { createBroker, type BrokerOptions, type Incoming, type Refusal } from '../../broker/create-broker.ts'
import { createMailbox } from './broker.ts'

type Device = { serial: string; deviceId: number }
type Offered = {
  message: Incoming<Device>
  /** As after COMMIT. */
  store: () => void
  /** As while the database is away. */
  fail: () => void
}

/** 李奶奶's button, her gas sensor, and a button in another home; the password of each is `secret-<serial>`. */
export const button = 'btn-lixiuying'
export const gasSensor = 'gas-lixiuying'
export const otherButton = 'btn-neighbour'
const devices: Record<string, number> = { [button]: 1, [gasSensor]: 2, [otherButton]: 3 }

export const as = (serial: string, clientId = `client-${serial}`) => ({
  clientId,
  username: serial,
  password: `secret-${serial}`,
})
export const rawAs = (serial: string, clientId = `client-${serial}`) => ({
  ...as(serial, clientId),
  password: Buffer.from(`secret-${serial}`),
})

/**
 * The real broker with three devices, everything it tells on record, and each `accept` in the hands of the test
 * (`holds: true`) or stored at once. It is closed when the test ends.
 */
export async function recordedBroker(options: Partial<BrokerOptions<Device>> & { holds?: boolean } = {}) {
  const { holds = false, limits, ...overrides } = options
  const offers = createMailbox<Offered>()
  const refusals = createMailbox<Refusal>()
  const presence = createMailbox<string>()
  const logged: string[] = []
  const log = (fields: object, text: string) => void logged.push(`${text} ${JSON.stringify(fields)}`)
  const broker = await createBroker<Device>({
    authenticate: async (_clientId, username = '', password) => {
      const deviceId = devices[username]
      return deviceId && password === `secret-${username}` ? { serial: username, deviceId } : undefined
    },
    mayPublish: ({ serial }, topic) => mayPublish(serial, topic),
    maySubscribe: ({ serial }, filter) => maySubscribe(serial, filter),
    accept: (message) =>
      new Promise((resolve, reject) => {
        offers.put({ message, store: resolve, fail: () => reject(new Error('the database is away')) })
        if (!holds) resolve()
      }),
    onRefused: (refusal) => refusals.put(refusal),
    onPresence: ({ serial }, state) => presence.put(`${serial} ${state}`),
    now: () => 1_764_000_000_000,
    log: { info: log, warn: log, error: log },
    ...overrides,
    // What a test left unstored is not waited for.
    limits: { closeGraceMs: 20, ...limits },
  })
  onTestFinished(() => broker.close())
  return {
    broker,
    logged,
    /** The next message offered to `accept`. */
    offered: () => offers.take(() => true),
    notYetTaken: offers.unread,
    refusal: () => refusals.take(() => true),
    refusals: refusals.unread,
    presence: () => presence.take(() => true),
  }
}
