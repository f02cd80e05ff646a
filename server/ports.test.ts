import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { choosePort } from './ports.ts'

const holder = createServer()
let port = 0

beforeEach(async () => {
  holder.listen({ host: '127.0.0.1', port: 0 })
  await once(holder, 'listening')
  port = (holder.address() as AddressInfo).port
})
afterEach(async () => {
  holder.close()
  await once(holder, 'close')
})

test('the demo takes the next free port', async () => {
  const chosen = await choosePort({ host: '127.0.0.1', port, variable: 'HTTP_PORT', mayMove: true })
  expect(chosen).toBeGreaterThan(port)
})

test('a real service refuses a taken port and names it with its variable', async () => {
  const chosen = choosePort({ host: '127.0.0.1', port, variable: 'MQTT_PORT', mayMove: false })
  await expect(chosen).rejects.toThrow(new RegExp(`Port ${port} is taken.*MQTT_PORT`))
})
