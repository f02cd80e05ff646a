// npm run backup -- FILE, npm run restore -- FILE [--replace | --check]
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { openEmbedded } from '#db/embedded/open.ts'
import { systemClock } from '#clock/clock.ts'
import { readConfig, type Config } from '../config.ts'
import { BackupRefused } from './format.ts'
import { checkBackup, type Manifest } from './read-backup.ts'
import { restoreBackup } from './restore.ts'
import { writeBackup } from './write-backup.ts'

const usage = `npm run backup -- FILE              writes everything into FILE, while the service goes on
npm run restore -- FILE             puts it into an empty database
npm run restore -- FILE --replace   removes what the database holds, and puts the backup in its place
npm run restore -- FILE --check     only reads the file, and says whether it is whole`

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const directory = join(import.meta.dirname, '..', '..', 'sql')

async function main(): Promise<void> {
  const [command, ...words] = process.argv.slice(2)
  const flags = words.filter((word) => word.startsWith('-'))
  const [name, ...others] = words.filter((word) => !word.startsWith('-'))
  if (name === undefined || others.length > 0) throw new BackupRefused(usage)
  const file = resolve(name)
  const config = readConfig(process.env)
  if (command === 'backup' && flags.length === 0) return backup(config, file)
  if (command === 'restore' && flags.length === 0) return restore(config, { file, onto: 'empty' })
  if (command === 'restore' && flags.join() === '--replace') return restore(config, { file, onto: 'replace' })
  if (command === 'restore' && flags.join() === '--check') return check(file)
  throw new BackupRefused(usage)
}

async function backup(config: Config, file: string): Promise<void> {
  const { url, close } = await openBackupSource(config)
  try {
    const began = systemClock.now()
    const { tables, rows, fileBytes } = await writeBackup({ url, file, now: began })
    const seconds = (systemClock.now() - began) / 1000
    say(`${file}: ${tables} tables, ${rows} rows, ${megabytes(fileBytes)} MB in ${seconds.toFixed(1)} s.`)
    say('It holds what people told us in confidence: keep it where only they may read it who must.')
  } finally {
    await close()
  }
}

async function restore(config: Config, { file, onto }: { file: string; onto: 'empty' | 'replace' }) {
  const { url, close } = await openTarget(config)
  try {
    say(described(await restoreBackup({ url, file, directory, onto, now: systemClock.now() })))
    say(
      'Restored. What was acknowledged after the backup is not in it; every page begins anew with the next start.',
    )
  } finally {
    await close()
  }
}

async function check(file: string): Promise<void> {
  say(described(await checkBackup(file)))
  say('The file is whole.')
}

function described({ header, tables }: Manifest): string {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0)
  const last = header.migrations.at(-1)?.name ?? 'nothing'
  return `Backup of ${new Date(header.takenAt).toISOString()} from ${header.server}, schema ${last}: ${tables.length} tables, ${rows} rows.`
}

const megabytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1)

type Opened = { url: string; close: () => Promise<void> }

/** The running database of DATA_DIR, or the same started for this. */
async function openBackupSource({ databaseUrl, dataDir }: Config): Promise<Opened> {
  if (databaseUrl) return { url: databaseUrl, close: async () => {} }
  const place = join(dataDir, 'postgres')
  if (!existsSync(place))
    throw new BackupRefused(
      `There is no database in ${dataDir}: set DATA_DIR or DATABASE_URL to the one you mean.`,
    )
  return openEmbedded({ dataDir: place, holder: 'server', log })
}

/** As the one command that owns DATA_DIR: refused while npm start runs on it. */
async function openTarget({ databaseUrl, dataDir }: Config): Promise<Opened> {
  if (databaseUrl) return { url: databaseUrl, close: async () => {} }
  return openEmbedded({ dataDir: join(dataDir, 'postgres'), holder: 'start', log })
}

const log = {
  info: (_: object, message: string) => say(message),
  warn: (_: object, message: string) => say(message),
  error: (_: object, message: string) => say(message),
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

await main().catch(fail)
