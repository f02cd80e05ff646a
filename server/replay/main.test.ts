import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { localDate } from '#domain/occurrence.ts'
import { seedCast } from '#testing/cast.ts'
import { createTestDatabase } from '#testing/database.ts'

const folder = mkdtempSync(join(tmpdir(), 'curtain-pact-replay-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Ended = { code: number; said: string }

/** As npm does it: a process of its own, which says something and ends. */
function command(words: string[], env: Record<string, string> = {}): Promise<Ended> {
  const args = ['--import', 'tsx', join(import.meta.dirname, 'main.ts'), ...words]
  const clean = { PATH: process.env['PATH'] ?? '', DATA_DIR: join(folder, 'none'), ...env }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: clean }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, said: stdout + stderr }),
    )
  })
}

const dayMs = 24 * 3_600_000
const ago = (days: number) => localDate(Date.now() - days * dayMs, 'Asia/Shanghai')

test('npm run replay prints the differences, and writes them as JSON', { timeout: 60_000 }, async () => {
  const { db, url, drop } = await createTestDatabase()
  await seedCast(db, Date.now())
  const [rules, json] = [join(folder, 'rules.json'), join(folder, 'trial.json')]
  writeFileSync(rules, JSON.stringify({ tiers: { high: { ladder: { tries: 3 } } } }))
  const days = ['--from', ago(3), '--to', ago(1)]
  const [live, proposed] = await Promise.all([
    command([...days, '--language', 'en'], { DATABASE_URL: url }),
    command([...days, '--rules', rules, '--json', json], { DATABASE_URL: url }),
  ])
  // nobody was watched yet: judged again they would all have been missed
  expect(live.said).toContain('4 of 4 homes judged again')
  expect(live.said).toContain('5-1-102 何爷爷: ')
  expect(proposed).toMatchObject({ code: 0, said: expect.stringContaining('没有差别。') })
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ homes: 4, homesJudged: 4, changed: [] })
  await drop()
})

test(
  'what cannot be answered is refused with a code other than 0, and says what can',
  { timeout: 60_000 },
  async () => {
    const { db, url, drop } = await createTestDatabase()
    await seedCast(db, Date.now())
    const broken = join(folder, 'broken.json')
    writeFileSync(broken, '{"community": {"silence": {"signWindowMin": 600}}}')
    const days = ['--from', ago(3), '--to', ago(1)]
    const [tooEarly, wrong, nowhere, help] = await Promise.all([
      command(['--from', ago(60), '--to', ago(1)], { DATABASE_URL: url }),
      command([...days, '--rules', broken], { DATABASE_URL: url }),
      command(days),
      command(['--since', 'yesterday']),
    ])
    expect(tooEarly).toMatchObject({
      code: 1,
      said: expect.stringMatching(/历史没有保留那么久[^]*is not kept for so long/),
    })
    expect(wrong).toMatchObject({ code: 1, said: expect.stringMatching(/规则文件有问题.*signWindowMin/) })
    expect(nowhere).toMatchObject({ code: 1, said: expect.stringContaining('There is no database in') })
    expect(help).toMatchObject({
      code: 1,
      said: expect.stringContaining('npm run replay -- --from DAY --to DAY'),
    })
    await drop()
  },
)
