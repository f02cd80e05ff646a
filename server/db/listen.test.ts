import { EventEmitter, once } from 'node:events'
import { Type } from 'typebox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createEmptyDatabase, type TestDatabase } from '#testing/database.ts'
import { listen, type Listening } from './listen.ts'
import { sql } from './sql.ts'

let own: TestDatabase
let listening: Listening
const heard = new EventEmitter<{ notified: [string, string]; reconnected: [] }>()
const log = { info: () => {}, warn: () => {}, error: () => {} }

beforeAll(async () => {
  own = await createEmptyDatabase()
  listening = await listen({
    url: own.url,
    channels: ['event', 'Strange "name"'],
    onNotify: (channel, payload) => heard.emit('notified', channel, payload),
    onReconnected: () => heard.emit('reconnected'),
    log,
  })
})

afterAll(async () => {
  await listening.close()
  await own.drop()
})

const notify = (channel: string, payload: string) => own.db.run(sql`select pg_notify(${channel}, ${payload})`)

async function backends(): Promise<number> {
  const { n } = await own.db.one(
    Type.Object({ n: Type.Number() }),
    sql`select count(*) as n from pg_stat_activity
      where application_name = 'curtain-pact listen' and datname = current_database()`,
  )
  return n
}

describe('listen', () => {
  test('hears what is notified on its channels', async () => {
    const first = once(heard, 'notified')
    await notify('event', '{"seq":1}')
    expect(await first).toEqual(['event', '{"seq":1}'])
    const second = once(heard, 'notified')
    await notify('somewhere else', 'not for us')
    await notify('Strange "name"', '')
    expect(await second).toEqual(['Strange "name"', ''])
  })

  test('listens again after its connection was terminated, and says so', async () => {
    for (let round = 0; round < 2; round += 1) {
      const reconnected = once(heard, 'reconnected')
      await own.db.run(sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'curtain-pact listen' and datname = current_database()`)
      await reconnected
      const notified = once(heard, 'notified')
      await notify('event', `round ${round}`)
      expect(await notified).toEqual(['event', `round ${round}`])
    }
    expect(await backends()).toBe(1)
  })

  test('fails at once where the first connection cannot be made', async () => {
    const nowhere = {
      channels: [],
      onNotify: () => {},
      onReconnected: () => {},
      log,
      url: `${own.url}x`,
    }
    await expect(listen(nowhere)).rejects.toThrow('does not exist')
  })
})
