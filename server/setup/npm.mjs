import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { cache } from './places.mjs'
import { PlainProblem } from './plain-problem.mjs'
import { runStep } from './run-step.mjs'

/** A slow line may need minutes; a line that needs longer is better told so. */
const installLimitMs = 10 * 60_000

/** Runs `npm ci` in a folder that has a lock file; `full` also brings what only tests and checks need. */
export async function installPackages({ folder, packages, title }) {
  const npm = npmCommand()
  const logPath = join(cache, 'npm.log')
  const args = ['ci', '--prefix', folder, packages === 'full' ? '--include=dev' : '--omit=dev']
  const result = await runStep({
    title,
    command: npm.command,
    args: [...npm.args, ...args, '--no-audit', '--no-fund', '--loglevel=warn'],
    options: { cwd: folder, env: cleanEnvironment(process.env), shell: npm.shell },
    logPath,
    limitMs: installLimitMs,
  })
  if (result.code !== 0) throw new PlainProblem(installFailure(result, logPath))
}

/** npm's own JavaScript run by this Node: no shell, and no npm.cmd, which Windows refuses to spawn directly. */
function npmCommand() {
  const beside = dirname(process.execPath)
  const candidates = [
    process.env['npm_execpath'],
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ]
  const cli = candidates.find((path) => path && basename(path) === 'npm-cli.js' && existsSync(path))
  if (cli) return { command: process.execPath, args: [cli], shell: false }
  return { command: 'npm', args: [], shell: process.platform === 'win32' }
}

/** npm hands its settings to scripts as variables; those of the outer command must not steer the inner one. */
function cleanEnvironment(env) {
  const notOurs =
    /^npm_(lifecycle|package|command|config_(demo|no_demo|omit|include|local_prefix|loglevel|dry_run|global$))/i
  return Object.fromEntries(Object.entries(env).filter(([name]) => !notOurs.test(name)))
}

const causes = [
  [/ENOSPC/, 'the disk is full'],
  [/EACCES|EPERM|EROFS/, 'a file or folder cannot be written by this user'],
  [
    /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT/,
    'the npm registry cannot be reached (network or proxy; `npm config get registry` shows which one)',
  ],
  [/CERT|SELF_SIGNED/, 'the TLS certificate of the npm registry is not trusted here'],
  [/EINTEGRITY/, 'a download does not match its checksum in package-lock.json'],
]

function installFailure({ reason }, logPath) {
  const log = readFileSync(logPath, 'utf8')
  const cause = reason ?? causes.find(([pattern]) => pattern.test(log))?.[1] ?? 'npm stopped with an error'
  const tail = log.trim().split('\n').slice(-20).join('\n')
  return `${tail}\n\nThe packages could not be installed: ${cause}. The whole log is in ${logPath}.`
}
