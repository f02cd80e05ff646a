import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'

test('a fault in the log says what it was and where', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'curtain-pact-log-'))
  const log = createLog(readConfig({ DATA_DIR: folder }))
  log.error({ error: new RangeError('no such hour') }, 'deadlines')
  log.flush()
  const text = () => readFileSync(join(folder, 'server.log'), 'utf8')
  await vi.waitFor(() => expect(text()).toContain('deadlines'))
  expect(JSON.parse(text())).toMatchObject({
    msg: 'deadlines',
    error: {
      type: 'RangeError',
      message: 'no such hour',
      stack: expect.stringContaining('log.test') as string,
    },
  })
  rmSync(folder, { recursive: true })
})
