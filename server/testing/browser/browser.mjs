import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import process from 'node:process'
import { installedBrowser, playwrightsOwnBrowser } from './elsewhere.mjs'
import { unpackedChromium } from './unpack.mjs'

/** A browser that cannot say its version in this time will not run stories either. */
const probeLimitMs = 20_000

/** Text is drawn the same way on every machine: no hinting, no coloured subpixels. */
const args = ['--font-render-hinting=none', '--disable-lcd-text']

/**
 * The browser for stories and screenshots: CHROMIUM_PATH, else the one this project carries, else Playwright's own,
 * else one that is installed. Rejects with a sentence that names the fix if there is none.
 */
export async function browserForTests() {
  const named = namedBrowser()
  if (named) return named
  const carried = await carriedBrowser()
  if (carried) return carried
  const executablePath = playwrightsOwnBrowser() ?? installedBrowser()
  if (executablePath) return { executablePath, args, env: process.env }
  throw new Error(
    'No browser was found for the browser stories: set CHROMIUM_PATH to a Chromium, Chrome or Edge, or run ' +
      '"npx playwright install chromium-headless-shell".',
  )
}

function namedBrowser() {
  const executablePath = process.env['CHROMIUM_PATH']
  if (!executablePath) return undefined
  if (!existsSync(executablePath))
    throw new Error(`CHROMIUM_PATH names ${executablePath}, and there is nothing.`)
  return { executablePath, args, env: process.env }
}

async function carriedBrowser() {
  const unpacked = await unpackedChromium()
  if (!unpacked) return undefined
  const { executablePath, fontConfig, libraries } = unpacked
  const env = { ...process.env, FONTCONFIG_FILE: fontConfig }
  if (starts(executablePath, env)) return { executablePath, args, env }
  // A bare system lacks NSS; where it is there, the system's own libraries fit the system better.
  const before = process.env['LD_LIBRARY_PATH']
  const withLibraries = { ...env, LD_LIBRARY_PATH: before ? `${libraries}:${before}` : libraries }
  return starts(executablePath, withLibraries) ? { executablePath, args, env: withLibraries } : undefined
}

function starts(executablePath, env) {
  return (
    spawnSync(executablePath, ['--version'], { env, timeout: probeLimitMs, stdio: 'ignore' }).status === 0
  )
}
