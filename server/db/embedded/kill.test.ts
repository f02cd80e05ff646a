import { execFileSync } from 'node:child_process'
import { Client } from 'pg'
import { describe, expect, test, vi } from 'vitest'
import { ask, newDataDir, open, patiently, postgresOf, quiet, supervisorOf } from '#testing/embedded-place.ts'
import { holderProcess } from '#testing/holder.ts'
import { openEmbedded } from './open.ts'
import { isAlive } from './postmaster-file.ts'

// several PostgreSQLs are made and several processes started in one test
vi.setConfig({ testTimeout: 90_000 })

const notes = 'select count(*)::int as answer from note'
const kill = (pid: number) => process.kill(pid, 'SIGKILL')

describe('after a kill', () => {
  test('of the only server, PostgreSQL is stopped within seconds, and the next one opens at once', async () => {
    const dataDir = newDataDir()
    const server = holderProcess(dataDir, 'start')
    const url = await server.says('url')
    await ask(url, 'create table note (text text)')
    await server.kill()
    const next = holderProcess(dataDir, 'start')
    expect(await next.says('url')).toBe(url)
    expect(await ask(url, notes)).toBe(0)
    const processes = [supervisorOf(dataDir), postgresOf(dataDir)]
    await next.kill()
    await expect.poll(() => processes.map(isAlive), patiently).toEqual([false, false])
  })

  test('of one of two servers, the other does not notice', async () => {
    const dataDir = newDataDir()
    const own = await open(dataDir)
    const client = new Client({ connectionString: own.url })
    await client.connect()
    const other = holderProcess(dataDir, 'server')
    await other.says('url')
    const postgres = postgresOf(dataDir)
    await other.kill()
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    expect(postgresOf(dataDir)).toBe(postgres)
    await client.end()
  })

  test('of PostgreSQL, its supervisor starts it again at the same address with every acknowledged row', async () => {
    const dataDir = newDataDir()
    const { url } = await open(dataDir)
    await ask(url, 'create table note (text text)')
    await ask(url, `insert into note values ('acknowledged')`)
    for (let round = 0; round < 2; round += 1) {
      const killed = postgresOf(dataDir)
      kill(killed)
      await expect.poll(() => ask(url, notes).catch(() => 'away'), patiently).toBe(1)
      expect(postgresOf(dataDir)).not.toBe(killed)
    }
  })

  test('of the supervisor, the servers get another one and the same address', async () => {
    const dataDir = newDataDir()
    const servers = [holderProcess(dataDir, 'start'), holderProcess(dataDir, 'server')]
    const [url] = await Promise.all(servers.map((server) => server.says('url')))
    await ask(url!, 'create table note (text text)')
    const killed = supervisorOf(dataDir)
    kill(killed)
    await Promise.all(servers.map((server) => server.says('info', 'is supervised again')))
    expect(await ask(url!, notes)).toBe(0)
    expect(supervisorOf(dataDir)).not.toBe(killed)
    expect(servers.flatMap((server) => server.said).filter((event) => event.lost)).toEqual([])
    await Promise.all(servers.map((server) => server.leave()))
    await expect.poll(() => postgresOf(dataDir), patiently).toBe(0)
  })

  test('of the supervisor and every server at once, nothing is left running and nothing blocks the next', async () => {
    const dataDir = newDataDir()
    const server = holderProcess(dataDir, 'start')
    const url = await server.says('url')
    const postgres = postgresOf(dataDir)
    kill(supervisorOf(dataDir))
    await server.kill()
    await expect.poll(() => isAlive(postgres), patiently).toBe(false)
    expect((await open(dataDir)).url).toBe(url)
  })

  test('of everything but PostgreSQL, the orphan is adopted, and stopped with its last holder', async () => {
    const dataDir = newDataDir()
    const server = holderProcess(dataDir, 'start')
    const url = await server.says('url')
    const postgres = postgresOf(dataDir)
    killSupervision(dataDir)
    await server.kill()
    const next = await openEmbedded({ dataDir, holder: 'start', log: quiet })
    expect(next.url).toBe(url)
    expect(postgresOf(dataDir)).toBe(postgres)
    await next.close()
    await expect.poll(() => isAlive(postgres), patiently).toBe(false)
  })

  test('of the supervisor that had adopted, PostgreSQL is stopped all the same', async () => {
    const dataDir = newDataDir()
    const server = holderProcess(dataDir, 'start')
    await server.says('url')
    const postgres = postgresOf(dataDir)
    killSupervision(dataDir)
    await server.says('info', 'is supervised again')
    expect(postgresOf(dataDir)).toBe(postgres)
    kill(supervisorOf(dataDir))
    await server.kill()
    await expect.poll(() => isAlive(postgres), patiently).toBe(false)
  })
})

/** As when memory runs out: the supervisor and the watchdogs at one moment, so that none can make up for another. */
function killSupervision(dataDir: string): void {
  const supervisor = supervisorOf(dataDir)
  process.kill(supervisor, 'SIGSTOP')
  for (const watchdog of watchdogsOf(postgresOf(dataDir))) kill(watchdog)
  kill(supervisor)
}

/** The shell above PostgreSQL, and the one beside it which reads the pipe. */
function watchdogsOf(postgres: number): number[] {
  const lines = execFileSync('ps', ['-axo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n')
  const processes = lines.map((line) => line.trim().split(/\s+/).map(Number))
  const shell = processes.find(([pid]) => pid === postgres)?.[1] ?? 0
  const children = processes.filter(([pid, parent]) => parent === shell && pid !== postgres)
  return [shell, ...children.map(([pid = 0]) => pid)]
}
