import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('an empty environment gives the documented defaults', () => {
  const config = readConfig({})
  expect(config).toMatchObject({ host: '127.0.0.1', httpPort: 3000, mqttPort: 1883, demo: undefined })
  expect(config.dataDir).toMatch(/data$/)
  expect(Object.isFrozen(config)).toBe(true)
})

test('every problem is named in one message', () => {
  const read = () =>
    readConfig({ HTTP_PORT: 'abc', MQTT_PORT: '70000', DEMO: 'maybe', DATABASE_URL: 'mysql://x' })
  expect(read).toThrow(/HTTP_PORT[^]*MQTT_PORT[^]*DATABASE_URL[^]*DEMO/)
})

test('safety 17: the demo with its known logins binds to loopback only', () => {
  expect(() => readConfig({ HOST: '0.0.0.0', DEMO: '1' })).toThrow(/known logins/)
  expect(readConfig({ HOST: '0.0.0.0', DEMO: '0' }).host).toBe('0.0.0.0')
})

test('a secret may come from a file', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'cp-config-')), 'url')
  writeFileSync(file, 'postgres://somewhere/db\n')
  expect(readConfig({ DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://somewhere/db')
  expect(() => readConfig({ DATABASE_URL_FILE: `${file}.gone` })).toThrow(/DATABASE_URL_FILE/)
})

test('what devices sent is kept for longer than late data may come', () => {
  expect(() => readConfig({ RETAIN_MESSAGES_DAYS: '3' })).toThrow(/RETAIN_MESSAGES_DAYS must be .* from 4/)
  expect(readConfig({ RETAIN_MESSAGES_DAYS: '4' }).kept).toMatchObject({ messages: 4, incidents: 1825 })
})
