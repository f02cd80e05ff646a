import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  ask,
  clusterOf,
  newDataDir,
  newPrivateDataDir,
  open,
  patiently,
  postgresOf,
  quiet,
  supervisorOf,
} from '#testing/embedded-place.ts'
import { holderProcess } from '#testing/holder.ts'
import { openEmbedded } from './open.ts'
import { temporary } from './place.ts'
import { isAlive, runningOn } from './postmaster-file.ts'

// several PostgreSQLs are made and several processes started in one test
vi.setConfig({ testTimeout: 90_000 })

const count = 'select count(*)::int as answer from note'

describe('opening', () => {
  test('makes a database that keeps its rows, and leaves no process when the last holder has gone', async () => {
    const dataDir = newDataDir()
    const first = await openEmbedded({ dataDir, holder: 'start', log: quiet })
    await ask(first.url, 'create table note (text text)')
    await ask(first.url, `insert into note values ('李奶奶 is up')`)
    const processes = [supervisorOf(dataDir), postgresOf(dataDir)]
    expect(processes.map(isAlive)).toEqual([true, true])
    await first.close()
    await expect.poll(() => processes.map(isAlive), patiently).toEqual([false, false])
    expect(existsSync(join(dataDir, 'supervisor.json'))).toBe(false)
    const second = await open(dataDir)
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, count)).toBe(1)
  })

  test('commits durably, keeps the password to its owner and listens on this machine alone', async () => {
    const dataDir = newDataDir()
    const { url } = await open(dataDir)
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums']) {
      expect(await ask(url, `select current_setting('${setting}') as answer`), setting).toBe('on')
    }
    expect(await ask(url, `select current_setting('listen_addresses') as answer`)).toBe('127.0.0.1')
    for (const name of ['postgres-password', 'supervisor.json', 'postgres.log', 'supervisor.log']) {
      expect((statSync(join(dataDir, name)).mode & 0o777).toString(8), name).toBe('600')
    }
    expect(Number(new URL(url).port)).toBeLessThan(32_768)
    const wrong = new URL(url)
    wrong.password = 'guessed'
    await expect(ask(wrong.href, count)).rejects.toThrow('password authentication failed')
  })

  test('many at once share one supervisor and one PostgreSQL', async () => {
    const dataDir = newDataDir()
    const others = [holderProcess(dataDir, 'server'), holderProcess(dataDir, 'server')]
    const own = await open(dataDir)
    const urls = await Promise.all(others.map((other) => other.says('url')))
    expect(urls).toEqual([own.url, own.url])
  })

  test('a second start on the same directory is refused with the process that has it', async () => {
    const dataDir = newDataDir()
    const first = holderProcess(dataDir, 'start')
    await first.says('url')
    const second = holderProcess(dataDir, 'start')
    expect(await second.says('refused')).toBe(
      `Already running on ${dataDir} (process ${first.pid}): stop that one first, or set another DATA_DIR.`,
    )
    await first.leave()
    await holderProcess(dataDir, 'start').says('url')
  })

  test('a disposable one leaves nothing on the disk', async () => {
    const dataDir = newDataDir()
    const database = await openEmbedded({ dataDir, holder: 'server', log: quiet, durability: 'disposable' })
    expect(await ask(database.url, `select current_setting('fsync') as answer`)).toBe('off')
    await database.close()
    expect(existsSync(dataDir)).toBe(false)
  })
})

describe('what an accident left behind does not block a start', () => {
  test('a pid file whose number belongs to another program now', async () => {
    const dataDir = newDataDir()
    await (await open(dataDir)).close()
    const lines = ['1', clusterOf(dataDir), '0', '20000', '', '127.0.0.1', '', 'ready   ', '']
    // pid 1 is alive for sure, and for root so is every number that PostgreSQL would refuse to start beside
    writeFileSync(join(clusterOf(dataDir), 'postmaster.pid'), lines.join('\n'), { mode: 0o600 })
    await open(dataDir)
    expect(postgresOf(dataDir)).toBeGreaterThan(1)
  })

  test('the half of an initdb, a half-written lock, and a lock with the number of another program', async () => {
    const dataDir = newDataDir()
    mkdirSync(join(dataDir, 'postgres.unfinished-1234'), { recursive: true })
    writeFileSync(join(dataDir, 'supervisor.json'), '')
    await (await open(dataDir)).close()
    expect(existsSync(join(dataDir, 'postgres.unfinished-1234'))).toBe(false)
    writeFileSync(
      join(dataDir, 'supervisor.json'),
      JSON.stringify({ pid: process.pid, port: 1, token: 'old' }),
    )
    await open(dataDir)
  })

  test('a port that somebody else has taken since', async () => {
    const dataDir = newDataDir()
    const before = await openEmbedded({ dataDir, holder: 'server', log: quiet })
    await before.close()
    const taken = Number(new URL(before.url).port)
    const other = createServer().listen(taken, '127.0.0.1')
    onTestFinished(() => void other.close())
    const after = await open(dataDir)
    expect(new URL(after.url).port).not.toBe(String(taken))
    await ask(after.url, 'select 1 as answer')
  })
})

describe('where it cannot work', () => {
  test('a directory that only root can enter: the data is put elsewhere, and a file says where', async () => {
    const dataDir = newPrivateDataDir()
    const { url } = await open(dataDir, 'disposable')
    await ask(url, 'select 1 as answer')
    const pointer = join(dataDir, 'postgres-is-in')
    if (process.getuid?.() !== 0) return expect(existsSync(pointer)).toBe(false)
    const cluster = readFileSync(pointer, 'utf8').trim()
    expect(runningOn(cluster)).toBeDefined()
    expect(temporary()).toContain(dirname(dirname(cluster)))
    return undefined
  })

  test('data that were elsewhere and are gone are not replaced by an empty database', async () => {
    const dataDir = newDataDir()
    mkdirSync(dataDir)
    writeFileSync(join(dataDir, 'postgres-is-in'), '/nowhere/at/all/postgres\n')
    await expect(open(dataDir)).rejects.toThrow('was in /nowhere/at/all/postgres, which is gone')
  })

  test('a directory of another PostgreSQL is refused with what to do', async () => {
    const dataDir = newDataDir()
    await (await open(dataDir)).close()
    writeFileSync(join(clusterOf(dataDir), 'PG_VERSION'), '17\n')
    await expect(open(dataDir)).rejects.toThrow('was made by PostgreSQL 17, and this program brings 18')
  })

  test('a setting that PostgreSQL refuses is told in its words', async () => {
    const dataDir = newDataDir()
    await (await open(dataDir)).close()
    writeFileSync(join(clusterOf(dataDir), 'postgresql.conf'), 'shared_memory_type = nonsense\n')
    await expect(open(dataDir)).rejects.toThrow(/PostgreSQL does not start: .*configuration file/)
  })
})
