// What a user would build this from: Node-RED 5 with the Node it needs, from npm, into a cache; mosquitto as installed.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { arch, platform } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export const nodeRedVersion = '5.0.7'

const cache = fileURLToPath(
  new URL(`../../node_modules/.cache/baseline-node-red-${nodeRedVersion}`, import.meta.url),
)
const installMsMax = 300_000
const execute = promisify(execFile)

export type Programs = { node: string; nodeRed: string; mosquitto: string }

/** Or one sentence that says what cannot be had. */
export async function fetchPrograms(say: (line: string) => void): Promise<Programs | string> {
  const mosquitto = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find(
    existsSync,
  )
  if (!mosquitto) return 'mosquitto is not installed (Debian: apt-get install mosquitto)'
  const nodePackage = `node-${platform() === 'win32' ? 'win' : platform()}-${arch()}`
  const node = join(cache, 'node_modules', nodePackage, 'bin', 'node')
  const nodeRed = join(cache, 'node_modules', 'node-red', 'red.js')
  if (!existsSync(node) || !existsSync(nodeRed)) {
    say(`  fetching node-red@${nodeRedVersion} and ${nodePackage}@22 from npm into ${cache}`)
    const problem = await install([`${nodePackage}@22`, `node-red@${nodeRedVersion}`])
    if (problem) return `npm cannot bring node-red@${nodeRedVersion}: ${problem}`
  }
  return { node, nodeRed, mosquitto }
}

async function install(packages: readonly string[]): Promise<string | undefined> {
  mkdirSync(cache, { recursive: true })
  writeFileSync(join(cache, 'package.json'), '{ "private": true }\n')
  const options = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save']
  try {
    await execute('npm', ['install', ...options, ...packages], { cwd: cache, timeout: installMsMax })
    return undefined
  } catch (error) {
    rmSync(cache, { recursive: true, force: true })
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  }
}
