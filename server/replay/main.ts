// npm run replay -- --from 2026-10-01 --to 2026-11-01 [--rules FILE] [--community ID] [--json FILE] [--language zh|en]
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { systemClock } from '#clock/clock.ts'
import { openDatabase } from '#db/database.ts'
import { openEmbedded } from '#db/embedded/open.ts'
import { readConfig, type Config } from '../config.ts'
import { communitiesOf } from './community-store.ts'
import { layersIn, Refused, spanOf } from './asked.ts'
import { printed } from './print.ts'
import { replay } from './replay.ts'

const usage = `npm run replay -- --from DAY --to DAY [--rules FILE] [--community ID] [--json FILE] [--language zh|en]
把 DAY 到 DAY（2026-10-01 这样写）的历史重新判断一遍。有 --rules 时和 FILE 里的规则比，没有时和当时实际提醒的比。
Judges the history from DAY to DAY again: compared with the rules in FILE, or without --rules with what was raised then.`

async function main(): Promise<void> {
  const values = asked()
  const { from, to, rules: file, community, json, language = 'zh' } = values
  if (from === undefined || to === undefined || (language !== 'zh' && language !== 'en'))
    throw new Refused(usage)
  const config = readConfig(process.env)
  // What is wrong with the file is said before a database is opened.
  const layers = file === undefined ? undefined : layersIn(await textOf(file))
  const { url, close } = await openSource(config)
  const db = openDatabase({ url, poolSize: 2, applicationName: 'curtain-pact replay' })
  try {
    const { ids, zone } = await communitiesOf(db, community)
    const span = spanOf({ from, to }, { zone, kept: config.kept, now: systemClock.now() })
    const trial = await replay({ db, span, communityIds: ids, ...(layers ? { layers } : {}) })
    if (json !== undefined) await writeFile(json, `${JSON.stringify(trial, null, 2)}\n`)
    process.stdout.write(printed(trial, { language, zone, compared: layers ? 'proposed' : 'live' }))
  } finally {
    await db.close()
    await close()
  }
}

const word = { type: 'string' } as const

function asked() {
  try {
    const options = { from: word, to: word, rules: word, community: word, json: word, language: word }
    return parseArgs({ options }).values
  } catch (error) {
    throw new Refused(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}

async function textOf(file: string): Promise<string> {
  return readFile(resolve(file), 'utf8').catch(() => {
    throw new Refused(`读不到 ${file}。 ${file} cannot be read.`)
  })
}

/** The running database of DATA_DIR, or the same started for this. */
async function openSource({
  databaseUrl,
  dataDir,
}: Config): Promise<{ url: string; close: () => Promise<void> }> {
  if (databaseUrl) return { url: databaseUrl, close: async () => {} }
  const place = join(dataDir, 'postgres')
  if (existsSync(place)) return openEmbedded({ dataDir: place, holder: 'server', log: quiet })
  throw new Refused(
    `${dataDir} 里没有数据库：请把 DATA_DIR 或 DATABASE_URL 设成要看的那个。\nThere is no database in ${dataDir}: set DATA_DIR or DATABASE_URL to the one you mean.`,
  )
}

const quiet = { info: () => {}, warn: () => {}, error: () => {} }

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
