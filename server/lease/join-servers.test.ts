import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { sql } from '#db/sql.ts'
import { createTestDatabase, type TestDatabase } from '#testing/database.ts'
import { until } from '#testing/until.ts'
import { joinServers } from './join-servers.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

async function join(label: string) {
  const logged: string[] = []
  const line = (_fields: object, text: string) => void logged.push(text)
  const log = { info: line, warn: line, error: line }
  const server = await joinServers({ databaseUrl: database.url, label, log })
  let isOpen = true
  const close = async () => {
    if (isOpen) await server.close()
    isOpen = false
  }
  onTestFinished(close)
  return { ...server, close, logged }
}

test('two servers know each other, and one that leaves in order is no longer known', async () => {
  const [a, b] = [await join('a'), await join('b')]
  const seen = async () => (await b.known()).map(({ label, alive }) => `${label} ${alive ? 'alive' : 'dead'}`)
  expect(await seen()).toEqual(['a alive', 'b alive'])
  await a.close()
  expect(await seen()).toEqual(['b alive'])
  expect(a.id).not.toBe(b.id)
})

test('a lease that ran out says that its server is dead, and a word of that server takes it back', async () => {
  const [a, b] = [await join('a'), await join('b')]
  await database.db.run(sql`update server set lease_until = clock_timestamp() where id = ${a.id}`)
  const isAlive = async () => (await b.known()).find(({ id }) => id === a.id)?.alive
  expect(await isAlive()).toBe(false)
  await until('the next renewal', async () => (await isAlive()) === true)
})

test('what one server says, every server hears', async () => {
  const heard: string[] = []
  const [a, b] = [await join('a'), await join('b')]
  await a.hear({ cp_test: (payload) => void heard.push(`a ${payload}`) })
  await b.hear({ cp_test: (payload) => void heard.push(`b ${payload}`) })
  await a.say('cp_test', 'news')
  await until('both have heard', () => heard.length === 2)
  expect(heard.sort()).toEqual(['a news', 'b news'])
})

test('who cannot say that it lives knows by itself when others take it for dead', async () => {
  const a = await join('a')
  expect(a.isAlive()).toBe(true)
  await database.db.run(sql`delete from server where id = ${a.id}`)
  await until('its own lease has run out', () => !a.isAlive())
  expect(a.logged).toContain('this server cannot say that it lives')
})
